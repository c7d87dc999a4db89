import type { Jobs } from '../bulk/jobs/jobs.ts';
import type { RowResultName } from '../store/job-rows.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

interface RowsQuery {
  result?: readonly RowResultName[] | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** A page of what happened to the rows of a job. */
export async function jobRowsPage(jobs: Jobs, id: string, { result, cursor, limit }: RowsQuery) {
  const after = cursor === undefined ? 0 : Number(decodeCursor(cursor, 'rows')[0]);
  const page = await jobs.rows(id, { after, limit, results: result });
  const last = page.items.length < limit ? undefined : page.items.at(-1);
  return {
    items: page.items.map(({ line, result: found, name, objectId, errors }) => ({
      line,
      result: found,
      name,
      objectId,
      errors: errors ?? [],
    })),
    total: page.total,
    nextCursor: last === undefined ? null : encodeCursor('rows', [last.line, last.line]),
  };
}

interface JobsQuery {
  companyId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** The paging of a list of jobs: ids are ordered by time, so that the id of the last one shown is the cursor. */
export async function newestFirst<T extends { id: string }>(
  { cursor, limit }: JobsQuery,
  sort: string,
  list: (page: { before: string | undefined; limit: number }) => Promise<{ items: T[]; total: number }>,
) {
  const before = cursor === undefined ? undefined : String(decodeCursor(cursor, sort)[0]);
  const { items, total } = await list({ before, limit });
  const last = items.length < limit ? undefined : items.at(-1);
  return { items, total, nextCursor: last === undefined ? null : encodeCursor(sort, [last.id, last.id]) };
}
