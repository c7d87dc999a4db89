import type { DeleteOptions, LifecycleSubject } from '../../domain/lifecycle.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Reader, Tx } from '../../store/database.ts';
import { clearForward, type Deletion, lastEvents, readDeletion } from '../../store/deletion.ts';
import { type LifecycleUser, lifecycleUsers, touchExtensions } from '../../store/lifecycle.ts';
import { markDirty } from '../../store/outbox.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import type { Seal } from '../../store/seal.ts';
import { notFound } from '../context.ts';
import { throwOff } from '../throw-off.ts';
import { type Done, type LifecycleContext, mayGo } from './context.ts';
import { previewOf } from './deletion-preview.ts';
import { beginReports, subjectOf } from './reports.ts';
import { snapshotPurpose, takeSnapshot } from './snapshot.ts';
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
  return previewOf(user, await readDeletion(tx, id), options, deps.restoreDays);
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
  const { actor } = context;
  await mayGo(tx, context, [user], true);
  const deletion = await readDeletion(tx, id);
  const snapshot = await takeSnapshot(tx, id, deletion, options.extensions);
  expectVersion(snapshot.user, context.ifVersion);
  const isGoing = options.extensions === 'delete';
  if (isGoing) await removeExtensions(tx, deps, context, user, deletion);
  const events = await lastEvents(
    tx,
    snapshot.numbers.map((number) => number.id),
  );
  for (const number of snapshot.numbers) number.lastEvent = events.get(number.id) ?? 0;
  await throwOff(tx, [id]);
  await tx.user.delete({ where: { id } });
  if (deps.restoreDays > 0) {
    const now = Date.now();
    const { companyId, username, firstName, lastName } = snapshot.user;
    await tx.deletedUser.create({
      data: {
        ...{ id, companyId, username, firstName, lastName, actor },
        deletedAt: new Date(now),
        purgeAt: new Date(now + deps.restoreDays * DAY_MS),
        snapshotSealed: deps.seal.seal(JSON.stringify(snapshot), snapshotPurpose(id)),
      },
    });
  }
  const { sentences } = previewOf(user, deletion, options, deps.restoreDays);
  await recordAudit(tx, [
    {
      actor,
      action: 'user.deleted',
      objectType: 'user',
      objectId: id,
      companyId: user.companyId,
      details: { username: user.username, ...options, did: sentences },
    },
  ]);
  const subject = subjectOf(user, subjectOfRemoval(user, deletion, options, deps.restoreDays));
  const [done] = await beginReports(tx, actor, 'delete', options, [{ user, subject }]);
  return done as Done;
}

async function loadUser(tx: Reader, id: string): Promise<LifecycleUser> {
  const [user] = await lifecycleUsers(tx, [id]);
  if (user === undefined) throw notFound('user');
  return user;
}

async function removeExtensions(
  tx: Tx,
  deps: RemoveDeps,
  { actor }: LifecycleContext,
  user: LifecycleUser,
  { extensions, forwards }: Deletion,
): Promise<void> {
  for (const forward of forwards) await clearForward(tx, forward);
  const cleared = [...new Set(forwards.map(({ extensionId }) => extensionId))];
  await touchExtensions(tx, cleared);
  await markDirty(
    tx,
    cleared.map((id) => ({ pbxId: user.pbxId, type: 'extension', id })),
  );
  await recordAudit(
    tx,
    forwards.map(({ extensionId, number, field, target }) => ({
      actor,
      action: 'extension.updated',
      objectType: 'extension',
      objectId: extensionId,
      companyId: user.companyId,
      details: { extension: number, [field]: [target, null], why: `${target} was deleted with its user` },
    })),
  );
  const items = extensions.map(({ id }) => ({ extensionId: id, ifVersion: undefined }));
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
