import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { audit, badReference, type ChangeContext, notFound, wrongField } from '../change.ts';
import type { RedirectDeps } from './accounts.ts';
import { checkedFields } from './fields.ts';
import { serviceOf } from './services.ts';

export const entryInputSchema = z.strictObject({
  accountId: z.string().max(64),
  extras: z
    .record(z.string().max(60), z.string())
    .optional()
    .meta({ description: 'What the service asks for of each phone besides its MAC address. Never shown again.' }),
});
export type EntryInput = z.output<typeof entryInputSchema>;

/** Opens a phone's window and gives it a first address of its own: what the other parts of phones do, handed in. */
export type GiveAddress = (tx: Tx, context: ChangeContext, deviceId: string) => Promise<unknown>;

/** Wants a phone to be listed; the worker does it. */
export async function listDevice(
  tx: Tx,
  deps: RedirectDeps & { giveAddress: GiveAddress },
  context: ChangeContext,
  deviceId: string,
  { accountId, extras = {} }: EntryInput,
): Promise<void> {
  const device = await tx.device.findUnique({ where: { id: deviceId } });
  if (device === null) throw notFound('device');
  const account = await tx.redirectAccount.findUnique({ where: { id: accountId } });
  if (account === null || account.companyId !== device.companyId)
    throw badReference('accountId', 'redirect account of the company');
  const service = serviceOf(deps.services, account.service);
  if (!service.vendors.includes(device.vendor)) {
    throw wrongField('REFERENCE_INVALID', 'accountId', `phones of ${device.vendor} do not ask at ${service.name}`);
  }
  const former = await tx.redirectEntry.findUnique({ where: { deviceId } });
  if (former !== null && former.accountId !== accountId && former.state !== 'removed') {
    throw new LinekeeperError('CONFLICT', 'the phone is listed with another account: take it out there first');
  }
  const given = checkedFields('extras', service.fields, extras);
  await deps.giveAddress(tx, { ...context, ifVersion: undefined }, deviceId);
  const extraSealed =
    Object.keys(given).length === 0 ? null : deps.seal.seal(JSON.stringify(given), `RedirectEntry:${deviceId}`);
  await want(tx, deviceId, { mac: former?.mac ?? device.mac, accountId, extraSealed, wanted: 'list' });
  await audit(tx, context, 'device.redirect_listed', 'device', device, { mac: device.mac, account: account.name });
}

/** Wants a phone to be taken out of its service. */
export async function unlistDevice(tx: Tx, context: ChangeContext, deviceId: string): Promise<void> {
  const device = await tx.device.findUnique({ where: { id: deviceId } });
  const entry = await tx.redirectEntry.findUnique({ where: { deviceId }, include: { account: true } });
  if (device === null || entry === null) throw notFound('entry of the phone at a redirect service');
  if (entry.wanted === 'remove' && entry.state !== 'failed') return;
  const { mac, accountId, extraSealed, account } = entry;
  await want(tx, deviceId, { mac, accountId, extraSealed, wanted: 'remove' });
  await audit(tx, context, 'device.redirect_removed', 'device', device, { mac: device.mac, account: account.name });
}

async function want(
  tx: Tx,
  deviceId: string,
  data: { mac: string; accountId: string; extraSealed: string | null; wanted: 'list' | 'remove' },
): Promise<void> {
  const now = new Date();
  const row = { ...data, state: 'waiting', attempts: 0, nextAttemptAt: now, error: null, updatedAt: now };
  await tx.redirectEntry.upsert({ where: { deviceId }, create: { deviceId, ...row }, update: row });
}
