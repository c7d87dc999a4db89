import type { BatchContext, ExtensionRow, ExtensionSnapshot, RowResult } from '../domain/extension-row.ts';
import { type AuditEntry, recordAudit } from '../store/audit-log.ts';
import { separateBoxes } from '../store/boxes.ts';
import type { Tx } from '../store/database.ts';
import { createDigests } from '../store/digests.ts';
import {
  deleteMailboxes,
  insertAccounts,
  insertExtensions,
  updateExtensions,
  upsertMailboxes,
} from '../store/extension-writes.ts';
import { moveNumbers } from '../store/number-writes.ts';
import { type DirtyMark, markDirty } from '../store/outbox.ts';
import { upsertUsers } from '../store/references.ts';
import type { Seal } from '../store/seal.ts';
import { alignSuspension } from '../store/suspension.ts';
import { createChance, loadWorld } from './batch-world.ts';
import { decideRow, type RowWrites } from './decide-row.ts';
import { removeExtensions } from './remove-extensions.ts';
import { restoreExtensions } from './restore-extensions.ts';
import type { UndoResult } from './undo-result.ts';
import { heldUsers, removeUsers } from './undo-users.ts';

/** The one way in which extensions are created and changed: a request is a batch of one row, an import many of them. */
export interface ExtensionBatch {
  /** Results in the order of the rows. A bad row fails alone. @throws NOT_FOUND when there is no such company. */
  apply(tx: Tx, context: BatchContext, rows: readonly ExtensionRow[]): Promise<RowResult[]>;
  /** Deletes extensions; numbers go through quarantine unless they return to `spare` at once. Refuses what changed since. */
  remove(
    tx: Tx,
    actor: string,
    items: readonly { extensionId: string; ifVersion: number | undefined }[],
    numbersTo: 'quarantined' | 'spare',
  ): Promise<UndoResult[]>;
  /** Writes snapshots back. Refuses what changed since. */
  restore(
    tx: Tx,
    actor: string,
    items: readonly { snapshot: ExtensionSnapshot; ifVersion: number }[],
  ): Promise<UndoResult[]>;
  heldUsers: typeof heldUsers;
  removeUsers: typeof removeUsers;
}

export function createExtensionBatch(seal: Seal, digests = createDigests(seal)): ExtensionBatch {
  const chance = createChance(seal, digests);
  return {
    async apply(tx, context, rows) {
      const world = await loadWorld(tx, context.companyId, rows, chance);
      const decisions = rows.map((row) => decideRow(world, context, row));
      const writes = decisions.flatMap((decision) => (decision.writes === undefined ? [] : [decision.writes]));
      await writeRows(tx, context, world.company.pbxId, writes);
      return decisions.map(({ result }) => result);
    },
    remove: removeExtensions,
    restore: restoreExtensions,
    heldUsers,
    removeUsers,
  };
}

/** Ids of extensions that were given to somebody, or taken from them. */
function withNewUser(rows: readonly RowWrites[]): string[] {
  const isGiven = (row: RowWrites): boolean => (row.isNew ? row.values.userId !== null : 'userId' in row.changed);
  return rows.filter(isGiven).map((row) => row.values.id);
}

async function writeRows(tx: Tx, context: BatchContext, pbxId: string, rows: readonly RowWrites[]): Promise<void> {
  const pick = <K extends keyof RowWrites>(key: K) =>
    rows.flatMap((row) => (row[key] === undefined ? [] : [row[key] as NonNullable<RowWrites[K]>]));
  await upsertUsers(tx, pick('user'));
  await insertExtensions(
    tx,
    rows.filter((row) => row.isNew).map((row) => row.values),
  );
  await updateExtensions(
    tx,
    rows.filter((row) => !row.isNew).map((row) => row.values),
  );
  await alignSuspension(tx, withNewUser(rows));
  await insertAccounts(tx, pick('account'));
  const mailboxes = pick('mailbox');
  await upsertMailboxes(tx, mailboxes);
  await separateBoxes(
    tx,
    mailboxes.filter(({ box }) => box === null).map(({ extensionId }) => extensionId),
  );
  await deleteMailboxes(
    tx,
    rows.filter((row) => row.mailboxDeleted).map((row) => row.values.id),
  );
  const moves = rows.flatMap((row) => row.moves);
  await moveNumbers(tx, context.actor, moves);
  await markDirty(tx, [
    ...rows.map((row): DirtyMark => ({ pbxId, type: 'extension', id: row.values.id })),
    ...moves.map((move): DirtyMark => ({ pbxId, type: 'number', id: move.id })),
  ]);
  await recordAudit(
    tx,
    rows.map(
      (row): AuditEntry => ({
        actor: context.actor,
        action: row.isNew ? 'extension.created' : 'extension.updated',
        objectType: 'extension',
        objectId: row.values.id,
        companyId: row.values.companyId,
        details: { extension: row.values.number, ...(row.isNew ? {} : row.changed) },
      }),
    ),
  );
}
