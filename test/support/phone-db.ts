import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { v7 as uuid } from 'uuid';
import { packageRoot } from '../../src/environment.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { hashPhoneToken, siteToken, stage1Token, stage2Token } from '../../src/store/phones/tokens.ts';

export const HOUR = 3_600_000;

/** A migrated database with a PBX, the company acme and its site Berlin, which has an address for phones. */
export async function openPhoneDb(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'lk-phones-'));
  const db = await openDatabase({
    file: join(folder, 'test.db'),
    keyFile: join(folder, 'test.key'),
    migrationsFolder: join(packageRoot, 'prisma', 'migrations'),
  });
  t.teardown(async () => {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const times = { createdAt: new Date(), updatedAt: new Date() };
  const [pbxId, companyId, siteId] = [uuid(), uuid(), uuid()];
  await db.write(async (tx) => {
    await tx.pbx.create({
      data: { id: pbxId, name: 'main', host: '127.0.0.1', amiPort: 5038, loginsSealed: '', ...times },
    });
    await tx.company.create({
      data: { id: companyId, pbxId, ...ACME, ...times },
    });
    await tx.site.create({
      data: {
        ...{ id: siteId, companyId, name: 'Berlin', phoneTokenGeneration: 1 },
        phoneTokenHash: hashPhoneToken(siteToken(db.seal, siteId, 1)),
        ...times,
      },
    });
  });
  return {
    db,
    pbxId,
    companyId,
    siteId,
    phone: (mac: string, more: PhoneInput = {}) => addPhone(db, { companyId, siteId, mac, ...more }),
  };
}

const ACME = {
  name: 'Acme',
  slug: 'acme',
  endpointPrefix: 'acme-',
  country: 'DE',
  timezone: 'Europe/Berlin',
  ranges: '[["1000","1999"]]',
};

interface PhoneInput {
  vendor?: string;
  state?: string;
  siteId?: string | null;
  windowUntil?: Date | null;
  claimCode?: string;
  /** With a first address of its own. */
  isOwn?: boolean;
}

async function addPhone(
  db: Database,
  { isOwn, ...input }: PhoneInput & { companyId: string; mac: string },
): Promise<string> {
  const id = uuid();
  await db.write((tx) =>
    tx.device.create({
      data: {
        ...{ id, vendor: 'yealink', passwordsSealed: '' },
        stage2Hash: hashPhoneToken(stage2Token(db.seal, id, 1)),
        windowUntil: new Date(Date.now() + HOUR),
        ...(isOwn === true ? { stage1Generation: 1, stage1Hash: hashPhoneToken(stage1Token(db.seal, id, 1)) } : {}),
        ...{ createdAt: new Date(), updatedAt: new Date() },
        ...input,
      },
    }),
  );
  return id;
}
