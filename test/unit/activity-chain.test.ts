import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import t, { type Test } from 'tap';
import { moveAnchor } from '../../src/store/activity/anchor.ts';
import { expireActivity } from '../../src/store/activity/retention.ts';
import { verifyChain } from '../../src/store/activity/verify.ts';
import { verifyFile } from '../../src/store/activity/verify-file.ts';
import { recordAudit } from '../../src/store/audit-log.ts';
import type { Database } from '../../src/store/database.ts';
import { handleOf } from '../../src/store/handles.ts';
import { withOrigin } from '../../src/store/origin.ts';
import { execute } from '../../src/store/sql.ts';
import { openStore } from '../support/imports.ts';

const DAY_MS = 86_400_000;

/** A log of ten events in two transactions, all of it noted, and a hand that writes into its file with a SQLite of its own. */
async function setup(t: Test, { noted = true } = {}) {
  const folder = t.testdir();
  const db = await openStore(folder);
  t.teardown(() => db.close());
  await add(db, 7);
  await add(db, 3, 7);
  if (noted) await moveAnchor(db);
  const file = join(folder, 'linekeeper.db');
  const attack = (sql: string) => {
    const shell = new BetterSqlite3(file);
    for (const trigger of ['AuditEvent_no_update', 'AuditEvent_no_delete']) shell.exec(`DROP TRIGGER "${trigger}"`);
    shell.exec(sql);
    shell.close();
  };
  return { db, folder, file, attack, verify: () => verifyChain(handleOf(db.read), db.seal) };
}

function add(db: Database, count: number, from = 0, more: Record<string, unknown> = {}): Promise<void> {
  const entries = Array.from({ length: count }, (_, i) => ({
    actor: 'token:crm',
    action: 'user.updated',
    objectType: 'user',
    objectId: `u${from + i + 1}`,
    companyId: 'acme',
    details: { firstName: ['Änn "the" Hat', `Bo ${from + i}`], ...more },
  }));
  return db.write((tx) => recordAudit(tx, entries));
}

t.test('an untouched log is whole, whoever looks at it', async (t) => {
  const { db, folder, file, verify } = await setup(t);
  const found = await verify();
  t.match(found, { ok: true, rows: 10, from: 1, to: 10, unchained: 0, deleted: 0, brokenAt: null, reason: null });
  t.match(found.head, /^[0-9a-f]{64}$/);
  t.equal(found.head, (await db.read.auditEvent.findUnique({ where: { id: 10 } }))?.hash);
  t.match(found.notedAt, /^2/);
  t.same(await verifyFile(file, join(folder, 'linekeeper.key')), found, 'beside the daemon');
  await db.close();
  t.same(await verifyFile(file, join(folder, 'linekeeper.key')), found, 'and without it');
  t.notOk(readdirSync(folder).includes('linekeeper.db-journal'));
  await t.rejects(verifyFile(file, join(folder, 'no.key')), { code: 'KEY_MISMATCH' });
  t.notOk(readdirSync(folder).includes('no.key'), 'no key is made by looking');
});

t.test('the hash can be computed by anybody: SHA-256 over the one before and the columns as JSON', async (t) => {
  const { db } = await setup(t);
  let before = '';
  for (const row of await db.read.auditEvent.findMany({ orderBy: { id: 'asc' } })) {
    const { actor, action, objectType, objectId, companyId, details, address, requestId } = row;
    const columns = [row.at.getTime(), actor, action, objectType, objectId, companyId, details, address, requestId];
    before = createHash('sha256')
      .update(before + JSON.stringify(columns))
      .digest('hex');
    t.equal(row.hash, before);
  }
});

t.test('an empty log is whole', async (t) => {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  await moveAnchor(db);
  t.match(await verifyChain(handleOf(db.read), db.seal), { ok: true, rows: 0, from: null, to: null, head: null });
});

