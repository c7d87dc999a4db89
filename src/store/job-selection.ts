import type { Database, Tx } from './database.ts';
import type { JobCounts } from './jobs.ts';
import type { MassObject, MassObjects } from './mass-action.ts';
import { DELETED_USERS } from './queries/lifecycle.ts';
import { EXTENSIONS } from './queries/lines.ts';
import { conditionsOf, type ListSpec, type PageRequest } from './queries/page.ts';
import { USERS } from './queries/people.ts';
import { execute, executeEach, queryJson } from './sql.ts';

/** The lists whose objects a mass action may be done to, and what one is called in the result. */
const LISTS: Record<MassObjects, { spec: ListSpec; name: string; companyId: string }> = {
  users: { spec: USERS, name: 'u."username"', companyId: 'u."companyId"' },
  'deleted-users': { spec: DELETED_USERS, name: 'd."username"', companyId: 'd."companyId"' },
  extensions: { spec: EXTENSIONS, name: 'e."number"', companyId: 'e."companyId"' },
};

export type Selected =
  | { ids: readonly string[] }
  | { filters: PageRequest['filters']; q: string | undefined }
  | { all: true };

/**
 * Writes down, once, what a job will be done to: one waiting row for each object of the company, in the order of their
 * names. Answers how many there are. What comes into being afterwards is not among them.
 */
export async function freezeSelection(
  tx: Tx,
  job: { id: string; companyId: string },
  on: MassObjects,
  selected: Selected,
): Promise<number> {
  const { spec, name, companyId } = LISTS[on];
  const conditions = [`${companyId} = ?`];
  const values: (string | number)[] = [job.companyId];
  if ('ids' in selected) {
    conditions.push(`${spec.id} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(selected.ids));
  } else if ('filters' in selected) {
    const more = conditionsOf(spec, selected);
    conditions.push(...more.conditions);
    values.push(...more.values);
  }
  return execute(
    tx,
    `INSERT INTO "JobRow" ("jobId", "line", "result", "name", "objectId")
     SELECT ?, row_number() OVER (ORDER BY ${name}, ${spec.id}), 'waiting', ${name}, ${spec.id}
     ${spec.from} WHERE ${conditions.join(' AND ')}`,
    job.id,
    ...values,
  );
}

/** Those of the ids that are no objects of the company. */
export async function notSelected(tx: Tx, jobId: string, ids: readonly string[]): Promise<string[]> {
  return queryJson<string[]>(
    tx,
    `SELECT json_group_array(value) AS json FROM (SELECT DISTINCT value FROM json_each(?2)
      WHERE value NOT IN (SELECT "objectId" FROM "JobRow" WHERE "jobId" = ?1))`,
    jobId,
    JSON.stringify(ids),
  );
}

export interface WaitingRow extends MassObject {
  line: number;
}

/** The next rows behind a line that have no result yet, in their order. */
export async function waitingRows(
  reader: Pick<Database, 'read'>,
  jobId: string,
  after: number,
  limit: number,
): Promise<WaitingRow[]> {
  const rows = await queryJson<[line: number, id: string, name: string][]>(
    reader.read,
    `SELECT json_group_array(json_array("line", "objectId", "name")) AS json FROM (
       SELECT * FROM "JobRow" WHERE "jobId" = ?1 AND "line" > ?2 AND +"result" = 'waiting' ORDER BY "line" LIMIT ?3)`,
    jobId,
    after,
    limit,
  );
  return rows.map(([line, id, name]) => ({ line, id, name }));
}

export interface RowOutcome {
  line: number;
  result: 'created' | 'updated' | 'unchanged' | 'failed';
  errors: unknown;
  before: unknown;
  after: number | null;
}

/** Gives waiting rows, all between the first and the last, their results. */
export async function writeOutcomes(tx: Tx, jobId: string, rows: readonly RowOutcome[]): Promise<void> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return;
  const text = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  const before = text(first.before);
  const isAlike = (row: RowOutcome) =>
    row.result === first.result && row.errors === null && row.after === first.after && text(row.before) === before;
  if (first.errors === null && rows.every(isAlike)) {
    // A tenth of the price of one statement for each row.
    await execute(
      tx,
      `UPDATE "JobRow" SET "result" = ?4, "before" = ?5, "after" = ?6
        WHERE "jobId" = ?1 AND "line" BETWEEN ?2 AND ?3 AND +"result" = 'waiting'`,
      ...[jobId, first.line, last.line, first.result, before, first.after],
    );
    return;
  }
  await executeEach(
    tx,
    `UPDATE "JobRow" SET "result" = ?, "errors" = ?, "before" = ?, "after" = ?
      WHERE "jobId" = ? AND "line" = ? AND "result" = 'waiting'`,
    rows.map(({ result, errors, before, after, line }) => [result, text(errors), text(before), after, jobId, line]),
  );
}

export function countOutcomes(rows: readonly Pick<RowOutcome, 'result'>[]): JobCounts {
  const count = (result: RowOutcome['result']) => rows.filter((row) => row.result === result).length;
  return {
    processed: rows.length,
    created: count('created'),
    updated: count('updated'),
    skipped: 0,
    failed: count('failed'),
  };
}
