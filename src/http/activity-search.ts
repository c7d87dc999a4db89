import type { Database } from '../store/database.ts';
import { handleOf } from '../store/handles.ts';
import { ACTIVITY, scanActivity, timeFilter } from '../store/queries/activity.ts';
import type { PageRequest } from '../store/queries/page.ts';
import { decodeCursor } from './cursor.ts';
import { answerPage, type PageAnswer } from './read.ts';
import type { ListQuery } from './schemas/list.ts';

/**
 * A page of the activity log. Text is in no index: it is looked for piece by piece, while others are served, and the
 * page is then made of the events that were found.
 */
export async function searchActivity(
  db: Database,
  query: ListQuery,
  filters: PageRequest['filters'],
): Promise<PageAnswer> {
  const { q, limit, sort, cursor, fields } = query;
  // Without the filters of the query: those that count are given.
  const paging = { limit, sort, cursor, fields };
  if (q === undefined) return answerPage(db.read, ACTIVITY, paging, { ...filters, ...timeFilter(filters) });
  const isDown = query.sort.startsWith('-');
  const after = query.cursor === undefined ? undefined : Number(decodeCursor(query.cursor, query.sort)[1]);
  const found: number[] = [];
  let total = 0;
  const scan = scanActivity<{ id: number }>(handleOf(db.read), 'v.id', { filters, q }, isDown ? 'down' : 'up');
  for await (const rows of scan) {
    total += rows.length;
    for (const { id } of rows) {
      const isBehind = after === undefined || (isDown ? id < after : id > after);
      if (isBehind && found.length <= query.limit) found.push(id);
    }
  }
  const page = await answerPage(db.read, ACTIVITY, paging, { ...filters, ids: found });
  return { ...page, total };
}
