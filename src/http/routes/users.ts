import { z } from 'zod';
import { createUser, updateUser, userInputSchema, userPatchSchema } from '../../people/users.ts';
import { USERS } from '../../store/queries/people.ts';
import { mustSee, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { createRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { companyIdField } from '../schemas/common.ts';
import { listQuery } from '../schemas/list.ts';
import { userView } from '../schemas/people.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'users';
const query = listQuery(USERS, userView, {
  companyId: z.string().max(64).optional(),
  siteId: z.string().max(64).optional(),
  username: z.string().max(200).optional(),
});

export function userRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listUsers', summary: 'Users' };
  app.get('/users', listRoute(list, query, userView), async (request) =>
    answerPage(deps.db.read, USERS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getUser', summary: 'One user' };
  app.get('/users/:id', getRoute(get, userView), async (request, reply) =>
    answerOne(request, reply, await readVisible(deps.db.read, request.principal, USERS, 'user', request.params.id)),
  );

  const create = { tag, operationId: 'createUser', summary: 'Create a user' };
  const creation = createRoute('users:write', create, userInputSchema.extend(companyIdField), userView);
  app.post('/users', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, ...input } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createUser(tx, contextOf(request), company, input);
      const body = await readVisible(tx, request.principal, USERS, 'user', id);
      return { status: 201, location: `/api/v1/users/${id}`, body };
    }),
  );

  const patch = { tag, operationId: 'updateUser', summary: 'Change a user' };
  app.patch('/users/:id', patchRoute('users:write', patch, userPatchSchema, userView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'user', id);
      await updateUser(tx, contextOf(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, USERS, 'user', id) };
    }),
  );
}