t.test('whatever is done to the file is found, and where', async (t) => {
  const insert = (id: number, hash: string) =>
    `INSERT INTO "AuditEvent" ("id","at","actor","action","objectType","objectId","hash") VALUES (${id}, 1, 'x', 'y', 'z', 'w', ${hash})`;
  const attacks: [name: string, sql: string, brokenAt: number | null][] = [
    ['a value is changed', `UPDATE "AuditEvent" SET "actor" = 'token:other' WHERE id = 4`, 4],
    ['a time is changed', `UPDATE "AuditEvent" SET "at" = "at" + 1 WHERE id = 4`, 4],
    ['an address is added', `UPDATE "AuditEvent" SET "address" = '10.0.0.1' WHERE id = 4`, 4],
    ['a value becomes nothing', `UPDATE "AuditEvent" SET "companyId" = NULL WHERE id = 10`, 10],
    [
      'details move into another column',
      `UPDATE "AuditEvent" SET "address" = "details", "details" = NULL WHERE id = 3`,
      3,
    ],
    ['a row in the middle is deleted', `DELETE FROM "AuditEvent" WHERE id = 5`, 6],
    [
      'a row is put in between',
      `UPDATE "AuditEvent" SET id = 20 WHERE id = 10; ${insert(10, `'${'a'.repeat(64)}'`)}`,
      10,
    ],
    [
      'a row is put in between with the hash of another',
      `DELETE FROM "AuditEvent" WHERE id = 5; INSERT INTO "AuditEvent" SELECT 5, at, actor, action, objectType, objectId, companyId, details, address, requestId, hash FROM "AuditEvent" WHERE id = 4`,
      5,
    ],
    [
      'a row without a hash is put in between',
      `UPDATE "AuditEvent" SET id = 20 WHERE id = 10; ${insert(10, "''")}`,
      10,
    ],
    [
      'two rows change places',
      `UPDATE "AuditEvent" SET id = 99 WHERE id = 3; UPDATE "AuditEvent" SET id = 3 WHERE id = 4; UPDATE "AuditEvent" SET id = 4 WHERE id = 99`,
      3,
    ],
    ['the head is cut off', `DELETE FROM "AuditEvent" WHERE id <= 3`, 4],
    ['the head is passed off as older than the chain', `UPDATE "AuditEvent" SET "hash" = '' WHERE id <= 3`, 4],
    ['all is passed off as older than the chain', `UPDATE "AuditEvent" SET "hash" = ''`, 10],
    ['the end is cut off', `DELETE FROM "AuditEvent" WHERE id > 8`, 10],
    ['all is deleted', `DELETE FROM "AuditEvent"`, 10],
    ['the note is deleted', `DELETE FROM "Setting" WHERE "name" = 'activityAnchor'`, null],
    [
      'the note is replaced',
      `UPDATE "Setting" SET "value" = (SELECT "value" FROM "Setting" WHERE "name" = 'keyCheck') WHERE "name" = 'activityAnchor'`,
      null,
    ],
  ];
  for (const [name, sql, brokenAt] of attacks) {
    await t.test(name, async (t) => {
      const { db, attack, verify } = await setup(t);
      attack(sql);
      const found = await verify();
      t.match(found, { ok: false, brokenAt });
      t.type(found.reason, 'string');
      // Life goes on, and covers nothing up.
      await add(db, 3, 10);
      await moveAnchor(db).catch((error: unknown) => t.match(error, { code: 'ACTIVITY_CHAIN_BROKEN' }));
      t.match(await verify(), { ok: false, brokenAt });
    });
  }
});

t.test('a log that was written anew, hashes and all, is not the one that was noted', async (t) => {
  const { db, file, attack, verify } = await setup(t);
  attack(`UPDATE "AuditEvent" SET "actor" = 'token:other' WHERE id = 4`);
  rehash(file);
  t.match(await verify(), { ok: false, brokenAt: 10, reason: 'the log up to this row was written anew' });
  await t.rejects(moveAnchor(db), { code: 'ACTIVITY_CHAIN_BROKEN' });
});

t.test('what came after the last note can be cut off unseen; a minute later it cannot', async (t) => {
  const { db, attack, verify } = await setup(t, { noted: false });
  await moveAnchor(db);
  await add(db, 2, 10);
  attack('DELETE FROM "AuditEvent" WHERE id > 11');
  t.match(await verify(), { ok: true, rows: 11 }, 'this is what the docs admit');
  await moveAnchor(db);
  await attackAgain(db, 'DELETE FROM "AuditEvent" WHERE id > 10');
  t.match(await verify(), { ok: false, brokenAt: 11 });
});

t.test('a change between two notes is found by the next note, which then is not made', async (t) => {
  const { db, attack, verify } = await setup(t);
  await add(db, 2, 10);
  attack(`UPDATE "AuditEvent" SET "actor" = 'x' WHERE id = 11`);
  await t.rejects(moveAnchor(db), { code: 'ACTIVITY_CHAIN_BROKEN', details: { row: 11 } });
  t.match(await verify(), { ok: false, brokenAt: 11, rows: 10 });
});

