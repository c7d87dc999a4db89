import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import { createSavedFilter, removeSavedFilter, updateSavedFilter } from '../../people/saved-filters.ts';
import type { Reader } from '../../store/database.ts';
import { readPage, type View } from '../../store/queries/page.ts';
import { SAVED_FILTERS } from '../../store/queries/saved-filters.ts';
import { notFound, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { LIST_NAMES, LISTS, type ListName } from '../lists.ts';
import { answerOne, answerPage, ownCompany } from '../read.ts';
import { createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { mustFitList } from '../saved-query.ts';
import { companyIdField, flagSchema } from '../schemas/common.ts';
import { severalOf } from '../schemas/filter-values.ts';
import { listQuery } from '../schemas/list.ts';
import { savedFilterInput, savedFilterPatch, savedFilterView } from '../schemas/saved-filters.ts';
import { holds, type Principal } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'lists';
const what = 'saved filter';
const scope = 'users:read';
const query = listQuery(SAVED_FILTERS, savedFilterView, {
  companyId: z.string().max(64).optional(),
  list: severalOf(LIST_NAMES),
  isShared: flagSchema.optional(),
});

/** What the caller may see at all: his own and what is shared, of lists that he may see. */
function seenBy(principal: Principal) {
  const readable = LIST_NAMES.filter((name) => holds(principal, LISTS[name].scope));
  return { seenBy: principal.userId ?? '', readable };
}

async function readSaved(reader: Reader, principal: Principal, id: string): Promise<View> {
  const filters = { ...ownCompany(principal, {}), ...seenBy(principal), id };
  const request = { sort: 'name', descending: false, limit: 1, after: undefined, q: undefined, filters };
  const [view] = (await readPage(reader, SAVED_FILTERS, request)).items;
  if (view === undefined) throw notFound(what);
  return view;
}

/** What is shared is changed by its owner and by administrators. */
async function readChangeable(reader: Reader, principal: Principal, id: string): Promise<View> {
  const view = await readSaved(reader, principal, id);
  const owner = view.owner as { id: string } | null;
  if (owner !== null && owner.id === principal.userId) return view;
  if (holds(principal, 'admin')) return view;
  throw new LinekeeperError('FORBIDDEN', 'only its owner and administrators change it');
}

/** What somebody looks for again and again, under a name. */
export function savedFilterRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listSavedFilters', summary: 'Saved filters: my own, and those of the company' };
  app.get('/saved-filters', listRoute(list, query, savedFilterView, scope), async ({ principal, query: asked }) =>
    answerPage(deps.db.read, SAVED_FILTERS, asked, { ...ownCompany(principal, asked), ...seenBy(principal) }),
  );

  const get = { tag, operationId: 'getSavedFilter', summary: 'One saved filter' };
  app.get('/saved-filters/:id', getRoute(get, savedFilterView, { scope }), async (request, reply) =>
    answerOne(request, reply, await readSaved(deps.db.read, request.principal, request.params.id)),
  );

  const create = {
    tag,
    operationId: 'createSavedFilter',
    summary: 'Save a filter',
    description: 'For oneself, or shared with the company. The list must take it, and the caller may see the list.',
  };
  const creation = createRoute(scope, create, savedFilterInput.extend(companyIdField), savedFilterView);
  app.post('/saved-filters', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { principal } = request;
      const { companyId: wanted, list: name, ...input } = request.body;
      mustSeeList(principal, name);
      mustFitList(name, input);
      const userId = principal.userId ?? null;
      if (userId === null && !(input.isShared && holds(principal, 'admin'))) {
        throw new LinekeeperError('FORBIDDEN', 'filters of their own are for users; an administrator may share one');
      }
      const companyId = await targetCompany(tx, principal, wanted);
      const id = await createSavedFilter(tx, contextOf(request), { companyId, userId }, name, input);
      return { status: 201, location: `/api/v1/saved-filters/${id}`, body: await readSaved(tx, principal, id) };
    }),
  );

  const patch = { tag, operationId: 'updateSavedFilter', summary: 'Change a saved filter' };
  app.patch('/saved-filters/:id', patchRoute(scope, patch, savedFilterPatch, savedFilterView), (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      const { list: name } = await readChangeable(tx, request.principal, id);
      mustFitList(name as ListName, request.body);
      await updateSavedFilter(tx, contextOf(request), id, request.body);
      return { status: 200, body: await readSaved(tx, request.principal, id) };
    }),
  );

  const remove = { tag, operationId: 'deleteSavedFilter', summary: 'Delete a saved filter' };
  app.delete('/saved-filters/:id', deleteRoute(scope, remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await readChangeable(tx, request.principal, id);
      await removeSavedFilter(tx, contextOf(request), id);
      return { status: 204 };
    }),
  );
}

function mustSeeList(principal: Principal, name: ListName): void {
  const { scope: needed } = LISTS[name];
  if (!holds(principal, needed)) throw new LinekeeperError('FORBIDDEN', `this list needs the permission ${needed}`);
}
