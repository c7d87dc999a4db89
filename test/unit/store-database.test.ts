import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import t, { type Test } from 'tap';
import { type Database, isUniqueViolation, type Tx } from '../../src/store/database.ts';
import { openStore } from '../support/imports.ts';

async function setup(t: Test) {
  const folder = t.testdir();
  const db = await openStore(folder);
  t.teardown(() => db.close());
  return { db, file: join(folder, 'linekeeper.db') };
}

const put = (tx: Tx, name: string, value = 'x') => tx.setting.create({ data: { name, value } });
const names = async (db: Database) =>
  (
    await db.read.setting.findMany({
      where: { NOT: { name: { in: ['keyCheck', 'activityAnchor'] } } },
      orderBy: { name: 'asc' },
    })
  ).map((one) => one.name);

/** A promise and its resolve: one side of a meeting. */
function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give, given };
}

t.test('a reader does not see what is not committed', async (t) => {
  const { db } = await setup(t);
  const [written, looked] = [signal(), signal()];
  const write = db.write(async (tx) => {
    await put(tx, 'a');
    written.give();
    await looked.given;
    return tx.setting.count({ where: { name: 'a' } });
  });
  await written.given;
  t.same(await names(db), []);
  looked.give();
  t.equal(await write, 1, 'the transaction sees its own row');
  t.same(await names(db), ['a']);
});

t.test('writes run one after the other, in the order of the calls', async (t) => {
  const { db } = await setup(t);
  const log: string[] = [];
  const write = (name: string) =>
    db.write(async (tx) => {
      log.push(`${name} begins`);
      await put(tx, name);
      await tx.setting.count();
      log.push(`${name} ends`);
    });
  await Promise.all([write('a'), db.note((tx) => put(tx, 'b')), write('c')]);
  t.same(log, ['a begins', 'a ends', 'c begins', 'c ends']);
  t.same(await names(db), ['a', 'b', 'c']);
});

t.test('a hundred that read and write at once lose nothing', async (t) => {
  const { db } = await setup(t);
  await db.write((tx) => put(tx, 'counter', '0'));
  const add = () =>
    db.write(async (tx) => {
      const row = await tx.setting.findUniqueOrThrow({ where: { name: 'counter' } });
      await tx.setting.update({ where: { name: 'counter' }, data: { value: String(Number(row.value) + 1) } });
    });
  await Promise.all(Array.from({ length: 100 }, add));
  t.equal((await db.read.setting.findUnique({ where: { name: 'counter' } }))?.value, '100');
});

t.test('a transaction that throws leaves nothing behind, and the next one works', async (t) => {
  const { db } = await setup(t);
  const failure = new Error('changed its mind');
  await t.rejects(
    db.write(async (tx) => {
      await put(tx, 'a');
      throw failure;
    }),
    failure,
  );
  await t.rejects(
    db.note(async (tx) => {
      await put(tx, 'b');
      throw failure;
    }),
    failure,
  );
  t.same(await names(db), []);
  await db.write((tx) => put(tx, 'c'));
  t.same(await names(db), ['c']);
});

t.test('a note leaves the next write as durable as ever', async (t) => {
  const { db } = await setup(t);
  const synchronous = (tx: Tx) => tx.$queryRawUnsafe<{ synchronous: bigint }[]>('PRAGMA synchronous');
  t.equal(Number((await db.note(synchronous))[0]?.synchronous), 1, 'NORMAL');
  t.equal(Number((await db.write(synchronous))[0]?.synchronous), 2, 'FULL');
});

t.test('the reader cannot write', async (t) => {
  const { db } = await setup(t);
  await t.rejects(db.read.setting.create({ data: { name: 'a', value: 'x' } }));
  t.same(await names(db), []);
});

t.test("somebody's open sqlite3 shell gives DATABASE_BUSY, and the next write after it works", async (t) => {
  const { db, file } = await setup(t);
  const shell = new BetterSqlite3(file);
  t.teardown(() => shell.close());
  shell.exec('BEGIN IMMEDIATE');
  await t.rejects(
    db.write((tx) => put(tx, 'a')),
    { code: 'DATABASE_BUSY', retryable: true },
  );
  await t.rejects(
    db.note((tx) => put(tx, 'a')),
    { code: 'DATABASE_BUSY' },
  );
  t.same(await names(db), [], 'reading goes on');
  shell.exec('COMMIT');
  await db.write((tx) => put(tx, 'b'));
  t.same(await names(db), ['b']);
});

t.test('references are enforced and unique violations told apart', async (t) => {
  const { db } = await setup(t);
  await t.rejects(
    db.write((tx) =>
      tx.site.create({
        data: { id: 's', companyId: 'nobody', name: 'x', createdAt: new Date(), updatedAt: new Date() },
      }),
    ),
  );
  await db.write((tx) => put(tx, 'a'));
  const twice = await db.write((tx) => put(tx, 'a')).catch((error: unknown) => error);
  t.equal(isUniqueViolation(twice), true);
  t.equal(isUniqueViolation(new Error('UNIQUE')), false);
});

t.test('closing waits for the write in flight', async (t) => {
  const { db, file } = await setup(t);
  const write = db.write((tx) => put(tx, 'a'));
  await db.close();
  await write;
  const shell = new BetterSqlite3(file, { readonly: true });
  t.teardown(() => shell.close());
  t.equal(shell.prepare(`SELECT count(*) FROM "Setting" WHERE name = 'a'`).pluck().get(), 1);
});
