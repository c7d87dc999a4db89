import type { Database, Tx } from './database.ts';
import { execute, executeEach, queryJson } from './sql.ts';

export const ROW_RESULTS = [
  'created',
  'updated',
  'unchanged',
  'skipped',
  'failed',
  'undone',
  'undo_refused',
  'waiting',
] as const;
export type RowResultName = (typeof ROW_RESULTS)[number];

/** What happened to one row of a job's file. `errors` and `before` are JSON values. */
export interface JobRowRecord {
  line: number;
  result: RowResultName;
  name: string | null;
  objectId: string | null;
  errors: unknown;
  before: unknown;
  /** Version of the object after the row. */
  after: number | null;
}

type Packed = [
  line: number,
  result: RowResultName,
  name: string | null,
  objectId: string | null,
  errors: string | null,
  before: string | null,
  after: number | null,
];

export async function insertJobRows(tx: Tx, jobId: string, rows: readonly JobRowRecord[]): Promise<void> {
  await executeEach(
    tx,
    `INSERT INTO "JobRow" ("jobId", "line", "result", "name", "objectId", "errors", "before", "after")
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    rows.map((row) => {
      const { line, result, name, objectId, after } = row;
      return [jobId, line, result, name, objectId, toJson(row.errors), toJson(row.before), after];
    }),
  );
}

/** Where a restarted job goes on: the last line that has a result, 0 when none has. */
export async function lastLine(db: Database, jobId: string): Promise<number> {
  const [line] = await queryJson<[number | null]>(
    db.read,
    'SELECT json_array(max("line")) AS json FROM "JobRow" WHERE "jobId" = ?',
    jobId,
  );
  return line ?? 0;
}

/** A page of rows in the order of the file. */
export async function jobRows(
  db: Database,
  jobId: string,
  query: { after: number; limit: number; results?: readonly RowResultName[] | undefined },
): Promise<JobRowRecord[]> {
  const results = query.results === undefined ? null : JSON.stringify(query.results);
  return select(
    db,
    // The plus keeps SQLite from the index on results: pages are cut by line, which the primary key has in order.
    `"jobId" = ?1 AND "line" > ?2 AND (?3 IS NULL OR +"result" IN (SELECT value FROM json_each(?3))) ORDER BY "line" LIMIT ?4`,
    jobId,
    query.after,
    results,
    query.limit,
  );
}

/** Rows that changed something and were not undone yet, the last of the file first. */
export async function undoableRows(
  db: Database,
  jobId: string,
  before: number,
  limit: number,
): Promise<JobRowRecord[]> {
  return select(
    db,
    `"jobId" = ?1 AND "line" < ?2 AND +"result" IN ('created', 'updated') ORDER BY "line" DESC LIMIT ?3`,
    jobId,
    before,
    limit,
  );
}

/** The last version that a job left a user at whom it made and changed again, by the user's id. */
export async function changedUsers(db: Database, jobId: string): Promise<Map<string, number>> {
  const rows = await queryJson<[id: string, version: number][]>(
    db.read,
    `SELECT json_group_array(json_array(id, version)) AS json FROM (
       SELECT "before"->>'$.user.id' AS id, max("before"->>'$.user.version') AS version FROM "JobRow"
       WHERE "jobId" = ? AND "before"->>'$.user.version' > 1 GROUP BY 1)`,
    jobId,
  );
  return new Map(rows);
}

export async function markUndone(
  tx: Tx,
  jobId: string,
  rows: readonly { line: number; result: 'undone' | 'undo_refused'; errors: unknown }[],
): Promise<void> {
  await executeEach(
    tx,
    'UPDATE "JobRow" SET "result" = ?, "errors" = ? WHERE "jobId" = ? AND "line" = ?',
    rows.map(({ line, result, errors }) => [result, toJson(errors), jobId, line]),
  );
}

/** Answers how many were deleted: fewer than `limit` when none is left. */
export function deleteJobRows(tx: Tx, jobId: string, limit: number): Promise<number> {
  return execute(
    tx,
    `DELETE FROM "JobRow" WHERE "jobId" = ?1 AND "line" IN (SELECT "line" FROM "JobRow" WHERE "jobId" = ?1 LIMIT ?2)`,
    jobId,
    limit,
  );
}

export async function countResults(db: Database, jobId: string): Promise<Partial<Record<RowResultName, number>>> {
  return queryJson(
    db.read,
    `SELECT json_group_object("result", n) AS json
     FROM (SELECT "result", count(*) AS n FROM "JobRow" WHERE "jobId" = ? GROUP BY "result")`,
    jobId,
  );
}

function toJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

async function select(db: Database, where: string, ...values: (string | number | null)[]): Promise<JobRowRecord[]> {
  const packed = await queryJson<Packed[]>(
    db.read,
    `SELECT json_group_array(json_array("line", "result", "name", "objectId", "errors", "before", "after")) AS json
     FROM (SELECT * FROM "JobRow" WHERE ${where})`,
    ...values,
  );
  return packed.map(([line, result, name, objectId, errors, before, after]) => ({
    line,
    result,
    name,
    objectId,
    errors: errors === null ? null : JSON.parse(errors),
    before: before === null ? null : JSON.parse(before),
    after,
  }));
}
