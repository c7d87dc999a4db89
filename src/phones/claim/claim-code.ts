import { randomInt } from 'node:crypto';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { audit, type ChangeContext, notFound } from '../change.ts';

/** What is dialled before the code (templates/asterisk/linekeeper-dialplan.conf). */
const SERVICE_CODE = '*55';
const TRIES = 100;

/** What a phone without lines shows: what to dial from another one to make it yours. */
export function claimText(code: string): string {
  return `${SERVICE_CODE}${code}`;
}

/** A code for a phone that has no line yet; a former one is over. @throws DEVICE_STATE_INVALID */
export async function issueClaimCode(tx: Tx, context: ChangeContext, id: string): Promise<string> {
  const device = await tx.device.findUnique({ where: { id }, include: { _count: { select: { lines: true } } } });
  if (device === null) throw notFound('device');
  expectVersion(device, context.ifVersion);
  if (device._count.lines > 0) throw new LinekeeperError('DEVICE_STATE_INVALID', 'the phone has a line already');
  if (device.state === 'suspended') throw new LinekeeperError('DEVICE_STATE_INVALID', 'the phone is suspended');
  const claimCode = await freeCode(tx);
  await tx.device.update({ where: { id }, data: { claimCode, version: { increment: 1 }, updatedAt: new Date() } });
  await audit(tx, context, 'device.claim_opened', 'device', device, { mac: device.mac });
  return claimCode;
}

/** Nobody may claim it any more. */
export async function endClaim(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const device = await tx.device.findUnique({ where: { id } });
  if (device === null) throw notFound('device');
  expectVersion(device, context.ifVersion);
  if (device.claimCode === null) return;
  await tx.device.update({
    where: { id },
    data: { claimCode: null, version: { increment: 1 }, updatedAt: new Date() },
  });
  await audit(tx, context, 'device.claim_closed', 'device', device, { mac: device.mac });
}

async function freeCode(tx: Tx): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    if ((await tx.device.count({ where: { claimCode: code } })) === 0) return code;
  }
  throw new LinekeeperError('CONFLICT', 'too many phones wait to be claimed');
}