t.test('events from before the chain are counted and prove nothing', async (t) => {
  const folder = t.testdir();
  const db = await openStore(folder);
  t.teardown(() => db.close());
  const old = `INSERT INTO "AuditEvent" ("at","actor","action","objectType","objectId") VALUES (1, 'old', 'y', 'z', 'w')`;
  await db.write(async (tx) => {
    for (let i = 0; i < 3; i++) await tx.$executeRawUnsafe(old);
  });
  const verify = () => verifyChain(handleOf(db.read), db.seal);
  t.match(await verify(), { ok: true, rows: 0, unchained: 3, head: null });
  await moveAnchor(db);
  await add(db, 2);
  await moveAnchor(db);
  t.match(await verify(), { ok: true, rows: 2, unchained: 3, from: 4, to: 5 });
  await db.write((tx) => tx.$executeRawUnsafe(old));
  t.match(await verify(), { ok: false, brokenAt: 6 }, 'but not after it has begun');
});

t.test('the database refuses to change or delete events, except for retention', async (t) => {
  const { db } = await setup(t);
  await t.rejects(
    db.write((tx) => execute(tx, `UPDATE "AuditEvent" SET "actor" = 'x'`)),
    { message: /append-only/ },
  );
  await t.rejects(
    db.write((tx) => execute(tx, 'DELETE FROM "AuditEvent"')),
    { message: /append-only/ },
  );
  t.equal(await db.read.auditEvent.count(), 10);
});

t.test('retention cuts the head, and the rest is still whole', async (t) => {
  const { db, attack, verify } = await setup(t);
  const now = Date.now();
  t.equal(await expireActivity(db, 0, now + 9 * DAY_MS), 0, '0 days keep all');
  t.equal(await expireActivity(db, 1, now), 0, 'nothing is old enough');
  t.equal(await expireActivity(db, 1, now + 2 * DAY_MS), 9, 'all but the newest');
  t.match(await verify(), { ok: true, rows: 1, from: 10, to: 10, deleted: 9 });
  await add(db, 5, 10);
  t.match(await verify(), { ok: true, rows: 6, from: 10, to: 15, deleted: 9 });
  await moveAnchor(db);
  t.equal(await expireActivity(db, 1, now + 2 * DAY_MS), 5, 'once more');
  t.match(await verify(), { ok: true, rows: 1, from: 15, deleted: 14 });
  t.equal(await db.read.setting.count({ where: { name: 'activityRetention' } }), 0);
  await t.rejects(
    db.write((tx) => execute(tx, 'DELETE FROM "AuditEvent"')),
    { message: /append-only/ },
    'and is over',
  );
  await add(db, 2, 15);
  attack('DELETE FROM "AuditEvent" WHERE id = 15');
  t.match(await verify(), { ok: false, brokenAt: 15 }, 'a head that somebody else cut is not the one that was noted');
});

t.test('retention leaves young events behind old ones alone, and takes what is older than the chain', async (t) => {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  const old = `INSERT INTO "AuditEvent" ("at","actor","action","objectType","objectId") VALUES (1, 'old', 'y', 'z', 'w')`;
  await db.write((tx) => tx.$executeRawUnsafe(old));
  await db.write((tx) => tx.$executeRawUnsafe(old));
  await add(db, 4);
  await moveAnchor(db);
  t.equal(await expireActivity(db, 30), 2);
  t.match(await verifyChain(handleOf(db.read), db.seal), { ok: true, rows: 4, unchained: 0, deleted: 0, from: 3 });
});

t.test('retention of many events goes piece by piece', async (t) => {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  await add(db, 11_000);
  t.equal(await expireActivity(db, 1, Date.now() + 3 * DAY_MS), 10_999, 'also when nothing was noted yet');
  t.match(await verifyChain(handleOf(db.read), db.seal), { ok: true, rows: 1, from: 11_000, deleted: 10_999 });
});

t.test('retention deletes no evidence', async (t) => {
  const { db, attack } = await setup(t);
  attack(`UPDATE "AuditEvent" SET "actor" = 'x' WHERE id = 4`);
  await t.rejects(expireActivity(db, 1, Date.now() + 3 * DAY_MS), { code: 'ACTIVITY_CHAIN_BROKEN' });
  t.equal(await db.read.auditEvent.count(), 10);
});

t.test('verifying while others write and retention deletes gives no false alarm', async (t) => {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  await add(db, 8000);
  const verifying = Promise.all([1, 2, 3].map(() => verifyChain(handleOf(db.read), db.seal)));
  for (let i = 0; i < 5; i++) await add(db, 20, 8000 + i);
  await moveAnchor(db);
  await expireActivity(db, 1, Date.now() + 3 * DAY_MS);
  for (const found of await verifying) t.match(found, { ok: true });
});

