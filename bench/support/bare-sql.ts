import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

type Row = Record<string, string | number | Buffer | null>;

/** Rows of one transaction, as a job has it. */
const CHUNK = 1000;

/**
 * The baseline of bulk work: bare prepared statements on a database of the same schema, a thousand rows in a transaction
 * that waits for the disk. Nothing is judged, sealed, logged or numbered.
 */
export class BareSql {
  readonly #folder = mkdtempSync(join(tmpdir(), 'linekeeper-bare-'));
  readonly #database = new Database(join(this.#folder, 'bare.db'));

  constructor() {
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    for (const name of readdirSync(migrations).sort()) {
      if (!name.endsWith('.toml')) this.#database.exec(readFileSync(join(migrations, name, 'migration.sql'), 'utf8'));
    }
    // Rows are copied table by table.
    this.#database.pragma('foreign_keys = OFF');
  }

  /** All rows of a table of another database. */
  static rows(file: string, sql: string): Row[] {
    const database = new Database(file, { readonly: true });
    try {
      return database.prepare(sql).all() as Row[];
    } finally {
      database.close();
    }
  }

  /** Inserts rows one by one. Answers the seconds. */
  insert(table: string, rows: readonly Row[]): number {
    const names = Object.keys(rows[0] ?? {});
    if (names.length === 0) return 0;
    const columns = names.map((name) => `"${name}"`).join(', ');
    const marks = names.map(() => '?').join(', ');
    return this.each(
      `INSERT INTO "${table}" (${columns}) VALUES (${marks})`,
      rows.map((row) => names.map((name) => row[name] ?? null)),
    );
  }

  /** One statement, once for each row of parameters. Answers the seconds. */
  each(sql: string, rows: readonly (readonly (string | number | Buffer | null)[])[]): number {
    const startedAt = performance.now();
    const statement = this.#database.prepare(sql);
    for (let from = 0; from < rows.length; from += CHUNK) {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const row of rows.slice(from, from + CHUNK)) statement.run(...row);
      this.#database.exec('COMMIT');
    }
    return (performance.now() - startedAt) / 1000;
  }

  /** Reads rows and makes lines of them. Answers the seconds. */
  lines(sql: string): number {
    const startedAt = performance.now();
    let bytes = 0;
    for (const row of this.#database.prepare(sql).raw().iterate())
      bytes += `${(row as unknown[]).join(',')}\r\n`.length;
    if (bytes === 0) throw new Error('nothing was read');
    return (performance.now() - startedAt) / 1000;
  }

  close(): void {
    this.#database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
