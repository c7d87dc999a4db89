import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { hashPhoneToken, stage1Token, stage2Token } from '../../store/phones/tokens.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { audit, type ChangeContext, notFound } from '../change.ts';
import type { DeviceDeps } from './deps.ts';

/** Served nothing until it is resumed. Its accounts work on: what the phone has, it keeps. */
export async function suspendDevice(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await getDevice(tx, context, id);
  if (row.state === 'suspended') throw wrongState('the phone is suspended already');
  await change(tx, id, { state: 'suspended', windowUntil: null });
  await audit(tx, context, 'device.suspended', 'device', row, { mac: row.mac });
}

export async function resumeDevice(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await getDevice(tx, context, id);
  if (row.state !== 'suspended') throw wrongState('the phone is not suspended');
  const seen = await tx.deviceSeen.findUnique({ where: { deviceId: id } });
  const state = (seen?.fetchedRevision ?? null) === null ? 'pending' : 'active';
  await change(tx, id, { state });
  await audit(tx, context, 'device.resumed', 'device', row, { mac: row.mac, state });
}

/** Its first address is answered until then, whatever it fetched before: it was reset, or is new. */
export async function openWindow(
  tx: Tx,
  { windowMs }: DeviceDeps,
  context: ChangeContext,
  id: string,
  hours: number | undefined,
): Promise<void> {
  const row = await getDevice(tx, context, id);
  if (row.state === 'suspended') throw wrongState('the phone is suspended: resume it first');
  const until = new Date(Date.now() + (hours === undefined ? windowMs : hours * 3_600_000));
  await change(tx, id, { windowUntil: until });
  await audit(tx, context, 'device.window_opened', 'device', row, { mac: row.mac, until: until.toISOString() });
}

export async function closeWindow(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await getDevice(tx, context, id);
  if (row.windowUntil === null) return;
  await change(tx, id, { windowUntil: null });
  await audit(tx, context, 'device.window_closed', 'device', row, { mac: row.mac });
}

/**
 * A new address and a new password for everything it fetches. The old ones stay good until the phone has used the new ones,
 * which its next file tells it; with `revoke` they die now, and only an open window lets it in again.
 */
export async function renewTokens(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  id: string,
  revoke: boolean,
): Promise<void> {
  const row = await getDevice(tx, context, id);
  await change(tx, id, nextTokens(deps, row, revoke));
  await audit(tx, context, 'device.tokens_renewed', 'device', row, { mac: row.mac, revoke });
}

/** The next generation of what a device fetches with. */
export function nextTokens(
  { seal }: DeviceDeps,
  row: { id: string; stage2Generation: number; stage2Hash: string },
  revoke: boolean,
) {
  const stage2Generation = row.stage2Generation + 1;
  return {
    stage2Generation,
    stage2Hash: hashPhoneToken(stage2Token(seal, row.id, stage2Generation)),
    stage2OldHash: revoke ? null : row.stage2Hash,
    ...(revoke ? { stage1Hash: null } : {}),
  };
}

/**
 * A first address of its own, for ways that name one phone: a redirect service, a QR code, somebody's keyboard. One that
 * was not used yet is given again; it works while the window is open.
 */
export async function firstAddress(tx: Tx, deps: DeviceDeps, context: ChangeContext, id: string): Promise<string> {
  const row = await getDevice(tx, context, id);
  if (row.state === 'suspended') throw wrongState('the phone is suspended: resume it first');
  const generation = row.stage1Hash === null ? row.stage1Generation + 1 : row.stage1Generation;
  const token = stage1Token(deps.seal, id, generation);
  if (row.stage1Hash === null) {
    await change(tx, id, { stage1Generation: generation, stage1Hash: hashPhoneToken(token) });
  }
  await audit(tx, context, 'device.address_shown', 'device', row, { mac: row.mac });
  return `${deps.facts.publicUrl}/p/${token}/`;
}

async function getDevice(tx: Tx, context: ChangeContext, id: string) {
  const row = await tx.device.findUnique({ where: { id } });
  if (row === null) throw notFound('device');
  expectVersion(row, context.ifVersion);
  return row;
}

async function change(tx: Tx, id: string, data: Parameters<Tx['device']['update']>[0]['data']): Promise<void> {
  await tx.device.update({ where: { id }, data: { ...data, version: { increment: 1 }, updatedAt: new Date() } });
}

function wrongState(message: string): LinekeeperError {
  return new LinekeeperError('DEVICE_STATE_INVALID', message);
}
