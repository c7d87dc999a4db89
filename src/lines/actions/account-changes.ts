import type { KnownAccount } from '../../store/account-writes.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import type { ExistingExtension } from '../../store/extension-writes.ts';
import { touchExtensions } from '../../store/lifecycle.ts';
import type { MassContext } from '../../store/mass-action.ts';
import { markDirty } from '../../store/outbox.ts';
import { companyRules } from '../../store/references.ts';

/** Accounts by the id of their extension. */
export function byExtension(accounts: readonly KnownAccount[]): Map<string, KnownAccount[]> {
  const found = new Map<string, KnownAccount[]>();
  for (const account of accounts) {
    const own = found.get(account.extensionId);
    if (own === undefined) found.set(account.extensionId, [account]);
    else own.push(account);
  }
  return found;
}

/** Accounts are parts of their extensions: these get a new version, go to the PBX, and the log tells of it. */
export async function accountsChanged(
  tx: Tx,
  { companyId, actor }: MassContext,
  action: string,
  items: readonly { extension: ExistingExtension; details: Record<string, unknown> }[],
): Promise<void> {
  if (items.length === 0) return;
  const ids = items.map(({ extension }) => extension.id);
  await touchExtensions(tx, ids);
  const company = await companyRules(tx, companyId);
  await markDirty(
    tx,
    company === undefined ? [] : ids.map((id) => ({ pbxId: company.pbxId, type: 'extension' as const, id })),
  );
  await recordAudit(
    tx,
    items.map(({ extension: { id, number }, details }) => ({
      ...{ actor, action, objectType: 'extension', objectId: id, companyId },
      details: { extension: number, ...details },
    })),
  );
}
