import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import { LinekeeperError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { findSession, noteSessionUse } from '../../store/sessions.ts';
import { findToken, noteTokenUse } from '../../store/tokens.ts';
import { NOTE_EVERY_MS, principalOfSession, principalOfToken } from '../principals.ts';
import { holds, LOCAL, type Principal } from '../scopes.ts';
import { refuseForeignOrigin, SESSION_COOKIE } from '../session-cookie.ts';
import type { App, HttpDeps } from '../types.ts';

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
    const principal = session && principalOfSession(session, now, settings.sessionIdleMs);
    if (principal === undefined) throw unauthenticated();
    noteNow(session!.id, now, () => noteSessionUse(db, session!.id, new Date(now)));
    return principal;
  }

  async function ofToken(token: string): Promise<Principal> {
    // Looked up whatever it looks like, so that a malformed token takes as long as an unknown one.
    const row = await findToken(db, token);
    const now = Date.now();
    const principal = row && (await principalOfToken(db, row, now));
    if (principal === undefined) throw unauthenticated();
    noteNow(row!.id, now, () => noteTokenUse(db, row!.id, new Date(now)));
    return principal;
  }

  return async ({ headers, raw, cookies, method }) => {
    if (localSockets.has(raw.socket)) return LOCAL;
    if (headers.authorization === undefined && cookies[SESSION_COOKIE] !== undefined) {
      // A websocket is a GET that any page may open, and one that answers: its origin counts like that of a change.
      refuseForeignOrigin(headers.upgrade === undefined ? method : 'UPGRADE', headers, settings.publicUrl);
      return ofSession(cookies[SESSION_COOKIE]);
    }
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    return token.startsWith('lks_') ? ofSession(token) : ofToken(token);
  };
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
    if (scope === 'login') return;
    if (scope === 'self' ? userId === undefined : scope !== undefined && !holds(request.principal, scope)) {
      const message = scope === 'self' ? 'this is for users, who log in' : `this needs the permission ${scope}`;
      throw new LinekeeperError('FORBIDDEN', message, { details: { scope } });
    }
  });
}
