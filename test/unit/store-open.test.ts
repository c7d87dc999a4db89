import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/store/database.ts';
import { lockDatabase } from '../../src/store/lock.ts';
import { migrate } from '../../src/store/migrate.ts';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
const here = fileURLToPath(new URL('..', import.meta.url));

function setup(t: Test) {
  const folder = t.testdir();
  const migrationsFolder = join(folder, 'migrations');
  cpSync(MIGRATIONS, migrationsFolder, { recursive: true });
  const file = join(folder, 'data', 'linekeeper.db');
  mkdirSync(join(folder, 'data'));
  const options = { file, keyFile: join(folder, 'data', 'linekeeper.key'), migrationsFolder };
  const addMigration = (name: string, sql: string) => {
    mkdirSync(join(migrationsFolder, name));
    writeFileSync(join(migrationsFolder, name, 'migration.sql'), sql);
  };
  const backups = () => readdirSync(join(folder, 'data')).filter((name) => name.includes('.before-'));
  const shell = <T>(work: (db: BetterSqlite3.Database) => T): T => {
    const db = new BetterSqlite3(file);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return { file, options, migrationsFolder, addMigration, backups, shell };
}

t.test('migrations', async (t) => {
  await t.test('a fresh database gets all of them and needs no copy of itself', async (t) => {
    const { file, migrationsFolder, backups, shell } = setup(t);
    const known = readdirSync(MIGRATIONS)
      .filter((name) => /^\d/.test(name))
      .sort();
    t.same(migrate(file, migrationsFolder), { applied: known, backup: undefined });
    t.same(backups(), []);
    t.equal(
      shell((db) => db.pragma('journal_mode', { simple: true })),
      'wal',
    );
    t.same(
      shell((db) => db.prepare('SELECT count(*) FROM "Extension"').pluck().get()),
      0,
    );
  });

  await t.test('a second run does nothing', async (t) => {
    const { file, migrationsFolder, backups } = setup(t);
    migrate(file, migrationsFolder);
    t.same(migrate(file, migrationsFolder), { applied: [], backup: undefined });
    t.same(backups(), []);
  });

  await t.test('before an older database is changed it is copied, and the copy is whole', async (t) => {
    const { file, migrationsFolder, addMigration, backups, shell } = setup(t);
    migrate(file, migrationsFolder);
    shell((db) => db.exec(`INSERT INTO "Setting" VALUES ('before', 'kept')`));
    addMigration('29990101000000_more', 'CREATE TABLE "More" ("id" TEXT); DELETE FROM "Setting";');
    const report = migrate(file, migrationsFolder);
    t.same(report.applied, ['29990101000000_more']);
    t.equal(backups().length, 1);
    const copy = new BetterSqlite3(report.backup ?? '', { readonly: true });
    t.teardown(() => copy.close());
    t.equal(copy.prepare(`SELECT "value" FROM "Setting"`).pluck().get(), 'kept');
    t.throws(() => copy.prepare('SELECT * FROM "More"'), /no such table/);
  });

  await t.test('only the newest copies are kept', async (t) => {
    const { file, migrationsFolder, addMigration, backups } = setup(t);
    migrate(file, migrationsFolder);
    for (let year = 2001; year < 2007; year++) {
      writeFileSync(`${file}.before-${year}-01-01T00-00-00-000Z`, 'old');
    }
    addMigration('29990101000000_more', 'CREATE TABLE "More" ("id" TEXT)');
    const { backup } = migrate(file, migrationsFolder);
    t.equal(backups().length, 5);
    t.match(backups().sort().at(-1), (backup ?? '?').split('/').pop());
  });

  await t.test('one that fails leaves nothing of itself behind', async (t) => {
    const { file, migrationsFolder, addMigration, shell } = setup(t);
    migrate(file, migrationsFolder);
    addMigration('29990101000000_bad', 'CREATE TABLE "Half" ("id" TEXT); CREATE TABLE nonsense;');
    t.throws(() => migrate(file, migrationsFolder));
    t.equal(
      shell((db) => db.prepare(`SELECT count(*) FROM sqlite_master WHERE name = 'Half'`).pluck().get()),
      0,
    );
  });

  await t.test('one that breaks references is refused whole', async (t) => {
    const { file, migrationsFolder, addMigration, shell } = setup(t);
    migrate(file, migrationsFolder);
    addMigration(
      '29990101000000_orphan',
      `INSERT INTO "Site" ("id","companyId","name","createdAt","updatedAt") VALUES ('s','nobody','x',0,0)`,
    );
    t.throws(() => migrate(file, migrationsFolder), { code: 'DATABASE_CORRUPT' });
    t.equal(
      shell((db) => db.prepare('SELECT count(*) FROM "Site"').pluck().get()),
      0,
    );
  });

  await t.test('a database of a newer Linekeeper is refused and left alone', async (t) => {
    const { file, migrationsFolder, addMigration } = setup(t);
    addMigration('29990101000000_newer', 'CREATE TABLE "More" ("id" TEXT)');
    migrate(file, migrationsFolder);
    rmSync(join(migrationsFolder, '29990101000000_newer'), { recursive: true });
    t.throws(() => migrate(file, migrationsFolder), {
      code: 'DATABASE_CORRUPT',
      message: /newer.*29990101000000_newer/,
    });
  });

  await t.test('a file that is no database is refused and left alone', async (t) => {
    const { file, migrationsFolder } = setup(t);
    writeFileSync(file, 'this is not a database, and long enough to be read as a header of one'.repeat(20));
    const before = readFileSync(file);
    t.throws(() => migrate(file, migrationsFolder), { code: 'DATABASE_CORRUPT' });
    t.same(readFileSync(file), before);
  });

  await t.test('a database with a damaged page is refused', async (t) => {
    const { file, migrationsFolder, shell } = setup(t);
    migrate(file, migrationsFolder);
    shell((db) => {
      const insert = db.prepare('INSERT INTO "Setting" VALUES (?, ?)');
      for (let n = 0; n < 2000; n++) insert.run(`name ${n}`, 'x'.repeat(100));
      db.pragma('wal_checkpoint(TRUNCATE)');
    });
    const bytes = readFileSync(file);
    bytes.fill(0xff, bytes.length - 40_000, bytes.length - 20_000);
    writeFileSync(file, bytes);
    t.throws(() => migrate(file, migrationsFolder), { code: 'DATABASE_CORRUPT' });
  });
});

t.test('one daemon per database', async (t) => {
  await t.test('a second open is refused, and let in after a close', async (t) => {
    const { options } = setup(t);
    const first = await openDatabase(options);
    await t.rejects(openDatabase(options), { code: 'DATABASE_LOCKED_BY_OTHER' });
    await first.close();
    const second = await openDatabase(options);
    await second.close();
  });

  await t.test('an open that fails lets the lock go', async (t) => {
    const { options, file } = setup(t);
    writeFileSync(file, 'this is not a database, and long enough to be read as a header of one'.repeat(20));
    await t.rejects(openDatabase(options), { code: 'DATABASE_CORRUPT' });
    lockDatabase(file).release();
  });

  await t.test('a process that is killed lets the lock go', async (t) => {
    const { file } = setup(t);
    const holder = join(here, 'support', 'lock-holder.ts');
    const child = spawn(process.execPath, ['--import=./scripts/typescript.mjs', '--no-warnings', holder, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    t.throws(() => lockDatabase(file), { code: 'DATABASE_LOCKED_BY_OTHER' });
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    lockDatabase(file).release();
  });

  await t.test('the key of another database is refused before it can do harm', async (t) => {
    const { options } = setup(t);
    const first = await openDatabase(options);
    const sealed = first.seal.seal('471100', 'p');
    await first.close();
    const key = readFileSync(options.keyFile);
    writeFileSync(options.keyFile, `${'ab'.repeat(32)}\n`);
    await t.rejects(openDatabase(options), { code: 'KEY_MISMATCH' });
    writeFileSync(options.keyFile, key);
    const again = await openDatabase(options);
    t.teardown(() => again.close());
    t.equal(again.seal.open(sealed, 'p'), '471100');
  });
});
