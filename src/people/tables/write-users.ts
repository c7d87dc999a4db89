import { disableOptionsSchema } from '../../domain/lifecycle.ts';
import { type AuditEntry, recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import {
  addPairs,
  insertPersons,
  type Pair,
  removePairs,
  replaceExternalIdsOf,
  updatePersons,
} from '../../store/person-rows.ts';
import type { TableContext } from '../../store/table-writer.ts';
import type { LifecycleService } from '../lifecycle/service.ts';
import { throwOff } from '../throw-off.ts';
import { auditMembers } from './audit-members.ts';
import type { Difference, UserWrites } from './decide-user.ts';
import type { UserWorld } from './user-world.ts';

export type Lifecycle = Pick<LifecycleService, 'disable' | 'enable' | 'poke'>;
type Where = Pick<TableContext, 'companyId' | 'actor' | 'caller'>;

/** Writes what was decided of a chunk of users. */
export async function writeUsers(
  tx: Tx,
  lifecycle: Lifecycle,
  { context, book, rolesById }: UserWorld,
  writes: readonly UserWrites[],
): Promise<void> {
  const { companyId } = context;
  await insertPersons(
    tx,
    writes.flatMap(({ isNew, fields, username }) => (isNew && fields ? [{ ...fields, companyId, username }] : [])),
  );
  await updatePersons(
    tx,
    writes.flatMap(({ isNew, fields }) => (!isNew && fields ? [fields] : [])),
  );
  await replaceExternalIdsOf(
    tx,
    companyId,
    writes.flatMap(({ id, externalIds }) => (externalIds === undefined ? [] : [{ id, externalIds }])),
  );
  await changeRoles(tx, context, writes, (id) => rolesById.get(id)?.name ?? id);
  await book.write(tx, context, new Set(writes.flatMap(({ groups }) => groups.added)));
  await changeGroups(tx, context, writes, book);
  await recordAudit(
    tx,
    writes.flatMap(({ id, username, isNew, changed }): AuditEntry[] => {
      if (!isNew && Object.keys(changed).length === 0) return [];
      const details = isNew ? { username } : changed;
      return [{ ...entryOf(context, isNew ? 'created' : 'updated', id), details }];
    }),
  );
  const stated = (state: string) => writes.filter((one) => one.state === state).map(({ id }) => id);
  await changeStates(tx, lifecycle, context, { disabled: stated('disabled'), active: stated('active') });
}

/** Whoever loses a role is thrown off. */
export async function changeRoles(
  tx: Tx,
  where: Where,
  changes: readonly { id: string; roles: Difference; isNew?: boolean }[],
  nameOf: (roleId: string) => string,
): Promise<void> {
  await addPairs(tx, 'roles', pairsOf(changes, 'roles', 'added'));
  const taken = pairsOf(changes, 'roles', 'taken');
  await removePairs(tx, 'roles', taken);
  const losers = [...new Set(taken.map(([id]) => id))];
  if (losers.length > 0) await throwOff(tx, losers);
  await recordAudit(
    tx,
    changes.flatMap(({ id, roles, isNew }): AuditEntry[] => {
      if (isNew === true || roles.added.length + roles.taken.length === 0) return [];
      const details = { added: roles.added.map(nameOf).sort(), taken: roles.taken.map(nameOf).sort() };
      return [{ ...entryOf(where, 'roles_changed', id), details }];
    }),
  );
}

export async function changeGroups(
  tx: Tx,
  where: Where,
  changes: readonly { id: string; groups: Difference }[],
  groups: { get(id: string): { kind: string; name: string } | undefined },
): Promise<void> {
  const added = pairsOf(changes, 'groups', 'added');
  const taken = pairsOf(changes, 'groups', 'taken');
  await addPairs(tx, 'groups', added);
  await removePairs(tx, 'groups', taken);
  await auditMembers(tx, where, 'members_added', added, groups);
  await auditMembers(tx, where, 'members_removed', taken, groups);
}

/** As the single requests do it, with reports and proofs. */
export async function changeStates(
  tx: Tx,
  lifecycle: Lifecycle,
  { actor, caller }: Where,
  { disabled, active }: { disabled: readonly string[]; active: readonly string[] },
): Promise<void> {
  const context = { actor, companyId: caller.companyId, userId: caller.userId };
  // Whoever comes back may be the administrator whom a company must have.
  if (active.length > 0) await lifecycle.enable(tx, context, active);
  if (disabled.length > 0) await lifecycle.disable(tx, context, disabled, disableOptionsSchema.parse({}));
}

function pairsOf<K extends 'roles' | 'groups'>(
  changes: readonly ({ id: string } & Record<K, Difference>)[],
  what: K,
  which: keyof Difference,
): Pair[] {
  return changes.flatMap((one) => one[what][which].map((other): Pair => [one.id, other]));
}

export function entryOf({ actor, companyId }: Where, verb: string, objectId: string): AuditEntry {
  return { actor, action: `user.${verb}`, objectType: 'user', objectId, companyId };
}
