import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase, type Tx } from '../../src/store/database.ts';
import { sealLogins } from '../../src/store/pbxes.ts';
import { executeEach, type SqlValue } from '../../src/store/sql.ts';

const FIRST = ['Anna', 'Jürgen', 'Øyvind', 'Maria', 'Łukasz', 'Zoë', 'Ben', 'Cleo', 'Núria', 'Ivo', 'Tomáš', 'Elif'];
const LAST = ['Müller', 'Strauß', 'Berg', 'Carr', 'Dahl', 'Núñez', 'Weber', 'Schmidt', 'Åkesson', 'Yıldız', 'Novák'];
const CHUNK = 10_000;

const PBX = 'pbx';
export const COMPANY = 'company';
export const SITES = 20;
export const GROUPS = 200;

/** A database of one company with that many users, each with an extension, a site and two groups. */
export async function makeManyUsers(folder: string, users: number): Promise<void> {
  const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
  const db = await openDatabase({
    file: join(folder, 'linekeeper.db'),
    keyFile: join(folder, 'linekeeper.key'),
    migrationsFolder,
  });
  try {
    const login = { username: 'x', secret: 'x' };
    const logins = sealLogins(db, PBX, { events: login, query: login, sync: login, config: login });
    await db.write((tx) => makeCompany(tx, logins));
    for (let from = 0; from < users; from += CHUNK) {
      await db.write((tx) => makeUsers(tx, from, Math.min(from + CHUNK, users)));
    }
  } finally {
    await db.close();
  }
}

async function makeCompany(tx: Tx, loginsSealed: string): Promise<void> {
  const at = new Date();
  const stamps = { createdAt: at, updatedAt: at };
  await tx.pbx.create({
    data: { id: PBX, name: 'none', host: '127.0.0.1', amiPort: 1, loginsSealed, enabled: false, ...stamps },
  });
  const company = { name: 'Bench', slug: 'bench', endpointPrefix: '', ranges: '[]', country: 'DE', timezone: 'UTC' };
  await tx.company.create({ data: { id: COMPANY, pbxId: PBX, ...company, ...stamps } });
  const numbered = (count: number, id: string) => Array.from({ length: count }, (_, i) => ({ id: `${id}-${i}`, i }));
  await tx.site.createMany({
    data: numbered(SITES, 'site').map(({ id, i }) => ({ id, companyId: COMPANY, name: `Site ${i}`, ...stamps })),
  });
  await tx.userGroup.createMany({
    data: numbered(GROUPS, 'group').map(({ id, i }) => ({
      id,
      companyId: COMPANY,
      kind: 'group',
      name: `Group ${i}`,
      ...stamps,
    })),
  });
}

async function makeUsers(tx: Tx, from: number, to: number): Promise<void> {
  const rows = (row: (i: number) => SqlValue[]) => Array.from({ length: to - from }, (_, i) => row(from + i));
  const pick = (list: readonly string[], i: number) => list[i % list.length]!;
  const now = Date.now();
  await executeEach(
    tx,
    `INSERT INTO "User" ("id","companyId","siteId","username","email","firstName","lastName","language","title","state",
       "lastLoginAt","createdAt","updatedAt") VALUES (?, '${COMPANY}', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${now})`,
    rows((i) => [
      id('user', i),
      `site-${i % SITES}`,
      `user.${i}`,
      `user.${i}@bench.example`,
      pick(FIRST, i),
      `${pick(LAST, i * 7)} ${(i * 31) % 977}`,
      pick(['en', 'de', 'fr', 'es'], i),
      i % 3 === 0 ? pick(['Head of Sales', 'Engineer', 'Agent'], i / 3) : null,
      i % 10 === 0 ? 'disabled' : 'active',
      i % 4 === 0 ? null : now - i * 1000,
      now - i,
    ]),
  );
  await executeEach(
    tx,
    `INSERT INTO "Extension" ("id","companyId","number","displayName","userId","createdAt","updatedAt")
       VALUES (?, '${COMPANY}', ?, ?, ?, ${now}, ${now})`,
    rows((i) => [id('extension', i), String(100_000 + i), pick(FIRST, i), id('user', i)]),
  );
  for (const step of [7, 13]) {
    await executeEach(
      tx,
      'INSERT OR IGNORE INTO "UserGroupMember" ("groupId","userId") VALUES (?, ?)',
      rows((i) => [`group-${(i * step) % GROUPS}`, id('user', i)]),
    );
  }
}

/** As long as a UUID, and growing like one of version 7. */
function id(kind: string, i: number): string {
  return `${kind}-0199c5a1-2f7e-7c3b-${String(i).padStart(12, '0')}`;
}
