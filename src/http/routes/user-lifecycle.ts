import { z } from 'zod';
import { deleteOptionsSchema, disableOptionsSchema } from '../../domain/lifecycle.ts';
import type { Done, LifecycleContext } from '../../people/lifecycle/context.ts';
import { refuseHigherUsers } from '../../people/outrank.ts';
import type { Tx } from '../../store/database.ts';
import { USERS } from '../../store/queries/people.ts';
import { mustManage } from '../access.ts';
import { contextOf } from '../context.ts';
import { readVisible } from '../read.ts';
import { actionRoute, createRoute, getRoute } from '../route-options.ts';
import * as common from '../schemas/common.ts';
import { deletionAnswer, deletionPreviewView, lifecycleAnswer, lifecycleBulkAnswer } from '../schemas/lifecycle.ts';
import type { AnyRequest, App, HttpDeps } from '../types.ts';
import type { Answer, Write } from '../write.ts';

const tag = 'users';
const ids = z.array(z.string().max(64)).min(1).max(1000);
const deleteQuery = common.writeQuery.extend(deleteOptionsSchema.shape);

/** Who asks, as the use-cases of a user's life take it. */
export function lifecycleContext(request: AnyRequest): LifecycleContext {
  const { companyId, userId } = request.principal;
  return { ...contextOf(request), companyId, userId };
}

/** Disabling, enabling and deleting. What it does on the PBX is proved in a report. */
export function userLifecycleRoutes(app: App, deps: HttpDeps, write: Write): void {
  const { lifecycle } = deps;
  const answer = async (tx: Tx, request: AnyRequest, [done]: Done[]): Promise<Answer> => {
    const { userId = '', reportId = null } = done ?? {};
    const user = await readVisible(tx, request.principal, USERS, 'user', userId);
    return { status: 200, body: { user, reportId } };
  };
  /** What was committed is taken up at once. */
  const proved = async <T>(body: Promise<T>): Promise<T> => {
    try {
      return await body;
    } finally {
      lifecycle.poke();
    }
  };

  const disable = {
    tag,
    operationId: 'disableUser',
    summary: 'Disable a user: logins, phones and calls end',
    description:
      'Sessions and API tokens end at once; SIP accounts as soon as the PBX has it. Everything comes back with enable.',
  };
  const disabling = actionRoute('users:write', disable, disableOptionsSchema.nullish(), lifecycleAnswer);
  app.post('/users/:id/disable', disabling, async (request, reply) =>
    proved(
      write(request, reply, async (tx) => {
        const { id } = request.params;
        await mustManage(tx, request.principal, id);
        const options = request.body ?? disableOptionsSchema.parse({});
        return answer(tx, request, await lifecycle.disable(tx, lifecycleContext(request), [id], options));
      }),
    ),
  );

  const disableMany = { tag, operationId: 'disableUsers', summary: 'Disable up to 1,000 users: all or none' };
  const many = createRoute('users:write', disableMany, disableOptionsSchema.extend({ ids }), lifecycleBulkAnswer);
  const response = { 200: z.union([lifecycleBulkAnswer, common.dryRunSchema]) };
  app.post('/users/disable', { ...many, schema: { ...many.schema, response } }, async (request, reply) =>
    proved(
      write(request, reply, async (tx) => {
        const { ids: userIds, ...options } = request.body;
        // Who may do all has nobody above him but operators, of whom `disable` takes care.
        const mayAll = request.principal.scopes.has('admin');
        if (!mayAll) await refuseHigherUsers(tx, request.principal, userIds);
        const items = await lifecycle.disable(tx, lifecycleContext(request), userIds, options);
        return { status: 200, body: { items } };
      }),
    ),
  );

  const enable = { tag, operationId: 'enableUser', summary: 'Let a disabled user back in, with the same SIP secrets' };
  const enabling = actionRoute('users:write', enable, common.noBody, lifecycleAnswer);
  app.post('/users/:id/enable', enabling, async (request, reply) =>
    proved(
      write(request, reply, async (tx) => {
        await mustManage(tx, request.principal, request.params.id);
        return answer(tx, request, await lifecycle.enable(tx, lifecycleContext(request), [request.params.id]));
      }),
    ),
  );

  const preview = { tag, operationId: 'previewUserDeletion', summary: 'What deleting a user would touch' };
  const previewing = getRoute(preview, deletionPreviewView, { scope: 'users:write' });
  app.get(
    '/users/:id/deletion',
    { ...previewing, schema: { ...previewing.schema, querystring: deleteOptionsSchema } },
    async (request) => {
      const { id } = request.params;
      await readVisible(deps.db.read, request.principal, USERS, 'user', id);
      return lifecycle.preview(deps.db.read, id, request.query);
    },
  );

  const remove = {
    tag,
    operationId: 'deleteUser',
    summary: 'Delete a user with his extensions',
    description: 'Numbers go into quarantine. For some time the user can be restored as he was: see `/deleted-users`.',
  };
  const removal = actionRoute('users:write', remove, common.noBody, deletionAnswer, { query: deleteQuery });
  app.delete(
    '/users/:id',
    { ...removal, schema: { ...removal.schema, headers: common.patchHeaders } },
    async (request, reply) =>
      proved(
        write(request, reply, async (tx) => {
          const { id } = request.params;
          const { dryRun: _, ...options } = request.query;
          await mustManage(tx, request.principal, id);
          const { reportId } = await lifecycle.remove(tx, lifecycleContext(request), id, options);
          return { status: 200, body: { reportId } };
        }),
      ),
  );
}
