import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { LinekeeperError } from '../errors.ts';

/** Copies of the database that are kept from before earlier migrations. */
const BACKUPS_KEPT = 5;

export interface MigrationReport {
  applied: string[];
  /** The copy made before anything was changed; undefined when nothing was to do or the database was new. */
  backup: string | undefined;
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Brings the database to the newest schema, each migration in one transaction, recorded as `prisma migrate deploy` would.
 * @throws DATABASE_CORRUPT when SQLite finds the file damaged or a newer Linekeeper has migrated it.
 */
export function migrate(file: string, migrationsFolder: string): MigrationReport {
  const database = new BetterSqlite3(file);
  try {
    if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') {
      throw new LinekeeperError('DATABASE_CORRUPT', `${file} is damaged; restore a backup from ${dirname(file)}`);
    }
    database.pragma('journal_mode = WAL');
    database.exec(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
      "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
      "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
      "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`);
    const done = new Set(database.prepare('SELECT migration_name FROM _prisma_migrations').pluck().all() as string[]);
    const known = readMigrations(migrationsFolder);
    const unknown = [...done].filter((name) => !known.some((migration) => migration.name === name));
    if (unknown.length > 0) {
      throw new LinekeeperError(
        'DATABASE_CORRUPT',
        `${file} was migrated by a newer Linekeeper (${unknown.join(', ')}); run that version or restore a backup`,
      );
    }
    const missing = known.filter((migration) => !done.has(migration.name));
    if (missing.length === 0) return { applied: [], backup: undefined };
    const backup = done.size > 0 ? backUp(database, file) : undefined;
    for (const migration of missing) apply(database, migration);
    return { applied: missing.map((migration) => migration.name), backup };
  } catch (error) {
    if (error instanceof BetterSqlite3.SqliteError && /NOTADB|CORRUPT/.test(error.code)) {
      throw new LinekeeperError('DATABASE_CORRUPT', `${file} is not a sound SQLite database: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    database.close();
  }
}

function apply(database: BetterSqlite3.Database, migration: Migration): void {
  // A table is rebuilt by dropping it: with foreign keys on that would cascade into its children.
  database.pragma('foreign_keys = OFF');
  database.transaction(() => {
    database.exec(migration.sql);
    const broken = database.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0)
      throw new LinekeeperError('DATABASE_CORRUPT', `${migration.name} broke ${broken.length} references`);
    database
      .prepare(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
         VALUES (?, ?, ?, current_timestamp, 1)`,
      )
      .run(randomUUID(), migration.checksum, migration.name);
  })();
}

function backUp(database: BetterSqlite3.Database, file: string): string {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const copy = `${file}.before-${stamp}`;
  database.prepare('VACUUM INTO ?').run(copy);
  const prefix = `${basename(file)}.before-`;
  const older = readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix))
    .sort();
  for (const name of older.slice(0, -BACKUPS_KEPT)) rmSync(join(dirname(file), name));
  return copy;
}
