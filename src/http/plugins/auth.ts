import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import { holdsPermission, type Permission } from '../../domain/permission.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { findSession, noteSessionUse, ownerOfToken } from '../../store/sessions.ts';
import { findToken, noteTokenUse } from '../../store/tokens.ts';
import { holds, LOCAL, type Principal } from '../scopes.ts';
import { refuseForeignOrigin, SESSION_COOKIE } from '../session-cookie.ts';
import type { App, HttpDeps } from '../types.ts';

/** `lastUsedAt` and `lastSeenAt` are for people who look on: once a minute is enough (milliseconds). */
const NOTE_EVERY_MS = 60_000;

const localSockets = new WeakSet<Socket>();

/** Requests on this connection came through the daemon's own socket file. */
export function markLocal(socket: Socket): void {
  localSockets.add(socket);
}

export function isLocal(socket: Socket): boolean {
  return localSockets.has(socket);
}

/** Says who asks. Every refusal reads the same: unknown, malformed, expired and missing cannot be told apart. */
export type Authenticate = (
  request: Pick<FastifyRequest, 'headers' | 'raw' | 'cookies' | 'method'>,
) => Promise<Principal>;

export interface AuthSettings {
  publicUrl: string;
  /** Milliseconds without a request after which a session is over. */
  sessionIdleMs: number;
}

export function createAuthenticate(db: Database, log: HttpDeps['log'], settings: AuthSettings): Authenticate {
  const noted = new Map<string, number>();
  const noteNow = (id: string, now: number, note: () => Promise<unknown>) => {
    if (now - (noted.get(id) ?? 0) < NOTE_EVERY_MS) return;
    noted.set(id, now);
    note().catch((err) => log.warn({ err }, 'the use of a token was not noted'));
  };

  async function ofSession(token: string): Promise<Principal> {
    const session = await findSession(db, token);
    const now = Date.now();
    if (session === undefined || session.state !== 'active' || session.expiresAt <= now) throw unauthenticated();
    if (now - session.lastSeenAt >= settings.sessionIdleMs + NOTE_EVERY_MS) throw unauthenticated();
    noteNow(session.id, now, () => noteSessionUse(db, session.id, new Date(now)));
    const { isOperator, mustChangePassword, lacksSecondFactor } = session;
    return {
      id: `user:${session.userId}`,
      actor: `user:${session.username}`,
      scopes: new Set(isOperator ? ['admin'] : session.permissions),
      companyId: isOperator ? undefined : session.companyId,
      userId: session.userId,
      sessionId: session.id,
      ...(mustChangePassword ? { restriction: 'password' } : lacksSecondFactor ? { restriction: 'second-factor' } : {}),
    };
  }

  async function ofToken(token: string): Promise<Principal> {
    // Looked up whatever it looks like, so that a malformed token takes as long as an unknown one.
    const row = await findToken(db, token);
    const now = Date.now();
    if (row === undefined || (row.expiresAt !== null && row.expiresAt.getTime() <= now)) throw unauthenticated();
    const { id, name, companyId, userId } = row;
    let scopes = new Set(row.scopes);
    if (userId !== null) {
      const owner = await ownerOfToken(db, userId, companyId);
      if (owner === undefined || (companyId === null && !owner.isOperator)) throw unauthenticated();
      if (!owner.isOperator) scopes = common(scopes, new Set(owner.permissions));
    }
    noteNow(id, now, () => noteTokenUse(db, id, new Date(now)));
    return {
      id: `token:${id}`,
      actor: `token:${name}`,
      scopes,
      companyId: companyId ?? undefined,
      ...(userId === null ? {} : { userId }),
    };
  }

  return async ({ headers, raw, cookies, method }) => {
    if (localSockets.has(raw.socket)) return LOCAL;
    if (headers.authorization === undefined && cookies[SESSION_COOKIE] !== undefined) {
      refuseForeignOrigin(method, headers, settings.publicUrl);
      return ofSession(cookies[SESSION_COOKIE]);
    }
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    return token.startsWith('lks_') ? ofSession(token) : ofToken(token);
  };
}

/** What a personal token may do: no more than was asked for it, and no more than its user may now. */
function common(wanted: ReadonlySet<string>, held: ReadonlySet<string>): Set<string> {
  const narrower = [...wanted].filter((one) => holdsPermission(held, one as Permission));
  const ofUser = [...held].filter((one) => holdsPermission(wanted, one as Permission));
  return new Set([...narrower, ...ofUser]);
}

function unauthenticated(): LinekeeperError {
  return new LinekeeperError('UNAUTHENTICATED', 'this needs a login or a valid API token: Authorization: Bearer ...');
}

const RESTRICTIONS = {
  password: ['PASSWORD_CHANGE_REQUIRED', 'the password must be changed first: POST /api/v1/me/password'],
  'second-factor': ['SECOND_FACTOR_REQUIRED', 'a second factor must be set up first: /api/v1/me/second-factor'],
} as const;

/**
 * Nothing is open by accident: a route that does not say who may use it does not get registered, and an address that
 * does not exist asks for a token like any other. This is the one place where permissions are checked.
 */
export async function addAuth(app: App, authenticate: Authenticate): Promise<void> {
  await app.register(cookie);
  app.decorateRequest('principal');
  app.addHook('onRoute', (route) => {
    if (route.config?.scope === undefined) throw new Error(`${route.method} ${route.url} names no scope`);
  });
  app.addHook('onRequest', async (request) => {
    const { scope, duringSetup } = request.is404 ? {} : request.routeOptions.config;
    if (scope === 'public') return;
    request.principal = await authenticate(request);
    const { restriction, userId } = request.principal;
    if (restriction !== undefined && duringSetup !== true) {
      const [code, message] = RESTRICTIONS[restriction];
      throw new LinekeeperError(code, message);
    }
    if (scope === 'self' ? userId === undefined : scope !== undefined && !holds(request.principal, scope)) {
      const message = scope === 'self' ? 'this is for users, who log in' : `this needs the permission ${scope}`;
      throw new LinekeeperError('FORBIDDEN', message, { details: { scope } });
    }
  });
}
