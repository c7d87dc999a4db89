import type { DeleteOptions } from '../../domain/lifecycle.ts';
import { LinekeeperError } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import { separateBoxes } from '../../store/boxes.ts';
import type { Tx } from '../../store/database.ts';
import { putForwardBack } from '../../store/deletion.ts';
import { lifecycleUsers, touchExtensions } from '../../store/lifecycle.ts';
import { moveNumbers } from '../../store/number-writes.ts';
import { markDirty } from '../../store/outbox.ts';
import type { Seal } from '../../store/seal.ts';
import { alignSuspension } from '../../store/suspension.ts';
import { notFound } from '../context.ts';
import type { Done, LifecycleContext } from './context.ts';
import { beginReports, subjectOf } from './reports.ts';
import { checkRestore, ESSENTIAL, type Obstacle } from './restore-check.ts';
import { snapshotPurpose, type UserSnapshot } from './snapshot.ts';

/** Somebody who is back. */
export interface Restored extends Done {
  version: number;
  /** Whether his extensions had been deleted with him, or stayed without him. */
  extensions: DeleteOptions['extensions'];
  /** What did not come back with him. */
  leftOut: readonly Obstacle[];
}

/**
 * Brings a deleted user back with the same ids, SIP secrets, PINs, numbers, memberships and forwards. What cannot come back
 * is refused before anything is done; with `isPartial` it is left out, and the report says what.
 *
 * @throws NOT_FOUND, RESTORE_NOT_POSSIBLE
 */
export async function restoreUser(
  tx: Tx,
  deps: { seal: Seal },
  { actor }: LifecycleContext,
  id: string,
  isPartial: boolean,
): Promise<Restored> {
  const row = await tx.deletedUser.findUnique({ where: { id } });
  if (row === null || row.purgeAt.getTime() <= Date.now()) throw notFound('deleted user');
  const sealed = JSON.parse(deps.seal.open(row.snapshotSealed, snapshotPurpose(id))) as UserSnapshot;
  const { snapshot, obstacles } = await checkRestore(tx, sealed);
  if (obstacles.length > 0 && (!isPartial || obstacles.some(({ what }) => ESSENTIAL.has(what)))) {
    throw new LinekeeperError('RESTORE_NOT_POSSIBLE', `${row.username} cannot be restored: ${words(obstacles)}`, {
      details: { obstacles },
    });
  }
  await insertRows(tx, snapshot);
  await bringBack(tx, actor, snapshot);
  await tx.deletedUser.delete({ where: { id } });
  const [user] = await lifecycleUsers(tx, [id]);
  if (user === undefined) throw new LinekeeperError('INTERNAL', 'a restored user is not there');
  const { companyId, username } = user;
  await markDirty(tx, [
    ...[...snapshot.extensions, ...snapshot.kept].map((one) => ({
      pbxId: user.pbxId,
      type: 'extension' as const,
      id: one.id,
    })),
    ...snapshot.forwards.map(({ extensionId }) => ({
      pbxId: user.pbxId,
      type: 'extension' as const,
      id: extensionId,
    })),
    ...snapshot.numbers.map((number) => ({ pbxId: user.pbxId, type: 'number' as const, id: number.id })),
  ]);
  await recordAudit(tx, [
    {
      actor,
      action: 'user.restored',
      objectType: 'user',
      objectId: id,
      companyId,
      details: { username, extensions: snapshot.extensions.map(({ number }) => number), leftOut: obstacles },
    },
  ]);
  const subject = subjectOf(user, {
    numbers: snapshot.numbers.map((number) => ({ id: number.id, e164: number.e164 })),
    otherExtensions: snapshot.forwards.map(({ extensionId }) => extensionId),
    notes: obstacles.length === 0 ? [] : [{ name: 'left-out', detail: words(obstacles) }],
  });
  const [done] = await beginReports(tx, actor, 'restore', { partial: isPartial }, [{ user, subject }]);
  const extensions = sealed.kept.length > 0 ? 'keep' : 'delete';
  return { ...(done as Done), version: user.version, extensions, leftOut: obstacles };
}

function words(obstacles: readonly Obstacle[]): string {
  return obstacles.map(({ what, name, reason }) => `${what} ${name}: ${reason}`).join('; ');
}

/** The rows as they stood, one version on. */
async function insertRows(tx: Tx, snapshot: UserSnapshot): Promise<void> {
  const { user } = snapshot;
  const userId = user.id;
  const now = new Date();
  await tx.user.create({ data: { ...user, version: user.version + 1, updatedAt: now } });
  await tx.userRole.createMany({ data: snapshot.roles.map(({ id }) => ({ userId, roleId: id })) });
  await tx.userGroupMember.createMany({ data: snapshot.groups.map(({ id }) => ({ userId, groupId: id })) });
  await tx.externalId.createMany({
    data: snapshot.externalIds.map((one) => ({ ...one, userId, companyId: user.companyId })),
  });
  await tx.backupCode.createMany({ data: snapshot.backupCodes.map((hash) => ({ userId, hash })) });
  for (const { size, etag, image } of snapshot.avatars) {
    await tx.avatar.create({ data: { userId, size, etag, image: new Uint8Array(Buffer.from(image, 'base64')) } });
  }
  await tx.extension.createMany({
    data: snapshot.extensions.map((row) => ({ ...row, version: row.version + 1, updatedAt: now })),
  });
  await tx.sipAccount.createMany({ data: snapshot.accounts });
  await tx.mailbox.createMany({ data: snapshot.mailboxes.map((row) => ({ ...row, version: row.version + 1 })) });
  await separateBoxes(
    tx,
    snapshot.mailboxes.map(({ extensionId }) => extensionId),
  );
}

/** What stayed and must find its way back: kept extensions, numbers, forwards of others. */
async function bringBack(tx: Tx, actor: string, snapshot: UserSnapshot): Promise<void> {
  const { user } = snapshot;
  const keptIds = snapshot.kept.map(({ id }) => id);
  await tx.extension.updateMany({ where: { id: { in: keptIds } }, data: { userId: user.id } });
  await alignSuspension(tx, [...keptIds, ...snapshot.extensions.map(({ id }) => id)]);
  const rows = await tx.phoneNumber.findMany({ where: { id: { in: snapshot.numbers.map(({ id }) => id) } } });
  await moveNumbers(
    tx,
    actor,
    snapshot.numbers.map(({ id, e164, extensionId, extension }) => ({
      id,
      companyId: user.companyId,
      e164,
      from: rows.find((row) => row.id === id)?.state === 'spare' ? 'spare' : 'quarantined',
      to: 'assigned',
      extensionId,
      extension,
      quarantinedUntil: null,
    })),
  );
  for (const forward of snapshot.forwards) await putForwardBack(tx, forward);
  await touchExtensions(tx, [...keptIds, ...new Set(snapshot.forwards.map(({ extensionId }) => extensionId))]);
}
