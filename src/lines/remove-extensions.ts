import { type AuditEntry, recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { deleteExtensions, extensionsById } from '../store/extension-writes.ts';
import { moveNumbers, numbersOfExtensions } from '../store/number-writes.ts';
import { type DirtyMark, markDirty } from '../store/outbox.ts';
import { companyRules } from '../store/references.ts';
import { numberMarks } from './number-marks.ts';
import { releaseMoves } from './release-numbers.ts';
import type { UndoResult } from './undo-result.ts';

export async function removeExtensions(
  tx: Tx,
  actor: string,
  items: readonly { extensionId: string; ifVersion: number | undefined }[],
  numbersTo: 'quarantined' | 'spare',
): Promise<UndoResult[]> {
  const found = new Map(
    (
      await extensionsById(
        tx,
        items.map((item) => item.extensionId),
      )
    ).map((one) => [one.id, one]),
  );
  const results = items.map(({ extensionId, ifVersion }): UndoResult => {
    const present = found.get(extensionId);
    if (present === undefined) return { extensionId, ok: false, reason: 'it no longer exists' };
    if (ifVersion !== undefined && present.version !== ifVersion) {
      found.delete(extensionId);
      return { extensionId, ok: false, reason: 'it was changed since' };
    }
    return { extensionId, ok: true };
  });
  const going = [...found.values()];
  if (going.length === 0) return results;
  const numbers = await numbersOfExtensions(tx, [...found.keys()]);
  const marks: DirtyMark[] = [];
  const companies = new Map<string, NonNullable<Awaited<ReturnType<typeof companyRules>>>>();
  for (const { companyId } of going) {
    const company = companies.get(companyId) ?? (await companyRules(tx, companyId));
    if (company !== undefined) companies.set(companyId, company);
  }
  await moveNumbers(
    tx,
    actor,
    releaseMoves(numbers, numbersTo, (number) => ({
      extension: found.get(number.extensionId ?? '')?.number ?? null,
      quarantineDays: companies.get(number.companyId)?.quarantineDays ?? 0,
    })),
  );
  await deleteExtensions(tx, [...found.keys()]);
  for (const { id, companyId } of going) {
    const pbxId = companies.get(companyId)?.pbxId;
    if (pbxId !== undefined) marks.push({ pbxId, type: 'extension', id, deleted: true });
  }
  await markDirty(tx, [...marks, ...numberMarks(numbers, (companyId) => companies.get(companyId)?.pbxId)]);
  await recordAudit(
    tx,
    going.map(
      (one): AuditEntry => ({
        actor,
        action: 'extension.deleted',
        objectType: 'extension',
        objectId: one.id,
        companyId: one.companyId,
        details: { extension: one.number, displayName: one.displayName, phoneNumbers: one.phoneNumbers },
      }),
    ),
  );
  return results;
}
