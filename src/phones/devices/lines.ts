import { v7 as uuid } from 'uuid';
import { MAX_DEVICE_LINES } from '../../domain/phones/device.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { audit, badReference, type ChangeContext, notFound, wrongField } from '../change.ts';
import type { DeviceDeps } from './deps.ts';
import type { LineInput } from './device-input.ts';
import { refuseOverflow } from './judge.ts';

/** Adds a line behind the others, or at `ordinal`. */
export async function addLine(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  deviceId: string,
  input: LineInput & { ordinal?: number | undefined },
): Promise<void> {
  const device = await deviceWithLines(tx, deviceId);
  expectVersion(device, context.ifVersion);
  const last = device.lines.at(-1)?.ordinal ?? 0;
  await attachLine(tx, deps, context, deviceId, input);
  if (input.ordinal !== undefined && input.ordinal <= last) await putAt(tx, deviceId, last + 1, input.ordinal);
  await touch(tx, deviceId);
  await refuseOverflow(tx, deps, [deviceId], 'lines');
}

/** The same without a look at version and model, for what adds several. */
export async function attachLine(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  deviceId: string,
  input: LineInput,
): Promise<void> {
  const device = await deviceWithLines(tx, deviceId);
  if (device.lines.length >= MAX_DEVICE_LINES) {
    throw wrongField('KEYS_OVERFLOW', 'lines', `a phone has at most ${MAX_DEVICE_LINES} lines`);
  }
  const { companyId, lines } = device;
  const extension = await tx.extension.findFirst({ where: { id: input.extensionId, companyId } });
  if (extension === null) throw badReference('extensionId', 'extension');
  const account = await pickAccount(tx, deps, context, extension.id, input.account);
  const ordinal = (lines.at(-1)?.ordinal ?? 0) + 1;
  await tx.deviceLine.create({
    data: { id: uuid(), deviceId, ordinal, accountId: account.id, label: input.label ?? null },
  });
  const details = { mac: device.mac, line: ordinal, extension: extension.number, account: account.ordinal };
  await audit(tx, context, 'device.line_added', 'device', device, details);
}

/**
 * The account that a line registers with: the one that is named; else the first desk account that no phone holds, of an
 * extension that never registered anywhere; else a new one, for what somebody may use already is not taken from him.
 */
async function pickAccount(
  tx: Tx,
  { accounts }: DeviceDeps,
  context: ChangeContext,
  extensionId: string,
  wanted: number | undefined,
): Promise<{ id: string; ordinal: number }> {
  const present = await tx.sipAccount.findMany({
    where: { extensionId },
    orderBy: { ordinal: 'asc' },
    include: { line: { include: { device: true } } },
  });
  if (wanted !== undefined) {
    const named = present.find(({ ordinal }) => ordinal === wanted);
    if (named === undefined) throw badReference('account', 'SIP account of the extension');
    if (named.line !== null) {
      throw wrongField('DEVICE_LINE_TAKEN', 'account', `account ${wanted} is a line of ${named.line.device.mac}`);
    }
    return named;
  }
  const seen = await tx.extensionSeen.findUnique({ where: { extensionId } });
  const free = present.find(({ kind, line, adoption }) => kind === 'desk' && line === null && adoption === null);
  if (free !== undefined && (seen?.lastRegisteredAt ?? null) === null) return free;
  return accounts.addAccount(tx, { actor: context.actor }, extensionId, { kind: 'desk' });
}

export async function changeLine(
  tx: Tx,
  context: ChangeContext,
  deviceId: string,
  ordinal: number,
  patch: { ordinal?: number | undefined; label?: string | null | undefined },
): Promise<void> {
  const device = await deviceWithLines(tx, deviceId);
  expectVersion(device, context.ifVersion);
  const line = lineOf(device, ordinal);
  if (patch.ordinal !== undefined && !device.lines.some((one) => one.ordinal === patch.ordinal)) {
    throw wrongField('REFERENCE_INVALID', 'ordinal', `the phone has no line ${patch.ordinal} to change places with`);
  }
  if (patch.label !== undefined) await tx.deviceLine.update({ where: { id: line.id }, data: { label: patch.label } });
  if (patch.ordinal !== undefined && patch.ordinal !== ordinal) await putAt(tx, deviceId, ordinal, patch.ordinal);
  await touch(tx, deviceId);
  const details = {
    ...{ mac: device.mac, line: ordinal },
    ...(patch.ordinal === undefined ? {} : { ordinal: [ordinal, patch.ordinal] }),
    ...(patch.label === undefined ? {} : { label: [line.label, patch.label] }),
  };
  await audit(tx, context, 'device.line_changed', 'device', device, details);
}

