import type { ExtensionSnapshot } from '../domain/extension-row.ts';
import { type AuditEntry, recordAudit } from '../store/audit-log.ts';
import { separateBoxes } from '../store/boxes.ts';
import type { Tx } from '../store/database.ts';
import {
  deleteMailboxes,
  type ExtensionValues,
  extensionsById,
  updateExtensions,
  upsertMailboxes,
} from '../store/extension-writes.ts';
import { moveNumbers, numbersOfExtensions } from '../store/number-writes.ts';
import { markDirty } from '../store/outbox.ts';
import { companyRules } from '../store/references.ts';
import { alignSuspension } from '../store/suspension.ts';
import { numberMarks } from './number-marks.ts';
import { releaseMoves } from './release-numbers.ts';
import type { UndoResult } from './undo-result.ts';

export async function restoreExtensions(
  tx: Tx,
  actor: string,
  items: readonly { snapshot: ExtensionSnapshot; ifVersion: number }[],
): Promise<UndoResult[]> {
  const present = new Map(
    (
      await extensionsById(
        tx,
        items.map(({ snapshot }) => snapshot.id),
      )
    ).map((one) => [one.id, one]),
  );
  const good: { snapshot: ExtensionSnapshot; companyId: string }[] = [];
  const results = items.map(({ snapshot, ifVersion }): UndoResult => {
    const now = present.get(snapshot.id);
    if (now === undefined) return { extensionId: snapshot.id, ok: false, reason: 'it no longer exists' };
    if (now.version !== ifVersion) return { extensionId: snapshot.id, ok: false, reason: 'it was changed since' };
    good.push({ snapshot, companyId: now.companyId });
    return { extensionId: snapshot.id, ok: true };
  });
  if (good.length === 0) return results;
  await updateExtensions(tx, await withoutLostReferences(tx, good));
  await alignSuspension(
    tx,
    good.map(({ snapshot }) => snapshot.id),
  );
  const mailboxes = good.flatMap(({ snapshot }) =>
    snapshot.mailbox === null
      ? []
      : // Jobs of an older Linekeeper know of no number of its own.
        [{ ...snapshot.mailbox, box: snapshot.mailbox.box ?? null, extensionId: snapshot.id, pinSource: 'undo' }],
  );
  await upsertMailboxes(tx, mailboxes);
  await separateBoxes(
    tx,
    mailboxes.map(({ extensionId }) => extensionId),
  );
  await deleteMailboxes(
    tx,
    good.filter(({ snapshot }) => snapshot.mailbox === null).map(({ snapshot }) => snapshot.id),
  );
  const kept = new Set(good.flatMap(({ snapshot }) => snapshot.phoneNumbers));
  const numbers = (
    await numbersOfExtensions(
      tx,
      good.map(({ snapshot }) => snapshot.id),
    )
  ).filter(({ e164 }) => !kept.has(e164));
  await moveNumbers(
    tx,
    actor,
    releaseMoves(numbers, 'spare', (number) => ({
      extension: present.get(number.extensionId ?? '')?.number ?? null,
      quarantineDays: 0,
    })),
  );
  const pbxes = new Map<string, string | undefined>();
  for (const { companyId } of good) {
    if (!pbxes.has(companyId)) pbxes.set(companyId, (await companyRules(tx, companyId))?.pbxId);
  }
  await markDirty(tx, [
    ...good.flatMap(({ snapshot, companyId }) => {
      const pbxId = pbxes.get(companyId);
      return pbxId === undefined ? [] : [{ pbxId, type: 'extension' as const, id: snapshot.id }];
    }),
    ...numberMarks(numbers, (companyId) => pbxes.get(companyId)),
  ]);
  await recordAudit(
    tx,
    good.map(
      ({ snapshot, companyId }): AuditEntry => ({
        actor,
        action: 'extension.restored',
        objectType: 'extension',
        objectId: snapshot.id,
        companyId,
        details: { extension: snapshot.number },
      }),
    ),
  );
  return results;
}

/** A user or a site that was deleted since cannot come back with the extension. */
async function withoutLostReferences(
  tx: Tx,
  items: readonly { snapshot: ExtensionSnapshot; companyId: string }[],
): Promise<ExtensionValues[]> {
  const given = (ids: readonly (string | null)[]) => ids.filter((id) => id !== null);
  const select = { id: true };
  const users = given(items.map(({ snapshot }) => snapshot.userId));
  const sites = given(items.map(({ snapshot }) => snapshot.siteId));
  const found = new Set(
    [
      ...(await tx.user.findMany({ where: { id: { in: users } }, select })),
      ...(await tx.site.findMany({ where: { id: { in: sites } }, select })),
    ].map(({ id }) => id),
  );
  const kept = (id: string | null) => (id !== null && found.has(id) ? id : null);
  return items.map(({ snapshot, companyId }) => ({
    ...snapshot,
    companyId,
    userId: kept(snapshot.userId),
    siteId: kept(snapshot.siteId),
  }));
}
