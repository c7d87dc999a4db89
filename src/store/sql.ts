import type { Reader, Tx } from './database.ts';

/** Statements with plain `?` pass as they are. better-sqlite3 knows no numbered parameters (`?1`), without which a long statement cannot be read. */
function positional(sql: string, parameters: readonly unknown[]): [string, unknown[]] {
  if (!/\?\d/.test(sql)) return [sql, [...parameters]];
  const values: unknown[] = [];
  const text = sql.replace(/\?(\d+)/g, (_, n: string) => {
    values.push(parameters[Number(n) - 1]);
    return '?';
  });
  return [text, values];
}

/** Runs a statement with parameters `?1`, `?2`, ... in a transaction. */
export async function execute(tx: Tx, sql: string, ...parameters: unknown[]): Promise<void> {
  const [text, values] = positional(sql, parameters);
  await tx.$executeRawUnsafe(text, ...values);
}

/** The value of the column `json` of the only row, parsed: one row of JSON is far cheaper than thousands of objects. */
export async function queryJson<T>(reader: Reader, sql: string, ...parameters: unknown[]): Promise<T> {
  const [text, values] = positional(sql, parameters);
  const [row] = await reader.$queryRawUnsafe<{ json: string | null }[]>(text, ...values);
  return JSON.parse(row?.json ?? '[]') as T;
}