/** Takes a line off; the lines behind it move up. Its account goes with it unless it is to be kept. */
export async function removeLine(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  deviceId: string,
  ordinal: number,
  keepAccount: boolean,
): Promise<void> {
  const device = await deviceWithLines(tx, deviceId);
  expectVersion(device, context.ifVersion);
  const line = lineOf(device, ordinal);
  await tx.deviceLine.delete({ where: { id: line.id } });
  await closeGaps(tx, deviceId);
  if (!keepAccount) await releaseAccount(tx, deps, context, line.accountId);
  await touch(tx, deviceId);
  await audit(tx, context, 'device.line_removed', 'device', device, { mac: device.mac, line: ordinal, keepAccount });
}

/**
 * An account that no phone needs any more goes. The last one of an extension cannot: it gets a new secret, so that the phone
 * that had it is out all the same.
 */
export async function releaseAccount(
  tx: Tx,
  { accounts }: DeviceDeps,
  { actor }: ChangeContext,
  accountId: string,
): Promise<void> {
  const account = await tx.sipAccount.findUnique({ where: { id: accountId } });
  if (account === null) return;
  const { extensionId, ordinal } = account;
  if ((await tx.sipAccount.count({ where: { extensionId } })) > 1) {
    await accounts.removeAccount(tx, { actor }, extensionId, ordinal);
  } else {
    await renewSecret(tx, accounts, actor, account);
  }
}

/** A new secret at once, and none that waits beside it. */
export async function renewSecret(
  tx: Tx,
  accounts: DeviceDeps['accounts'],
  actor: string,
  { id, extensionId, ordinal }: { id: string; extensionId: string; ordinal: number },
): Promise<void> {
  await tx.sipAccount.update({ where: { id }, data: { nextSecretSealed: null, nextSecretAt: null } });
  await accounts.rotateSecret(tx, { actor }, extensionId, ordinal, { force: true });
}

type WithLines = Awaited<ReturnType<typeof deviceWithLines>>;

async function deviceWithLines(tx: Tx, id: string) {
  const device = await tx.device.findUnique({ where: { id }, include: { lines: { orderBy: { ordinal: 'asc' } } } });
  if (device === null) throw notFound('device');
  return device;
}

function lineOf(device: WithLines, ordinal: number): WithLines['lines'][number] {
  const line = device.lines.find((one) => one.ordinal === ordinal);
  if (line === undefined) throw new LinekeeperError('NOT_FOUND', `the phone has no line ${ordinal}`);
  return line;
}

/** Numbers that no line has, for lines on their way: (device, ordinal) is unique at every moment. */
const ASIDE = 1000;

async function putAt(tx: Tx, deviceId: string, from: number, to: number): Promise<void> {
  const rows = await tx.deviceLine.findMany({ where: { deviceId }, orderBy: { ordinal: 'asc' } });
  const moved = rows.find(({ ordinal }) => ordinal === from);
  if (moved === undefined) return;
  const others = rows.filter((row) => row !== moved);
  others.splice(to - 1, 0, moved);
  await renumber(tx, others);
}

async function closeGaps(tx: Tx, deviceId: string): Promise<void> {
  await renumber(tx, await tx.deviceLine.findMany({ where: { deviceId }, orderBy: { ordinal: 'asc' } }));
}

async function renumber(tx: Tx, rows: readonly { id: string; ordinal: number }[]): Promise<void> {
  const moving = rows.flatMap((row, i) => (row.ordinal === i + 1 ? [] : [{ id: row.id, ordinal: i + 1 }]));
  for (const { id, ordinal } of moving)
    await tx.deviceLine.update({ where: { id }, data: { ordinal: ASIDE + ordinal } });
  for (const { id, ordinal } of moving) await tx.deviceLine.update({ where: { id }, data: { ordinal } });
}

async function touch(tx: Tx, id: string): Promise<void> {
  await tx.device.update({ where: { id }, data: { version: { increment: 1 }, updatedAt: new Date() } });
}
