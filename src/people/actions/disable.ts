import { type DisableOptions, disableOptionsSchema } from '../../domain/lifecycle.ts';
import { type MassAction, massAction } from '../../store/mass-action.ts';
import type { LifecycleService } from '../lifecycle/service.ts';
import { refuseHigherUser } from '../outrank.ts';

/** Letting people out and in again: each as the single request does it, with its report and proof. */
export function disableActions(lifecycle: Pick<LifecycleService, 'disable' | 'enable' | 'poke'>): MassAction[] {
  const { poke: committed } = lifecycle;
  const common = { on: 'users', needs: 'users:write', committed } as const;
  return [
    massAction<DisableOptions>({
      ...common,
      name: 'disable-users',
      title: 'Disable users: logins, phones and calls end',
      params: disableOptionsSchema,
      async apply(tx, { actor, caller }, users, options) {
        for (const { id } of mayAll(caller) ? [] : users) await refuseHigherUser(tx, caller, id);
        const ids = users.map(({ id }) => id);
        const context = { actor, companyId: caller.companyId, userId: caller.userId };
        const done = await lifecycle.disable(tx, context, ids, options);
        return done.map(({ userId, reportId }) => ({
          id: userId,
          result: reportId === null ? 'unchanged' : 'updated',
        }));
      },
      async undo(tx, { actor, caller }, rows) {
        const ids = rows.map(({ id }) => id);
        await lifecycle.enable(tx, { actor, companyId: caller.companyId, userId: caller.userId }, ids);
        return ids.map((id) => ({ id, ok: true }));
      },
    }),
  ];
}

/** Nobody is above him but operators, of whom the use-case takes care. */
function mayAll({ scopes }: { scopes: ReadonlySet<string> }): boolean {
  return scopes.has('admin');
}