t.test('text that SQLite keeps otherwise does not break the chain', async (t) => {
  const { db, verify } = await setup(t);
  const entry = { action: 'x.y', objectType: 'x', companyId: null };
  await db.write((tx) =>
    recordAudit(tx, [
      { ...entry, actor: 'half \ud800 pair', objectId: '\udfff' },
      { ...entry, actor: 'nul \u0000 and \u2028', objectId: '', details: { a: '\ud800', b: '\u0000' } },
    ]),
  );
  await moveAnchor(db);
  t.match(await verify(), { ok: true, rows: 12 });
});

t.test('a dry run that is rolled back leaves no gap', async (t) => {
  const { db, verify } = await setup(t);
  const failure = new Error('rolled back');
  await t.rejects(
    db.write(async (tx) => {
      await recordAudit(tx, [{ actor: 'x', action: 'x.y', objectType: 'x', objectId: '1' }]);
      throw failure;
    }),
    failure,
  );
  await add(db, 1, 10);
  t.match(await verify(), { ok: true, rows: 11 });
});

t.test('what forgets to mask is masked: no key that sounds like a secret keeps its value', async (t) => {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  const details = {
    pin: ['4711', '0815'],
    phonePinSealed: 'AAAA',
    sip_secret: 's3cret',
    passwordHash: ['$argon2id$x', null],
    token: { value: 'lk_abc', nested: [{ deep: 'lk_def' }] },
    totp: 123456,
    logins: { events: { username: 'e', secret: 'amis' } },
    backupCodes: ['one', 'two'],
    Authorization: 'Bearer lk_ghi',
    apiTokens: ['lk_jkl'],
    // What only tells of a secret stays.
    tokens: 3,
    mustChangePassword: [false, true],
    passwordChangedAt: '2026-01-01',
    pinSource: ['phone', 'given'],
    tokenId: 'id-of-it',
    displayName: ['Pinocchio', 'Hashim'],
    spinning: 'fast',
  };
  await db.write((tx) => recordAudit(tx, [{ actor: 'x', action: 'x.y', objectType: 'x', objectId: '1', details }]));
  const [row] = await db.read.auditEvent.findMany();
  t.same(JSON.parse(row?.details ?? ''), {
    pin: ['****', '****'],
    phonePinSealed: '****',
    sip_secret: '****',
    passwordHash: ['****', null],
    token: { value: '****', nested: [{ deep: '****' }] },
    totp: '****',
    logins: { events: { username: 'e', secret: '****' } },
    backupCodes: ['****', '****'],
    Authorization: '****',
    apiTokens: ['****'],
    tokens: 3,
    mustChangePassword: [false, true],
    passwordChangedAt: '2026-01-01',
    pinSource: ['phone', 'given'],
    tokenId: 'id-of-it',
    displayName: ['Pinocchio', 'Hashim'],
    spinning: 'fast',
  });
});

t.test('events know the request they came from; what the PBX, a phone or a job does came from none', async (t) => {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  const entry = (actor: string) => ({ actor, action: 'x.y', objectType: 'x', objectId: '1' });
  const actors = ['token:crm', 'user:ann', 'pbx:main', 'phone', 'job:1', 'system'];
  const origin = { address: '192.0.2.7', requestId: 'r1', isOver: false };
  await withOrigin(origin, () => db.write((tx) => recordAudit(tx, actors.map(entry))));
  await withOrigin(origin, async () => {
    origin.isOver = true;
    await db.write((tx) => recordAudit(tx, [entry('late')]));
  });
  await db.write((tx) => recordAudit(tx, [entry('nobody')]));
  const rows = await db.read.auditEvent.findMany({ orderBy: { id: 'asc' } });
  const known = rows.filter(({ address }) => address !== null);
  t.same(
    known.map(({ actor, address, requestId }) => [actor, address, requestId]),
    [
      ['token:crm', '192.0.2.7', 'r1'],
      ['user:ann', '192.0.2.7', 'r1'],
    ],
  );
});

/** What an attacker with the source can do: all hashes anew. */
function rehash(file: string): void {
  const shell = new BetterSqlite3(file);
  let before = '';
  const columns = 'at, actor, action, objectType, objectId, companyId, details, address, requestId';
  for (const [id, ...content] of shell
    .prepare(`SELECT id, ${columns} FROM "AuditEvent" ORDER BY id`)
    .raw()
    .all() as unknown[][]) {
    before = createHash('sha256')
      .update(before + JSON.stringify(content))
      .digest('hex');
    shell.prepare('UPDATE "AuditEvent" SET "hash" = ? WHERE id = ?').run(before, id);
  }
  shell.close();
}

/** For a file whose triggers are gone already. */
async function attackAgain(db: Database, sql: string): Promise<void> {
  await db.write((tx) => execute(tx, sql));
}
