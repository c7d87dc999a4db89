import { createCompany, removeCompany, updateCompany } from '../../people/companies.ts';
import { companyInputSchema, companyPatchSchema } from '../../people/company-input.ts';
import { COMPANIES } from '../../store/queries/companies.ts';
import { giveRoleIn } from '../../store/roles.ts';
import { mustBeGlobal, mustSee } from '../access.ts';
import { contextOf } from '../context.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { companyView } from '../schemas/people.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'companies';
const { query } = LISTS.companies;

export function companyRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listCompanies', summary: 'Companies' };
  app.get('/companies', listRoute(list, query, companyView), async (request) =>
    answerPage(deps.db.read, COMPANIES, request.query, ownCompany(request.principal, {})),
  );

  const get = { tag, operationId: 'getCompany', summary: 'One company' };
  app.get('/companies/:id', getRoute(get, companyView), async (request, reply) => {
    const view = await readVisible(deps.db.read, request.principal, COMPANIES, 'company', request.params.id);
    return answerOne(request, reply, view);
  });

  const create = {
    tag,
    operationId: 'createCompany',
    summary: 'Create a company',
    description:
      'Endpoint ids of the first company of a PBX have no prefix; those of others start with their slug. ' +
      'A user who creates one is its administrator.',
  };
  const creation = createRoute('companies:write', create, companyInputSchema, companyView);
  app.post('/companies', creation, async (request, reply) => {
    mustBeGlobal(request.principal);
    return write(request, reply, async (tx) => {
      const id = await createCompany(tx, contextOf(request), request.body);
      const { userId } = request.principal;
      if (userId !== undefined) await giveRoleIn(tx, userId, id, 'administrator');
      const body = await readVisible(tx, request.principal, COMPANIES, 'company', id);
      return { status: 201, location: `/api/v1/companies/${id}`, body };
    });
  });

  const patch = { tag, operationId: 'updateCompany', summary: 'Change a company' };
  const change = patchRoute('companies:write', patch, companyPatchSchema, companyView);
  app.patch('/companies/:id', change, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'company', id);
      await updateCompany(tx, contextOf(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, COMPANIES, 'company', id) };
    }),
  );

  const remove = { tag, operationId: 'deleteCompany', summary: 'Delete a company that has nothing left' };
  app.delete('/companies/:id', deleteRoute('companies:write', remove), async (request, reply) => {
    mustBeGlobal(request.principal);
    return write(request, reply, async (tx) => {
      await removeCompany(tx, contextOf(request), request.params.id);
      return { status: 204 };
    });
  });
}
