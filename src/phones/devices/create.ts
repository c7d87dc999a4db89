import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { macText } from '../../domain/phones/mac.ts';
import { generateSecret } from '../../domain/sip-account.ts';
import type { Tx } from '../../store/database.ts';
import { hashPhoneToken, stage2Token } from '../../store/phones/tokens.ts';
import type { Seal } from '../../store/seal.ts';
import { audit, type ChangeContext, wrongField } from '../change.ts';
import { writeSettings } from '../settings/write.ts';
import type { DeviceDeps } from './deps.ts';
import type { DeviceInput } from './device-input.ts';
import { refuseOverflow } from './judge.ts';
import { attachLine } from './lines.ts';
import { checkReferences, keysText } from './references.ts';

/** Letters and digits: phones take no others. */
const PASSWORD_LENGTH = 16;

/** New random passwords for the phone's own menu and web page, sealed for the device. */
export function newPasswords(seal: Seal, id: string): string {
  const random = () => generateSecret(randomBytes).slice(0, PASSWORD_LENGTH);
  return seal.seal(JSON.stringify({ adminPassword: random(), userPassword: random() }), `Device:${id}`);
}

/** A MAC address is one phone's in all companies; whose the other is, is nobody's business. */
export async function refuseMac(tx: Tx, mac: string): Promise<void> {
  if ((await tx.device.count({ where: { mac } })) === 0) return;
  throw wrongField('MAC_TAKEN', 'mac', `${macText(mac)} is not available`);
}

/** A new phone with its window open. The caller has made sure that the company exists. */
export async function createDevice(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  companyId: string,
  input: DeviceInput,
): Promise<string> {
  const { mac, vendor, lines = [], settings = {} } = input;
  await refuseMac(tx, mac);
  const model = (await checkReferences(tx, deps, companyId, input, vendor)) ?? null;
  const id = await insertDevice(tx, deps, {
    ...{ companyId, mac, vendor, model, label: input.label ?? null },
    ...{ siteId: input.siteId ?? null, userId: input.userId ?? null, keyLayoutId: input.keyLayoutId ?? null },
    keys: keysText(input.keys) ?? '[]',
  });
  await audit(tx, context, 'device.created', 'device', { id, companyId }, { mac, vendor, model });
  for (const line of lines) await attachLine(tx, deps, context, id, line);
  await writeSettings(tx, deps, context, { companyId, scope: 'device', scopeId: id }, settings);
  await refuseOverflow(tx, deps, [id], 'keys');
  return id;
}

interface NewDevice {
  companyId: string;
  mac: string;
  vendor: string;
  model: string | null;
  label: string | null;
  siteId: string | null;
  userId: string | null;
  keyLayoutId: string | null;
  keys: string;
}

/** The row of a new phone: tokens of its own, its window open. */
export async function insertDevice(tx: Tx, { seal, windowMs }: DeviceDeps, row: NewDevice): Promise<string> {
  const id = uuid();
  const now = new Date();
  await tx.device.create({
    data: {
      ...row,
      id,
      passwordsSealed: newPasswords(seal, id),
      stage2Hash: hashPhoneToken(stage2Token(seal, id, 1)),
      windowUntil: new Date(now.getTime() + windowMs),
      createdAt: now,
      updatedAt: now,
    },
  });
  await tx.deviceSeen.create({ data: { deviceId: id } });
  await tx.phoneSighting.deleteMany({ where: { mac: row.mac } });
  return id;
}
