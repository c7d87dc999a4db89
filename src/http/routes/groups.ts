import { z } from 'zod';
import { type FixedKind, labelKindSchema, MAX_NEW_MEMBERS } from '../../domain/group.ts';
import { addMembers, removeMember } from '../../people/group-members.ts';
import { createGroup, groupInputSchema, groupPatchSchema, removeGroup, updateGroup } from '../../people/groups.ts';
import type { Reader } from '../../store/database.ts';
import { GROUPS, MEMBERS } from '../../store/queries/groups.ts';
import type { View } from '../../store/queries/page.ts';
import { notFound, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, createRoute, deleteRoute, getRoute, listRoute, patchRoute, putRoute } from '../route-options.ts';
import { companyIdField, idParams } from '../schemas/common.ts';
import { groupView, memberView } from '../schemas/groups.ts';
import { listQuery } from '../schemas/list.ts';
import { holds, type Principal } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

/** How one of the three looks from outside. */
interface Door {
  /** `groups`: the path, and the tag in the docs. */
  path: 'groups' | 'teams' | 'labels';
  /** `Group`: for operation ids and summaries. */
  one: string;
  /** undefined: labels, which name their kind themselves. */
  kind: FixedKind | undefined;
}

const DOORS: readonly Door[] = [
  { path: 'groups', one: 'Group', kind: 'group' },
  { path: 'teams', one: 'Team', kind: 'team' },
  { path: 'labels', one: 'Label', kind: undefined },
];

const WRITES = 'groups:write';
const memberParams = z.strictObject({ id: z.string().max(64), userId: z.string().max(64) });
const memberQuery = listQuery(MEMBERS, memberView, {});
const newMembersSchema = z.strictObject({ userIds: z.array(z.string().max(64)).min(1).max(MAX_NEW_MEMBERS) });
const addedView = z.strictObject({ added: z.int().meta({ description: 'Who was not in it before.' }) });

/** `/groups`, `/teams` and `/labels`: the same routes three times. */
export function groupRoutes(app: App, deps: HttpDeps, write: Write): void {
  for (const door of DOORS) {
    ofGroups(app, deps, write, door);
    ofMembers(app, deps, write, door);
  }
}

/** A team is no group: under the other address it does not exist. */
async function readGroup(reader: Reader, principal: Principal, { kind, one }: Door, id: string): Promise<View> {
  const what = one.toLowerCase();
  const view = await readVisible(reader, principal, GROUPS, what, id);
  const isHere = kind === undefined ? view.kind !== 'group' && view.kind !== 'team' : view.kind === kind;
  if (!isHere) throw notFound(what);
  return view;
}

function ofGroups(app: App, deps: HttpDeps, write: Write, door: Door): void {
  const { path, one, kind } = door;
  const tag = 'groups';
  const { query } = LISTS[path];
  const list = { tag, operationId: `list${one}s`, summary: `${one}s` };
  app.get(`/${path}`, listRoute(list, query, groupView, 'users:read'), async (request) => {
    const narrowed = kind === undefined ? { isLabel: true } : { kind };
    return answerPage(deps.db.read, GROUPS, request.query, {
      ...ownCompany(request.principal, request.query),
      ...narrowed,
    });
  });

  const get = { tag, operationId: `get${one}`, summary: `One ${one.toLowerCase()}` };
  app.get(`/${path}/:id`, getRoute(get, groupView, { scope: 'users:read' }), async (request, reply) =>
    answerOne(request, reply, await readGroup(deps.db.read, request.principal, door, request.params.id)),
  );

  const create = { tag, operationId: `create${one}`, summary: `Create a ${one.toLowerCase()}` };
  const kindSchema: z.ZodType<string> = kind === undefined ? labelKindSchema : z.literal(kind).default(kind);
  const input = groupInputSchema.extend({ ...companyIdField, kind: kindSchema });
  app.post(`/${path}`, createRoute(WRITES, create, input, groupView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, kind: wanted, ...fields } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createGroup(tx, contextOf(request), company, wanted, fields);
      const body = await readGroup(tx, request.principal, door, id);
      return { status: 201, location: `/api/v1/${path}/${id}`, body };
    }),
  );

  const patch = { tag, operationId: `update${one}`, summary: `Rename or describe a ${one.toLowerCase()}` };
  app.patch(`/${path}/:id`, patchRoute(WRITES, patch, groupPatchSchema, groupView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await readGroup(tx, request.principal, door, id);
      await updateGroup(tx, contextOf(request), id, request.body);
      return { status: 200, body: await readGroup(tx, request.principal, door, id) };
    }),
  );

  const remove = { tag, operationId: `delete${one}`, summary: `Delete a ${one.toLowerCase()}; its members stay` };
  app.delete(`/${path}/:id`, deleteRoute(WRITES, remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await readGroup(tx, request.principal, door, id);
      await removeGroup(tx, contextOf(request), id);
      return { status: 204 };
    }),
  );
}

function ofMembers(app: App, deps: HttpDeps, write: Write, door: Door): void {
  const { path, one } = door;
  const tag = 'groups';
  const thing = one.toLowerCase();
  const list = { tag, operationId: `list${one}Members`, summary: `Who is in a ${thing}` };
  const listing = listRoute(list, memberQuery, memberView, 'users:read');
  app.get(`/${path}/:id/members`, { ...listing, schema: { ...listing.schema, params: idParams } }, async (request) => {
    const { id } = request.params;
    await readGroup(deps.db.read, request.principal, door, id);
    // Who is disabled is nobody's colleague, but an administrator must find them.
    const narrowed = holds(request.principal, 'read') ? {} : { isDisabled: false };
    return answerPage(deps.db.read, MEMBERS, request.query, { groupId: id, ...narrowed });
  });

  const addMany = { tag, operationId: `add${one}Members`, summary: `Put users into a ${thing}: all or none` };
  app.post(`/${path}/:id/members`, actionRoute(WRITES, addMany, newMembersSchema, addedView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await readGroup(tx, request.principal, door, id);
      return { status: 200, body: { added: await addMembers(tx, contextOf(request), id, request.body.userIds) } };
    }),
  );

  const member = `/${path}/:id/members/:userId`;
  const add = { tag, operationId: `add${one}Member`, summary: `Put a user into a ${thing}` };
  app.put(member, putRoute(WRITES, add, { params: memberParams }), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, userId } = request.params;
      await readGroup(tx, request.principal, door, id);
      await addMembers(tx, contextOf(request), id, [userId]);
      return { status: 204 };
    }),
  );

  const remove = { tag, operationId: `remove${one}Member`, summary: `Take a user out of a ${thing}` };
  app.delete(member, deleteRoute(WRITES, remove, { params: memberParams }), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, userId } = request.params;
      await readGroup(tx, request.principal, door, id);
      await removeMember(tx, contextOf(request), id, userId);
      return { status: 204 };
    }),
  );
}
