import { createSite, removeSite, siteInputSchema, sitePatchSchema, updateSite } from '../../people/sites.ts';
import { SITES } from '../../store/queries/people.ts';
import { mustSee, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { companyIdField } from '../schemas/common.ts';
import { siteView } from '../schemas/people.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'sites';
const { query } = LISTS.sites;

export function siteRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listSites', summary: 'Sites' };
  app.get('/sites', listRoute(list, query, siteView), async (request) =>
    answerPage(deps.db.read, SITES, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getSite', summary: 'One site' };
  app.get('/sites/:id', getRoute(get, siteView), async (request, reply) =>
    answerOne(request, reply, await readVisible(deps.db.read, request.principal, SITES, 'site', request.params.id)),
  );

  const create = { tag, operationId: 'createSite', summary: 'Create a site' };
  const creation = createRoute('companies:write', create, siteInputSchema.extend(companyIdField), siteView);
  app.post('/sites', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, ...input } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createSite(tx, contextOf(request), company, input);
      const body = await readVisible(tx, request.principal, SITES, 'site', id);
      return { status: 201, location: `/api/v1/sites/${id}`, body };
    }),
  );

  const patch = { tag, operationId: 'updateSite', summary: 'Change a site' };
  app.patch('/sites/:id', patchRoute('companies:write', patch, sitePatchSchema, siteView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'site', id);
      await updateSite(tx, contextOf(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, SITES, 'site', id) };
    }),
  );

  const remove = { tag, operationId: 'deleteSite', summary: 'Delete a site that nobody is at' };
  app.delete('/sites/:id', deleteRoute('companies:write', remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'site', request.params.id);
      await removeSite(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
