import { v7 as uuid } from 'uuid';
import type { BroadcastInput, BroadcastPatch, BroadcastTarget } from '../domain/broadcast.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import { strangeGroups, strangers } from '../store/broadcasts.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { badReference, type ChangeContext, notFound } from './context.ts';
import { beforeAfter } from './patch.ts';

const DAY_MS = 86_400_000;
const FARTHEST_MS = 366 * DAY_MS;
/** Clocks differ a little: what was meant as "now" is no mistake. */
const LATEST_MS = 60_000;

/** The caller has made sure that the company exists. It is sent by the broadcaster when its time has come. */
export async function createBroadcast(
  tx: Tx,
  context: ChangeContext,
  companyId: string,
  input: BroadcastInput,
): Promise<string> {
  const { text, category, target, channels } = input;
  await checkTarget(tx, companyId, target);
  const now = new Date();
  const id = uuid();
  const sendAt = sendTimeOf(input.sendAt, now);
  const json = { target: JSON.stringify(target), channels: JSON.stringify(channels) };
  const row = { id, companyId, category, text, ...json, sendAt, actor: context.actor, createdAt: now, updatedAt: now };
  await tx.broadcast.create({ data: row });
  await audit(tx, context.actor, 'created', row, { category, text, target, channels, sendAt });
  return id;
}

/** Changes what is not on its way yet. @throws NOT_FOUND, BROADCAST_STATE_INVALID */
export async function updateBroadcast(
  tx: Tx,
  context: ChangeContext,
  id: string,
  patch: BroadcastPatch,
): Promise<void> {
  const row = await scheduled(tx, context, id, 'changed');
  const changed: { text?: string; sendAt?: Date } = {};
  if (patch.text !== undefined && patch.text !== row.text) changed.text = patch.text;
  if (patch.sendAt !== undefined) {
    const sendAt = sendTimeOf(patch.sendAt, new Date());
    if (sendAt.getTime() !== row.sendAt.getTime()) changed.sendAt = sendAt;
  }
  if (Object.keys(changed).length === 0) return;
  await tx.broadcast.update({ where: { id }, data: { ...changed, version: { increment: 1 }, updatedAt: new Date() } });
  await audit(tx, context.actor, 'updated', row, beforeAfter(row, changed));
}

/** @throws NOT_FOUND, BROADCAST_STATE_INVALID: it has begun, was sent or was canceled before */
export async function cancelBroadcast(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await scheduled(tx, context, id, 'canceled');
  const data = { state: 'canceled', version: { increment: 1 }, updatedAt: new Date() };
  await tx.broadcast.update({ where: { id }, data });
  await audit(tx, context.actor, 'canceled', row, { category: row.category });
}

export function audit(
  tx: Tx,
  actor: string,
  verb: string,
  row: { id: string; companyId: string },
  details: Record<string, unknown>,
): Promise<void> {
  const entry = { actor, action: `broadcast.${verb}`, objectType: 'broadcast', objectId: row.id };
  return recordAudit(tx, [{ ...entry, companyId: row.companyId, details }]);
}

async function scheduled(tx: Tx, context: ChangeContext, id: string, verb: string) {
  const row = await tx.broadcast.findUnique({ where: { id } });
  if (row === null) throw notFound('broadcast');
  expectVersion(row, context.ifVersion);
  if (row.state === 'scheduled') return row;
  throw new LinekeeperError('BROADCAST_STATE_INVALID', `a broadcast that is ${row.state} cannot be ${verb}`, {
    details: { state: row.state },
  });
}

async function checkTarget(tx: Tx, companyId: string, target: BroadcastTarget): Promise<void> {
  if ('everyone' in target) return;
  if ((await strangers(tx, companyId, target.userIds)).length > 0) throw badReference('target.userIds', 'user');
  if ((await strangeGroups(tx, companyId, target.groupIds)).length > 0) throw badReference('target.groupIds', 'group');
}

/** When it will be sent; absent: now. @throws VALIDATION_FAILED for a time that is past or too far */
export function sendTimeOf(iso: string | undefined, now: Date, path = 'sendAt'): Date {
  if (iso === undefined) return now;
  const time = new Date(iso);
  const ahead = time.getTime() - now.getTime();
  if (ahead < -LATEST_MS) throw badTime(path, 'SEND_AT_PAST', 'is in the past');
  if (ahead > FARTHEST_MS) throw badTime(path, 'SEND_AT_FAR', 'is more than a year ahead');
  return time;
}

function badTime(path: string, code: string, message: string): LinekeeperError {
  return new LinekeeperError('VALIDATION_FAILED', 'one field is wrong', {
    fields: [{ path, code, message }],
  });
}
