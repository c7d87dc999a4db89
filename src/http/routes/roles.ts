import { z } from 'zod';
import { PERMISSIONS } from '../../domain/permission.ts';
import { setOperator } from '../../people/operators.ts';
import {
  createRole,
  removeRole,
  roleInputSchema,
  rolePatchSchema,
  setUserRoles,
  updateRole,
} from '../../people/roles.ts';
import { MEMBERS, ROLES } from '../../store/queries/access.ts';
import { mustBeGlobal, mustSee, mustSeeMember, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { memberView, roleView } from '../schemas/access.ts';
import { companyIdField, idParams, noQuery } from '../schemas/common.ts';
import { listQuery } from '../schemas/list.ts';
import type { AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'roles';
const scope = 'roles:write';
const { query } = LISTS.roles;
const memberQuery = listQuery(MEMBERS, memberView, {});
const roleIds = z.array(z.string().max(64)).max(50);

function roleContext(request: AnyRequest) {
  return { ...contextOf(request), held: request.principal.scopes };
}

export function roleRoutes(app: App, deps: HttpDeps, write: Write): void {
  const permissionView = z.strictObject({ name: z.string(), description: z.string() });
  const permissions = { tags: [tag], operationId: 'listPermissions', summary: 'What roles and tokens are made of' };
  const response = { 200: z.strictObject({ items: z.array(permissionView) }) };
  const options = {
    config: { scope: 'users:read' as const },
    schema: { ...permissions, querystring: noQuery, response },
  };
  app.get('/permissions', options, async () => ({
    items: Object.entries(PERMISSIONS).map(([name, description]) => ({ name, description })),
  }));

  const list = { tag, operationId: 'listRoles', summary: 'Roles' };
  app.get('/roles', listRoute(list, query, roleView), async (request) =>
    answerPage(deps.db.read, ROLES, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getRole', summary: 'One role' };
  app.get('/roles/:id', getRoute(get, roleView), async (request, reply) =>
    answerOne(request, reply, await readVisible(deps.db.read, request.principal, ROLES, 'role', request.params.id)),
  );

  const create = {
    tag,
    operationId: 'createRole',
    summary: 'Create a role of the company',
    description: 'It can hold no permission that its creator does not have.',
  };
  app.post(
    '/roles',
    createRoute(scope, create, roleInputSchema.extend(companyIdField), roleView),
    async (request, reply) =>
      write(request, reply, async (tx) => {
        const { companyId, ...input } = request.body;
        const company = await targetCompany(tx, request.principal, companyId);
        const id = await createRole(tx, roleContext(request), company, input);
        const body = await readVisible(tx, request.principal, ROLES, 'role', id);
        return { status: 201, location: `/api/v1/roles/${id}`, body };
      }),
  );

  const patch = { tag, operationId: 'updateRole', summary: 'Change a role; of a built-in one only the second factor' };
  app.patch('/roles/:id', patchRoute(scope, patch, rolePatchSchema, roleView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'role', id);
      await updateRole(tx, roleContext(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, ROLES, 'role', id) };
    }),
  );

  const remove = { tag, operationId: 'deleteRole', summary: 'Delete a role that nobody has' };
  app.delete('/roles/:id', deleteRoute(scope, remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'role', request.params.id);
      await removeRole(tx, roleContext(request), request.params.id);
      return { status: 204 };
    }),
  );

  const members = {
    tag,
    operationId: 'listMembers',
    summary: 'Members of a company and their roles there, guests from other companies too',
  };
  const memberOptions = listRoute(members, memberQuery, memberView);
  const memberRoute = { ...memberOptions, schema: { ...memberOptions.schema, params: idParams } };
  app.get('/companies/:id/members', memberRoute, async (request) => {
    const { id } = request.params;
    await mustSee(deps.db.read, request.principal, 'company', id);
    return answerPage(deps.db.read, MEMBERS, request.query, { companyId: id });
  });

  const assign = {
    tag,
    operationId: 'setUserRoles',
    summary: 'Give a member exactly these roles in a company',
    description:
      'Whoever loses a role is thrown off. No role in a company that is not the own one ends the membership.',
  };
  const assigned = z.strictObject({ roleIds: z.array(z.string()) });
  const assignBody = z.strictObject({ roleIds, ...companyIdField });
  app.post('/users/:id/roles', actionRoute(scope, assign, assignBody, assigned), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      const company = await mustSeeMember(tx, request.principal, id, request.body.companyId);
      await setUserRoles(tx, roleContext(request), id, company, request.body.roleIds);
      return { status: 200, body: { roleIds: request.body.roleIds } };
    }),
  );

  const operator = {
    tag,
    operationId: 'setOperator',
    summary: 'Make a user an operator of the platform, or no longer',
  };
  const operatorBody = z.strictObject({ isOperator: z.boolean() });
  app.post('/users/:id/operator', actionRoute(scope, operator, operatorBody, operatorBody), async (request, reply) => {
    mustBeGlobal(request.principal);
    return write(request, reply, async (tx) => {
      await setOperator(tx, contextOf(request), request.params.id, request.body.isOperator);
      return { status: 200, body: request.body };
    });
  });
}
