import type { Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { audit, beforeAfter, type ChangeContext, differing, notFound } from '../change.ts';
import type { DeviceDeps } from './deps.ts';
import type { DevicePatch } from './device-input.ts';
import { refuseOverflow } from './judge.ts';
import { releaseAccount } from './lines.ts';
import { checkReferences, keysText } from './references.ts';

export async function changeDevice(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  id: string,
  patch: DevicePatch,
): Promise<void> {
  const row = await tx.device.findUnique({ where: { id } });
  if (row === null) throw notFound('device');
  expectVersion(row, context.ifVersion);
  // A model is one of a vendor: with another vendor it must be named anew.
  const isOther = patch.vendor !== undefined && patch.vendor !== row.vendor;
  const wanted = isOther && patch.model === undefined ? { ...patch, model: null } : patch;
  const { keys, ...fields } = wanted;
  const model = await checkReferences(tx, deps, row.companyId, wanted, wanted.vendor ?? row.vendor);
  const changed = differing(row, { ...fields, model, keys: keysText(keys) });
  if (Object.keys(changed).length === 0) return;
  await tx.device.update({ where: { id }, data: { ...changed, version: { increment: 1 }, updatedAt: new Date() } });
  await refuseOverflow(tx, deps, [id], 'keys');
  await audit(tx, context, 'device.updated', 'device', row, { mac: row.mac, ...beforeAfter(row, changed) });
}

/**
 * The phone is ours no longer: its addresses die, and so do the accounts it registered with unless they are to be kept.
 * @throws NOT_FOUND, PRECONDITION_FAILED
 */
export async function removeDevice(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  id: string,
  { keepAccounts }: { keepAccounts: boolean },
): Promise<void> {
  const row = await tx.device.findUnique({ where: { id }, include: { lines: true } });
  if (row === null) throw notFound('device');
  expectVersion(row, context.ifVersion);
  await tx.phoneSetting.deleteMany({ where: { companyId: row.companyId, scope: 'device', scopeId: id } });
  await tx.device.delete({ where: { id } });
  await tx.deviceDirty.deleteMany({ where: { deviceId: id } });
  if (!keepAccounts) for (const { accountId } of row.lines) await releaseAccount(tx, deps, context, accountId);
  const { mac, vendor, model } = row;
  await audit(tx, context, 'device.deleted', 'device', row, { mac, vendor, model, keepAccounts });
}
