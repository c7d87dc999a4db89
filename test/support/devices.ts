import { createHash } from 'node:crypto';
import type { Database } from '../../src/store/database.ts';

let count = 0;

export interface DeviceInput {
  companyId?: string;
  mac?: string;
  vendor?: string;
  model?: string | null;
  label?: string;
  siteId?: string;
  /** Accounts of its lines, in their order. */
  accountIds?: string[];
  state?: string;
}

/** A device as a row, with lines on accounts that exist. */
export async function insertDevice(db: Database, input: DeviceInput = {}): Promise<string> {
  const id = `device-${++count}`;
  const { companyId = 'acme', vendor = 'yealink', model = 'T54W', accountIds = [], mac: given, ...more } = input;
  const times = { createdAt: new Date(), updatedAt: new Date() };
  const mac = given ?? `0015650${count.toString(16).padStart(5, '0')}`;
  const passwordsSealed = db.seal.seal(
    JSON.stringify({ adminPassword: 'Admin1234', userPassword: 'User12345' }),
    `Device:${id}`,
  );
  const stage2Hash = createHash('sha256').update(id).digest('hex');
  await db.write(async (tx) => {
    await tx.device.create({
      data: { id, companyId, vendor, model, state: 'active', ...more, mac, passwordsSealed, stage2Hash, ...times },
    });
    for (const [index, accountId] of accountIds.entries()) {
      await tx.deviceLine.create({ data: { id: `${id}-${index}`, deviceId: id, ordinal: index + 1, accountId } });
    }
  });
  return id;
}

export function seenOf(db: Database, deviceId: string) {
  return db.read.deviceSeen.findUniqueOrThrow({ where: { deviceId } });
}

/** As the listener writes it down when it has given out the main file. */
export async function noteFetched(db: Database, deviceId: string, revision: number): Promise<number> {
  const at = Date.now();
  await db.note((tx) =>
    tx.deviceSeen.update({ where: { deviceId }, data: { fetchedRevision: revision, fetchedAt: new Date(at) } }),
  );
  return at;
}
