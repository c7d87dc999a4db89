import { purgeDeletedUser } from '../../people/lifecycle/purge.ts';
import { DELETED_USERS } from '../../store/queries/lifecycle.ts';
import { USERS } from '../../store/queries/people.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, deleteRoute, getRoute, listRoute } from '../route-options.ts';
import { flagSchema, noBody, writeQuery } from '../schemas/common.ts';
import { deletedUserView, lifecycleAnswer } from '../schemas/lifecycle.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';
import { lifecycleContext } from './user-lifecycle.ts';

const tag = 'users';
const what = 'deleted user';
const { query } = LISTS['deleted-users'];
const partial = flagSchema
  .optional()
  .meta({ description: 'true: leave out what cannot come back, and say so in the report, rather than refuse.' });

/** Deleted users as long as they can be restored. */
export function deletedUserRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listDeletedUsers', summary: 'Deleted users who can be restored' };
  app.get('/deleted-users', listRoute(list, query, deletedUserView, 'users:write'), async (request) =>
    answerPage(deps.db.read, DELETED_USERS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getDeletedUser', summary: 'One deleted user' };
  const getting = getRoute(get, deletedUserView, { scope: 'users:write' });
  app.get('/deleted-users/:id', getting, async (request, reply) => {
    const { principal, params } = request;
    return answerOne(request, reply, await readVisible(deps.db.read, principal, DELETED_USERS, what, params.id));
  });

  const restore = {
    tag,
    operationId: 'restoreUser',
    summary: 'Restore a deleted user as he was',
    description: 'Same ids, SIP secrets, PINs, numbers, memberships and forwards. Logins do not come back.',
  };
  const restoring = actionRoute('users:write', restore, noBody, lifecycleAnswer, {
    query: writeQuery.extend({ partial }),
  });
  app.post('/deleted-users/:id/restore', restoring, async (request, reply) => {
    const body = await write(request, reply, async (tx) => {
      const { id } = request.params;
      await readVisible(tx, request.principal, DELETED_USERS, what, id);
      const isPartial = request.query.partial === true;
      const { reportId } = await deps.lifecycle.restore(tx, lifecycleContext(request), id, isPartial);
      return { status: 200, body: { user: await readVisible(tx, request.principal, USERS, 'user', id), reportId } };
    });
    deps.lifecycle.poke();
    return body;
  });

  const purge = { tag, operationId: 'purgeDeletedUser', summary: 'Forget a deleted user for good' };
  app.delete('/deleted-users/:id', deleteRoute('users:write', purge), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await readVisible(tx, request.principal, DELETED_USERS, what, id);
      await purgeDeletedUser(tx, request.principal.actor, id);
      return { status: 204 };
    }),
  );
}
