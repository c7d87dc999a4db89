import { z } from 'zod';
import { endSessions } from '../../people/sessions.ts';
import { unlockUser } from '../../people/unlock.ts';
import { SESSIONS } from '../../store/queries/access.ts';
import { mustManage, mustSee } from '../access.ts';
import { LISTS } from '../lists.ts';
import { answerPage, ownCompany } from '../read.ts';
import { actionRoute, deleteRoute, listRoute, runRoute } from '../route-options.ts';
import { sessionView } from '../schemas/access.ts';
import { idParams, noBody } from '../schemas/common.ts';
import { sessionViews } from '../session-views.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const scope = 'users:write';
const { query } = LISTS.sessions;

/** What an administrator does about other people's logins. */
export function userAccessRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag: 'sessions', operationId: 'listSessions', summary: 'Who is logged in, from where, with what' };
  app.get('/sessions', listRoute(list, query, sessionView, scope), async (request) => {
    const narrowed = ownCompany(request.principal, request.query);
    return sessionViews(await answerPage(deps.db.read, SESSIONS, request.query, narrowed), request.principal.sessionId);
  });

  const end = { tag: 'sessions', operationId: 'endSession', summary: 'End a session, at once' };
  app.delete('/sessions/:id', deleteRoute(scope, end), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'session', request.params.id);
      const session = await tx.session.findUniqueOrThrow({ where: { id: request.params.id } });
      await endSessions(tx, request.principal.actor, session.userId, { id: session.id });
      return { status: 204 };
    }),
  );

  const ended = z.strictObject({ ended: z.int() });
  const endAll = { tag: 'sessions', operationId: 'endSessionsOfUser', summary: 'End all sessions of a user, at once' };
  app.post('/users/:id/end-sessions', actionRoute(scope, endAll, noBody, ended), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustManage(tx, request.principal, id);
      return { status: 200, body: { ended: await endSessions(tx, request.principal.actor, id, 'all') } };
    }),
  );

  const unlock = {
    tag: 'users',
    operationId: 'unlockUser',
    summary: 'Unlock an account that failed logins have locked',
  };
  const unlocked = z.strictObject({ state: z.string() });
  app.post('/users/:id/unlock', actionRoute(scope, unlock, noBody, unlocked), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustManage(tx, request.principal, id);
      await unlockUser(tx, request.principal.actor, id);
      return { status: 200, body: { state: 'active' } };
    }),
  );

  const reset = {
    tag: 'users',
    operationId: 'resetPassword',
    summary: 'Help somebody who cannot log in',
    description:
      'link: a mail with a link. show: a new password, in this answer only. mail: a temporary password by mail. The last two ' +
      'must be changed at the next login and throw the user off.',
  };
  const resetBody = z.strictObject({ method: z.enum(['link', 'show', 'mail']) });
  const resetAnswer = z.strictObject({
    method: z.enum(['link', 'show', 'mail']),
    password: z.string().optional().meta({ description: 'Shown in this answer only.' }),
  });
  const resetRoute = runRoute(scope, reset, resetBody, resetAnswer, idParams);
  app.post('/users/:id/reset-password', resetRoute, async (request) => {
    const { id } = request.params;
    const { method } = request.body;
    const { actor } = request.principal;
    await mustManage(deps.db.read, request.principal, id);
    if (method === 'show') return { method, password: await deps.people.resets.show(actor, id) };
    await (method === 'link' ? deps.people.resets.sendLink(actor, id) : deps.people.resets.mail(actor, id));
    return { method };
  });
}
