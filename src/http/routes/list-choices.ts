import { z } from 'zod';
import type { Reader } from '../../store/database.ts';
import { chooseList, listChoice } from '../../store/list-choices.ts';
import type { View } from '../../store/queries/page.ts';
import { LISTS, type ListName } from '../lists.ts';
import { mustFitList } from '../saved-query.ts';
import { noQuery } from '../schemas/common.ts';
import { listChoiceInput, listChoiceView, listName } from '../schemas/saved-filters.ts';
import { selfOf } from '../self.ts';
import type { App, HttpDeps } from '../types.ts';

const DEFAULT_LIMIT = 50;
const shared = { tags: ['lists'], params: z.strictObject({ list: listName }), querystring: noQuery };
const response = { 200: listChoiceView };

async function choiceOf(reader: Reader, userId: string, list: ListName): Promise<View> {
  const chosen = await listChoice(reader, userId, list);
  const { columns, defaultSort, item, spec } = LISTS[list];
  if (chosen === undefined) return { list, columns, sort: defaultSort, limit: DEFAULT_LIMIT, isDefault: true };
  // A later version may not know all of it.
  const known = chosen.columns.filter((column) => Object.hasOwn(item.shape, column));
  const sort = Object.hasOwn(spec.sorts, chosen.sort.replace(/^-/, '')) ? chosen.sort : defaultSort;
  return { list, columns: known.length === 0 ? columns : known, sort, limit: chosen.limit, isDefault: false };
}

/** Columns, sort and length of a page, as each likes them. */
export function listChoiceRoutes(app: App, { db }: HttpDeps): void {
  const get = { ...shared, operationId: 'getListChoice', summary: 'How I want to see a list' };
  const getting = { config: { scope: 'self' as const }, schema: { ...get, response } };
  app.get('/me/lists/:list', getting, async (request) =>
    choiceOf(db.read, selfOf(request).userId, request.params.list),
  );

  const put = {
    ...shared,
    operationId: 'chooseList',
    summary: 'Choose columns, sort and length of the pages of a list',
  };
  const putting = { config: { scope: 'self' as const }, schema: { ...put, body: listChoiceInput, response } };
  app.put('/me/lists/:list', putting, async (request) => {
    const { userId } = selfOf(request);
    const { list } = request.params;
    const { columns, sort = LISTS[list].defaultSort, limit = DEFAULT_LIMIT } = request.body;
    mustFitList(list, { columns, sort });
    return db.write(async (tx) => {
      await chooseList(tx, userId, list, { columns, sort, limit });
      return choiceOf(tx, userId, list);
    });
  });
}
