import type { DeleteOptions, LifecycleSubject } from '../../domain/lifecycle.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Reader, Tx } from '../../store/database.ts';
import {
  clearForward,
  type Deletion,
  deleteUsers,
  keepDeleted,
  lastEvents,
  readDeletions,
} from '../../store/deletion.ts';
import { type LifecycleUser, lifecycleUsers, touchExtensions } from '../../store/lifecycle.ts';
import { markDirty } from '../../store/outbox.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import type { Seal } from '../../store/seal.ts';
import { notFound } from '../context.ts';
import { throwOff } from '../throw-off.ts';
import { type Done, type LifecycleContext, mayGo } from './context.ts';
import { previewOf } from './deletion-preview.ts';
import { beginReports, subjectOf } from './reports.ts';
import { snapshotPurpose, takeSnapshots, type UserSnapshot } from './snapshot.ts';
import { counted } from './words.ts';

/** Deletes extensions with their mailboxes; their numbers go into quarantine. It is of lines, who know how. */
export type RemoveExtensions = (
  tx: Tx,
  actor: string,
  items: readonly { extensionId: string; ifVersion: undefined }[],
  numbersTo: 'quarantined',
) => Promise<unknown>;

export interface RemoveDeps {
  seal: Seal;
  /** Days in which a deleted user can be restored; 0: not at all. */
  restoreDays: number;
  removeExtensions: RemoveExtensions;
}

const DAY_MS = 86_400_000;

/** What `removeUser` would do now. @throws NOT_FOUND */
export async function previewRemoval(
  tx: Reader,
  deps: Pick<RemoveDeps, 'restoreDays'>,
  id: string,
  options: DeleteOptions,
) {
  const user = await loadUser(tx, id);
  const deletion = (await readDeletions(tx, [id])).get(id);
  if (deletion === undefined) throw notFound('user');
  return previewOf(user, deletion, options, deps.restoreDays);
}

/**
 * Deletes a user with all that is his: logins, memberships, numbers (through quarantine), extensions unless they are kept.
 * What brings him back is sealed and kept for `restoreDays`.
 *
 * @throws NOT_FOUND, PRECONDITION_FAILED, FORBIDDEN, RIGHTS_NOT_HELD, LAST_ADMINISTRATOR
 */
export async function removeUser(
  tx: Tx,
  deps: RemoveDeps,
  context: LifecycleContext,
  id: string,
  options: DeleteOptions,
): Promise<Done> {
  const user = await loadUser(tx, id);
  expectVersion(user, context.ifVersion);
  await mayGo(tx, context, [user], true);
  const [done] = await removeUsers(tx, deps, context.actor, [user], options);
  return done as Done;
}

/** Deletes users who were judged. In a fixed number of statements, but for their rows in logs and forwards to them. */
export async function removeUsers(
  tx: Tx,
  deps: RemoveDeps,
  actor: string,
  users: readonly LifecycleUser[],
  options: DeleteOptions,
): Promise<Done[]> {
  const ids = users.map(({ id }) => id);
  const deletions = await readDeletions(tx, ids);
  const snapshots = await takeSnapshots(tx, deletions, options.extensions);
  if (options.extensions === 'delete') await removeTheirExtensions(tx, deps, actor, users, deletions);
  const numbers = snapshots.flatMap((snapshot) => snapshot.numbers);
  const events = await lastEvents(
    tx,
    numbers.map(({ id }) => id),
  );
  for (const number of numbers) number.lastEvent = events.get(number.id) ?? 0;
  await throwOff(tx, ids);
  await deleteUsers(tx, ids);
  if (deps.restoreDays > 0) await keep(tx, deps, actor, snapshots);
  const going = users.flatMap((user) => {
    const deletion = deletions.get(user.id);
    return deletion === undefined ? [] : [{ user, deletion }];
  });
  await recordAudit(
    tx,
    going.map(({ user, deletion }) => ({
      actor,
      action: 'user.deleted',
      objectType: 'user',
      objectId: user.id,
      companyId: user.companyId,
      details: {
        username: user.username,
        ...options,
        did: previewOf(user, deletion, options, deps.restoreDays).sentences,
      },
    })),
  );
  const reported = going.map(({ user, deletion }) => ({
    user,
    subject: subjectOf(user, subjectOfRemoval(user, deletion, options, deps.restoreDays)),
  }));
  return beginReports(tx, actor, 'delete', options, reported);
}

function keep(tx: Tx, deps: RemoveDeps, actor: string, snapshots: readonly UserSnapshot[]): Promise<void> {
  const at = Date.now();
  const rows = snapshots.map((snapshot) => {
    const { id, companyId, username, firstName, lastName } = snapshot.user;
    const snapshotSealed = deps.seal.seal(JSON.stringify(snapshot), snapshotPurpose(id));
    return { id, companyId, username, firstName, lastName, snapshotSealed };
  });
  return keepDeleted(tx, rows, { actor, at, purgeAt: at + deps.restoreDays * DAY_MS });
}

async function loadUser(tx: Reader, id: string): Promise<LifecycleUser> {
  const [user] = await lifecycleUsers(tx, [id]);
  if (user === undefined) throw notFound('user');
  return user;
}

async function removeTheirExtensions(
  tx: Tx,
  deps: RemoveDeps,
  actor: string,
  users: readonly LifecycleUser[],
  deletions: ReadonlyMap<string, Deletion>,
): Promise<void> {
  const forwards = users.flatMap(({ id, companyId, pbxId }) =>
    (deletions.get(id)?.forwards ?? []).map((forward) => ({ ...forward, companyId, pbxId })),
  );
  for (const forward of forwards) await clearForward(tx, forward);
  const cleared = new Map(forwards.map(({ extensionId, pbxId }) => [extensionId, pbxId]));
  await touchExtensions(tx, [...cleared.keys()]);
  await markDirty(
    tx,
    [...cleared].map(([id, pbxId]) => ({ pbxId, type: 'extension', id })),
  );
  await recordAudit(
    tx,
    forwards.map(({ extensionId, companyId, number, field, target }) => ({
      actor,
      action: 'extension.updated',
      objectType: 'extension',
      objectId: extensionId,
      companyId,
      details: { extension: number, [field]: [target, null], why: `${target} was deleted with its user` },
    })),
  );
  const items = users.flatMap(({ extensions }) =>
    extensions.map(({ id }) => ({ extensionId: id, ifVersion: undefined })),
  );
  await deps.removeExtensions(tx, actor, items, 'quarantined');
}

function subjectOfRemoval(
  user: LifecycleUser,
  { numbers, forwards }: Deletion,
  { extensions }: DeleteOptions,
  restoreDays: number,
): Partial<LifecycleSubject> {
  const restorable = restoreDays > 0 ? `can be restored for ${counted(restoreDays, 'day')}` : 'cannot be restored';
  const account = { name: 'account' as const, detail: restorable };
  if (extensions === 'keep') {
    return { extensions: user.extensions.map((one) => ({ ...one, kept: true as const })), notes: [account] };
  }
  const cleared = forwards.map(({ number, target }) => `${number} no longer forwards to ${target}`);
  return {
    numbers: numbers.map(({ id, e164 }) => ({ id, e164 })),
    otherExtensions: forwards.map(({ extensionId }) => extensionId),
    notes: [account, ...(cleared.length === 0 ? [] : [{ name: 'forwards' as const, detail: cleared.join('; ') }])],
  };
}
