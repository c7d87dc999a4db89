import { z } from 'zod';
import { type DeleteOptions, deleteOptionsSchema } from '../../domain/lifecycle.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { type LifecycleUser, lifecycleUsers } from '../../store/lifecycle.ts';
import {
  type MassAction,
  type MassContext,
  type MassResult,
  type MassUndo,
  type MassUndone,
  massAction,
} from '../../store/mass-action.ts';
import type { LifecycleContext } from '../lifecycle/context.ts';
import type { Restored } from '../lifecycle/restore.ts';
import type { LifecycleService } from '../lifecycle/service.ts';
import { failure, idsOf, judge, judgeUndo, type Why } from './judge.ts';

const LEAVING = { self: true, lastAdministrator: true } as const;

const restoreSchema = z.strictObject({
  partial: z
    .boolean()
    .default(false)
    .meta({ description: 'true: leave out what cannot come back, and say so in the report, rather than refuse.' }),
});

/** What the undo of a restore needs to delete him again as he was. */
interface Before {
  extensions: DeleteOptions['extensions'];
  /** Those he had when he was back: one that he got since must not go with him. */
  extensionIds: string[];
}

type Lifecycle = Pick<LifecycleService, 'removeJudged' | 'restore' | 'poke'>;

/** Deleting people and bringing them back. Each undoes the other. */
export function deleteActions(lifecycle: Lifecycle): MassAction[] {
  // Restoring looks at everything that somebody may have taken meanwhile, for one user after the other.
  const common = { needs: 'users:write', committed: lifecycle.poke, atOnce: 100 } as const;
  return [
    massAction<DeleteOptions>({
      ...common,
      name: 'delete-users',
      on: 'users',
      title: 'Delete users with their extensions',
      params: deleteOptionsSchema,
      async apply(tx, context, objects, options) {
        const { may, failed } = await judge(tx, context, await usersOf(tx, context, objects), LEAVING);
        await lifecycle.removeJudged(tx, context.actor, may, options);
        return [...failed, ...may.map((user) => deleted(user, options))];
      },
      undo: (tx, context, rows) => undoDeletion(tx, lifecycle, context, rows),
    }),
    massAction<z.infer<typeof restoreSchema>>({
      ...common,
      name: 'restore-users',
      on: 'deleted-users',
      title: 'Restore deleted users as they were',
      params: restoreSchema,
      apply: (tx, context, objects, { partial }) => restoreAll(tx, lifecycle, context, idsOf(objects), partial),
      undo: (tx, context, rows) => undoRestoration(tx, lifecycle, context, rows),
    }),
  ];
}

function deleted({ id, state, extensions }: LifecycleUser, options: DeleteOptions): MassResult {
  const numbers = extensions.map(({ number }) => number);
  const changes = { state: [state, 'deleted'], extensions: [numbers, options.extensions === 'keep' ? numbers : []] };
  return { id, result: 'updated', before: {}, changes };
}

/** Only whom this job deleted: somebody else may have restored and deleted him since. */
async function undoDeletion(
  tx: Tx,
  lifecycle: Lifecycle,
  context: MassContext,
  rows: readonly MassUndo[],
): Promise<MassUndone[]> {
  const actors = await actorsOfDeletion(tx, context, idsOf(rows));
  const results: MassUndone[] = [];
  for (const { id } of rows) {
    if (actors.get(id) !== context.actor) {
      results.push({ id, ok: false, reason: 'he was restored since, or can no longer be restored' });
      continue;
    }
    const back = await tryRestore(tx, lifecycle, context, id, false);
    results.push('code' in back ? { id, ok: false, reason: back.message } : { id, ok: true });
  }
  return results;
}

async function restoreAll(
  tx: Tx,
  lifecycle: Lifecycle,
  context: MassContext,
  ids: readonly string[],
  isPartial: boolean,
): Promise<MassResult[]> {
  const known = await actorsOfDeletion(tx, context, ids);
  const results: MassResult[] = [];
  const restored: Restored[] = [];
  for (const id of ids.filter((one) => known.has(one))) {
    const back = await tryRestore(tx, lifecycle, context, id, isPartial);
    if ('code' in back) results.push(failure(id, back));
    else restored.push(back);
  }
  const users = new Map(
    (
      await lifecycleUsers(
        tx,
        restored.map(({ userId }) => userId),
      )
    ).map((one) => [one.id, one]),
  );
  for (const { userId: id, version, extensions, leftOut } of restored) {
    const user = users.get(id);
    const before: Before = { extensions, extensionIds: idsOf(user?.extensions ?? []) };
    const changes = {
      state: ['deleted', user?.state],
      ...(leftOut.length === 0 ? {} : { leftOut: [null, leftOut.map(({ what, name }) => `${what} ${name}`)] }),
    };
    results.push({ id, result: 'updated', before, version, changes });
  }
  return results;
}

async function undoRestoration(
  tx: Tx,
  lifecycle: Lifecycle,
  context: MassContext,
  rows: readonly MassUndo[],
): Promise<MassUndone[]> {
  const { may, refused } = await judgeUndo(tx, context, rows, await usersOf(tx, context, rows), LEAVING);
  const results = [...refused];
  const going = { delete: [] as LifecycleUser[], keep: [] as LifecycleUser[] };
  for (const { user, before } of may) {
    const { extensions, extensionIds } = before as Before;
    const isSame = user.extensions.every(({ id }) => extensionIds.includes(id));
    if (isSame) going[extensions].push(user);
    results.push(
      isSame ? { id: user.id, ok: true } : { id: user.id, ok: false, reason: 'he got another extension since' },
    );
  }
  for (const [extensions, users] of Object.entries(going) as [Before['extensions'], LifecycleUser[]][]) {
    if (users.length > 0) await lifecycle.removeJudged(tx, context.actor, users, { extensions, calls: 'end' });
  }
  return results;
}

/** A restoration is refused before anything is done: the others of the chunk go on. */
async function tryRestore(
  tx: Tx,
  lifecycle: Lifecycle,
  context: MassContext,
  id: string,
  isPartial: boolean,
): Promise<Restored | Why> {
  try {
    return await lifecycle.restore(tx, contextOf(context), id, isPartial);
  } catch (error) {
    if (!isLinekeeperError(error)) throw error;
    if (error.code !== 'RESTORE_NOT_POSSIBLE' && error.code !== 'NOT_FOUND') throw error;
    return { code: error.code, message: messageOf(error) };
  }
}

/** Who deleted those of them who can be restored here. */
async function actorsOfDeletion(
  tx: Tx,
  { companyId }: MassContext,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.deletedUser.findMany({
    where: { companyId, id: { in: [...ids] } },
    select: { id: true, actor: true },
  });
  return new Map(rows.map(({ id, actor }) => [id, actor]));
}

async function usersOf(
  tx: Tx,
  { companyId }: MassContext,
  objects: readonly { id: string }[],
): Promise<LifecycleUser[]> {
  return (await lifecycleUsers(tx, idsOf(objects))).filter((user) => user.companyId === companyId);
}

function contextOf({ actor, caller }: MassContext): LifecycleContext {
  return { actor, companyId: caller.companyId, userId: caller.userId };
}
