import type { Database } from '../store/database.ts';
import { handleOf } from '../store/handles.ts';
import { CALL_RECORDS, scanCallRecords } from '../store/queries/call-records.ts';
import type { PageRequest, Scalar } from '../store/queries/page.ts';
import { decodeCursor } from './cursor.ts';
import { answerPage, type PageAnswer } from './read.ts';
import type { ListQuery } from './schemas/list.ts';

type Position = [startedAt: Scalar, id: Scalar];

/**
 * A page of call records. Text is in no index: it is looked for piece by piece, while others are served, and the page is
 * then made of the records that were found.
 */
export async function searchCallRecords(
  db: Database,
  query: ListQuery,
  filters: PageRequest['filters'],
): Promise<PageAnswer> {
  const { q, limit, sort, cursor, fields } = query;
  // Without the filters of the query: those that count are given.
  const paging = { limit, sort, cursor, fields };
  if (q === undefined) return answerPage(db.read, CALL_RECORDS, paging, filters);
  const sign = sort.startsWith('-') ? -1 : 1;
  const inOrder = (a: Position, b: Position) => sign * compare(a, b);
  const after = cursor === undefined ? undefined : decodeCursor(cursor, sort);
  let found: Position[] = [];
  let total = 0;
  const scan = scanCallRecords<{ id: string; startedAt: number }>(handleOf(db.read), 'v.id, v."startedAt"', {
    filters,
    q,
  });
  for await (const rows of scan) {
    total += rows.length;
    const behind = rows
      .map(({ id, startedAt }): Position => [startedAt, id])
      .filter((one) => after === undefined || inOrder(one, after) > 0);
    found = [...found, ...behind].sort(inOrder).slice(0, limit + 1);
  }
  const ids = found.map(([, id]) => id);
  const page = await answerPage(db.read, CALL_RECORDS, paging, { ...filters, ids });
  return { ...page, total };
}

function compare([time, id]: Position, [otherTime, otherId]: Position): number {
  if (time !== otherTime) return time < otherTime ? -1 : 1;
  return id < otherId ? -1 : Number(id > otherId);
}
