import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { LoginOrigin, LoginResult } from '../../people/login.ts';
import { passwordSchema } from '../../people/passwords.ts';
import { openRoute } from '../route-options.ts';
import { loggedInSchema, loginAnswer, METHODS } from '../schemas/access.ts';
import { refuseForeignOrigin, setSessionCookie } from '../session-cookie.ts';
import type { AnyReply, App, HttpDeps } from '../types.ts';

const tag = 'login';
const transport = z.enum(['cookie', 'bearer']).default('bearer').meta({
  description: 'cookie: the session comes as a cookie that scripts cannot read, for browsers. bearer: as a token.',
});
const secret = z.string().min(1).max(200);

const beginSchema = z.strictObject({ username: z.string().min(1).max(200), password: passwordSchema, transport });
const proceedSchema = z.strictObject({
  challenge: secret,
  method: z.enum(METHODS),
  code: z.string().min(1).max(40),
  transport,
});

/** Getting in: open to everybody, and slowed down for whoever fails. */
export function loginRoutes(app: App, { people: { logins, resets, publicUrl } }: HttpDeps): void {
  const originOf = (request: FastifyRequest, wanted: 'cookie' | 'bearer'): LoginOrigin => {
    // Nobody else's page may log a browser in either: its owner would work in a stranger's account.
    if (wanted === 'cookie') refuseForeignOrigin(request.method, request.headers, publicUrl);
    const userAgent = request.headers['user-agent']?.slice(0, 300) ?? null;
    return { address: request.ip || 'local', userAgent, transport: wanted };
  };

  const begin = openRoute(
    {
      tag,
      operationId: 'login',
      summary: 'Log in with user name and password',
      description:
        'Unknown users and wrong passwords are answered alike. `second-factor`: go on with POST /login/second-factor.',
    },
    beginSchema,
    loginAnswer,
  );
  app.post('/login', begin, async (request, reply) => {
    const { username, password, transport: wanted } = request.body;
    return answer(reply, wanted, await logins.begin(username, password, originOf(request, wanted)));
  });

  const proceed = openRoute(
    { tag, operationId: 'loginSecondFactor', summary: 'Go on with a code' },
    proceedSchema,
    loggedInSchema,
  );
  app.post('/login/second-factor', proceed, async (request, reply) => {
    const { challenge, method, code, transport: wanted } = request.body;
    return answer(reply, wanted, await logins.proceed(challenge, method, code, originOf(request, wanted)));
  });

  const accepted = z.strictObject({}).meta({ description: 'Taken; nothing is said of what came of it.' });
  const code = openRoute(
    { tag, operationId: 'sendLoginCode', summary: 'Have a code sent to the personal contact' },
    z.strictObject({ challenge: secret }),
    accepted,
    202,
  );
  app.post('/login/send-code', code, async (request, reply) => {
    await logins.sendCode(request.body.challenge);
    reply.code(202);
    return {};
  });

  const ask = openRoute(
    {
      tag,
      operationId: 'askPasswordReset',
      summary: 'Ask for a link to set a new password',
      description: 'Always answered alike and at once, whether there is such a user or not.',
    },
    z.strictObject({ username: z.string().min(1).max(200) }),
    accepted,
    202,
  );
  app.post('/password-reset', ask, async (request, reply) => {
    // Not awaited: how long it takes would tell whether there is such a user.
    resets
      .ask(request.body.username, request.ip || 'local')
      .catch((err) => request.log.warn({ err }, 'a reset was not begun'));
    reply.code(202);
    return {};
  });

  const confirm = openRoute(
    { tag, operationId: 'confirmPasswordReset', summary: 'Set a new password with the token of a link' },
    z.strictObject({ token: secret, password: passwordSchema }),
    z.null().meta({ description: 'Set. All sessions and tokens of the user have ended.' }),
    204,
  );
  app.post('/password-reset/confirm', confirm, async (request, reply) => {
    await resets.confirm(request.body.token, request.body.password);
    reply.code(204);
  });
}

function answer(reply: AnyReply, transport: 'cookie' | 'bearer', result: LoginResult) {
  const { expiresAt } = result;
  if (result.state === 'second-factor') return { ...result, expiresAt: expiresAt.toISOString() };
  const { token, ...others } = result;
  const view = { ...others, expiresAt: expiresAt.toISOString() };
  if (transport === 'bearer') return { ...view, token };
  setSessionCookie(reply, token, expiresAt);
  return view;
}
