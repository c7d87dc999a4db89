import type { Reader, Tx } from './database.ts';
import { handleOf } from './handles.ts';

export type SqlValue = string | number | null;

interface Numbered {
  text: string;
  order: readonly number[];
}

const numbered = new Map<string, Numbered>();

/** better-sqlite3 knows no numbered parameters (`?1`), without which a long statement cannot be read. */
function parse(sql: string): Numbered {
  let known = numbered.get(sql);
  if (known === undefined) {
    const order: number[] = [];
    const text = sql.replace(/\?(\d*)/g, (_, n: string) => {
      order.push(n === '' ? order.length : Number(n) - 1);
      return '?';
    });
    known = { text, order };
    numbered.set(sql, known);
  }
  return known;
}

/** Runs a statement with parameters `?1`, `?2`, ... (or plain `?`) in a transaction. Answers how many rows it changed. */
export async function execute(tx: Tx, sql: string, ...parameters: unknown[]): Promise<number> {
  const { text, order } = parse(sql);
  return handleOf(tx)
    .prepare(text)
    .run(...order.map((at) => parameters[at])).changes;
}

/**
 * Runs one statement once for each row of parameters, in a transaction. For wide rows half the price of one statement
 * over `json_each`, which looks through a row's text again for every column.
 */
export async function executeEach(tx: Tx, sql: string, rows: Iterable<readonly SqlValue[]>): Promise<void> {
  const statement = handleOf(tx).prepare(sql);
  for (const row of rows) statement.run(...row);
}

/** The value of the column `json` of the only row, parsed: one row of JSON is far cheaper than thousands of objects. */
export async function queryJson<T>(reader: Reader, sql: string, ...parameters: unknown[]): Promise<T> {
  const { text, order } = parse(sql);
  const json = handleOf(reader)
    .prepare(text)
    .pluck()
    .get(...order.map((at) => parameters[at]));
  return JSON.parse((json as string | null | undefined) ?? '[]') as T;
}

/** All rows as they are, each an array of its columns: for what holds JSON already. */
export function queryRows<T extends readonly SqlValue[]>(reader: Reader, sql: string, ...parameters: unknown[]): T[] {
  const { text, order } = parse(sql);
  return (
    handleOf(reader)
      .prepare(text)
      .raw()
      // Prisma's adapter has integers as bigint, which cannot be reckoned with.
      .safeIntegers(false)
      .all(...order.map((at) => parameters[at])) as T[]
  );
}

/**
 * The column `json` of each row, parsed one by one as they are asked for: for what is too much to have at once. One look
 * at the database, however long it takes; until the last row was taken nothing can be written on this connection.
 */
export function* eachJson<T>(reader: Reader, sql: string, ...parameters: unknown[]): Generator<T> {
  const { text, order } = parse(sql);
  const rows = handleOf(reader)
    .prepare(text)
    .pluck()
    .iterate(...order.map((at) => parameters[at]));
  for (const json of rows) yield JSON.parse(json as string) as T;
}

/** Differs from last time when another connection, such as the writer's, has committed since (SQLite, PRAGMA data_version). */
export function dataVersion(reader: Reader): number {
  return handleOf(reader).prepare('PRAGMA data_version').pluck().get() as number;
}
