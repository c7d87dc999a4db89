import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import { passwordSchema } from '../../people/passwords.ts';
import { endSessions } from '../../people/sessions.ts';
import { userPatchSchema } from '../../people/user-input.ts';
import { updateUser } from '../../people/users.ts';
import { workIn } from '../../people/working-company.ts';
import type { Reader, Tx } from '../../store/database.ts';
import { SESSIONS } from '../../store/queries/access.ts';
import { readMe } from '../../store/queries/me.ts';
import type { View } from '../../store/queries/page.ts';
import { notFound } from '../access.ts';
import { contextOf } from '../context.ts';
import { answerPage } from '../read.ts';
import { actionRoute, deleteRoute, listRoute, patchRoute } from '../route-options.ts';
import { meView, sessionView } from '../schemas/access.ts';
import { noBody, noQuery } from '../schemas/common.ts';
import { listQuery } from '../schemas/list.ts';
import { selfOf } from '../self.ts';
import { clearSessionCookie } from '../session-cookie.ts';
import { sessionViews } from '../session-views.ts';
import type { AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'me';
const query = listQuery(SESSIONS, sessionView.omit({ device: true, isCurrent: true }), {}, '-lastSeenAt');
const done = { 204: z.null().meta({ description: 'Done.' }) };

function selfRoute<S extends object>(operationId: string, summary: string, schema: S, duringSetup = false) {
  const config = { scope: 'self' as const, ...(duringSetup ? { duringSetup: true as const } : {}) };
  return { config, schema: { tags: [tag], operationId, summary, querystring: noQuery, ...schema } };
}

async function meOf(reader: Reader, request: AnyRequest): Promise<View> {
  const { companyId, scopes, restriction } = request.principal;
  const me = await readMe(reader, selfOf(request).userId, companyId);
  return { ...me, permissions: [...scopes].sort(), restriction: restriction ?? null };
}

/** A contact that login codes go to is not changed in passing: whoever has the session would have the second factor. */
async function refuseContactInUse(tx: Tx, id: string, contact: string | null | undefined): Promise<void> {
  if (contact === undefined) return;
  const { codeByContact } = await tx.user.findUniqueOrThrow({ where: { id }, select: { codeByContact: true } });
  if (!codeByContact) return;
  throw new LinekeeperError('SECOND_FACTOR_STATE_INVALID', 'login codes go to this contact: switch that off first');
}

/** What everybody may see and do about his own account. */
export function meRoutes(app: App, deps: HttpDeps, write: Write): void {
  const { db } = deps;

  const get = selfRoute('getMe', 'Who I am, and what I may do where I work', { response: { 200: meView } }, true);
  app.get('/me', get, (request) => meOf(db.read, request));

  const profile = userPatchSchema.pick({ language: true, timezone: true, personalContact: true });
  const patchOptions = patchRoute(
    'read',
    { tag, operationId: 'updateMe', summary: 'Change what is mine to change' },
    profile,
    meView,
    {
      params: z.strictObject({}),
    },
  );
  app.patch('/me', { ...patchOptions, config: { scope: 'self' } }, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { userId } = selfOf(request);
      await refuseContactInUse(tx, userId, request.body.personalContact);
      await updateUser(tx, contextOf(request), userId, request.body);
      return { status: 200, body: await meOf(tx, request) };
    }),
  );

  const passwordBody = z.strictObject({ current: passwordSchema, password: passwordSchema });
  const password = selfRoute('changePassword', 'Change my password', { body: passwordBody, response: done }, true);
  app.post('/me/password', password, async (request, reply) => {
    const { userId, sessionId } = selfOf(request);
    await deps.people.passwords.change(
      userId,
      sessionId,
      request.body.current,
      request.body.password,
      request.ip || 'local',
    );
    reply.code(204);
  });

  const out = selfRoute('logout', 'Log out: end this session', { body: noBody, response: done }, true);
  app.post('/logout', out, async (request, reply) => {
    const { userId, sessionId } = selfOf(request);
    if (sessionId === undefined) throw new LinekeeperError('FORBIDDEN', 'a token is not logged in: delete it instead');
    await db.write((tx) => endSessions(tx, request.principal.actor, userId, { id: sessionId }));
    clearSessionCookie(reply);
    reply.code(204);
  });

  const list = { tag, operationId: 'listMySessions', summary: 'Where I am logged in' };
  const listOptions = listRoute(list, query, sessionView);
  app.get('/me/sessions', { ...listOptions, config: { scope: 'self' } }, async (request) => {
    const { userId, sessionId } = selfOf(request);
    return sessionViews(await answerPage(db.read, SESSIONS, request.query, { userId }), sessionId);
  });

  const end = deleteRoute('read', { tag, operationId: 'endMySession', summary: 'End one of my sessions, at once' });
  app.delete('/me/sessions/:id', { ...end, config: { scope: 'self' } }, async (request, reply) =>
    write(request, reply, async (tx) => {
      await endSessions(tx, request.principal.actor, selfOf(request).userId, { id: request.params.id });
      return { status: 204 };
    }),
  );

  const ended = z.strictObject({ ended: z.int() });
  const which = z.strictObject({ which: z.enum(['others', 'all']) });
  const endMany = actionRoute('read', { tag, operationId: 'endMySessions', summary: 'End my sessions' }, which, ended, {
    params: z.strictObject({}),
  });
  app.post('/me/sessions/end', { ...endMany, config: { scope: 'self' } }, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { userId, sessionId } = selfOf(request);
      const target = request.body.which === 'all' || sessionId === undefined ? 'all' : { except: sessionId };
      return { status: 200, body: { ended: await endSessions(tx, request.principal.actor, userId, target) } };
    }),
  );

  const companyBody = z.strictObject({ companyId: z.string().max(64) });
  const company = selfRoute('workInCompany', 'Work in another company of mine', { body: companyBody, response: done });
  app.post('/me/company', company, async (request, reply) => {
    const { userId, sessionId } = selfOf(request);
    if (sessionId === undefined) throw notFound('company');
    await db.write((tx) => workIn(tx, userId, sessionId, request.body.companyId));
    reply.code(204);
  });
}
