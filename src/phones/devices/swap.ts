import { z } from 'zod';
import { macSchema } from '../../domain/phones/mac.ts';
import { text } from '../../domain/text.ts';
import type { Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { audit, type ChangeContext, notFound } from '../change.ts';
import { isSecretSetting, sealPurpose } from '../resolve/layers.ts';
import { insertDevice, newPasswords, refuseMac } from './create.ts';
import type { DeviceDeps } from './deps.ts';
import { refuseOverflow } from './judge.ts';
import { attachLine, renewSecret } from './lines.ts';
import { checkReferences } from './references.ts';
import { nextTokens } from './state.ts';

const other = {
  mac: macSchema,
  vendor: z.string().max(31).optional(),
  model: z.string().max(61).nullable().optional(),
};

export const swapSchema = z.strictObject({
  ...other,
  keepSecrets: z
    .boolean()
    .default(false)
    .meta({ description: 'true: the SIP secrets stay. Else the old phone is locked out of the PBX too.' }),
});
export type SwapInput = z.output<typeof swapSchema>;

/** Another phone takes the place of a broken one: lines, keys and settings stay, everything that the old one knows dies. */
export async function swapDevice(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  id: string,
  input: SwapInput,
): Promise<void> {
  const row = await tx.device.findUnique({ where: { id }, include: { lines: { include: { account: true } } } });
  if (row === null) throw notFound('device');
  expectVersion(row, context.ifVersion);
  if (input.mac !== row.mac) await refuseMac(tx, input.mac);
  const vendor = input.vendor ?? row.vendor;
  const named = input.model === undefined ? (vendor === row.vendor ? row.model : null) : input.model;
  const model = (await checkReferences(tx, deps, row.companyId, { model: named }, vendor)) ?? null;
  const now = new Date();
  await tx.device.update({
    where: { id },
    data: {
      ...nextTokens(deps, row, true),
      ...{ mac: input.mac, vendor, model, state: 'pending', claimCode: null },
      passwordsSealed: newPasswords(deps.seal, id),
      windowUntil: new Date(now.getTime() + deps.windowMs),
      version: { increment: 1 },
      updatedAt: now,
    },
  });
  await forgetSeen(tx, id);
  await tx.phoneSighting.deleteMany({ where: { mac: input.mac } });
  if (!input.keepSecrets) {
    for (const { account } of row.lines) await renewSecret(tx, deps.accounts, context.actor, account);
  }
  await refuseOverflow(tx, deps, [id], 'model');
  const details = { mac: [row.mac, input.mac], vendor, model, keepSecrets: input.keepSecrets };
  await audit(tx, context, 'device.swapped', 'device', row, details);
}

/** What the old phone did is not what this one did. Revisions go on counting. */
async function forgetSeen(tx: Tx, deviceId: string): Promise<void> {
  const nothing = {
    ...{ stage1At: null, fetchedRevision: null, fetchedAt: null, seenAt: null, address: null, userAgent: null },
    ...{ firmware: null, seenModel: null, certificate: null, registeredAt: null, followState: null },
    ...{ followKind: null, followRevision: null, followReason: null, followAttempts: 0, followAt: null },
  };
  await tx.deviceSeen.updateMany({ where: { deviceId }, data: nothing });
  await tx.deviceUpload.deleteMany({ where: { deviceId } });
}

export const duplicateSchema = z.strictObject({
  mac: macSchema,
  label: text(60).nullable().optional(),
  userId: z.string().max(64).nullable().optional(),
  withLines: z
    .boolean()
    .default(false)
    .meta({ description: 'true: the same extensions, each with a SIP account of its own: both phones ring.' }),
});
export type DuplicateInput = z.output<typeof duplicateSchema>;

/** One more phone like it: model, site, layout, keys and settings; addresses, passwords and accounts are its own. */
export async function duplicateDevice(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  id: string,
  input: DuplicateInput,
): Promise<string> {
  const row = await tx.device.findUnique({
    where: { id },
    include: { lines: { orderBy: { ordinal: 'asc' }, include: { account: true } } },
  });
  if (row === null) throw notFound('device');
  await refuseMac(tx, input.mac);
  const { companyId, vendor, model, siteId, keyLayoutId, keys } = row;
  const userId = input.userId === undefined ? null : input.userId;
  await checkReferences(tx, deps, companyId, { userId }, vendor);
  const copy = await insertDevice(tx, deps, {
    ...{ companyId, vendor, model, siteId, keyLayoutId, keys, userId },
    ...{ mac: input.mac, label: input.label ?? null },
  });
  await audit(tx, context, 'device.duplicated', 'device', { id: copy, companyId }, { mac: input.mac, from: row.mac });
  await copySettings(tx, deps, companyId, id, copy);
  if (input.withLines) {
    for (const { account, label } of row.lines) {
      await attachLine(tx, deps, context, copy, { extensionId: account.extensionId, label });
    }
  }
  await refuseOverflow(tx, deps, [copy], 'mac');
  return copy;
}

async function copySettings(tx: Tx, { seal }: DeviceDeps, companyId: string, from: string, to: string): Promise<void> {
  const rows = await tx.phoneSetting.findMany({ where: { companyId, scope: 'device', scopeId: from } });
  for (const row of rows) {
    const copy = { ...row, scopeId: to };
    const value = isSecretSetting(row.key)
      ? seal.seal(seal.open(row.value, sealPurpose(row)), sealPurpose(copy))
      : row.value;
    await tx.phoneSetting.create({ data: { ...copy, value } });
  }
}
