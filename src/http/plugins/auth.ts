import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { LinekeeperError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { findToken, noteTokenUse } from '../../store/tokens.ts';
import { holds, LOCAL, type Principal } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';

/** `lastUsedAt` is for people who clean up tokens: once a minute is enough (milliseconds). */
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
export type Authenticate = (request: Pick<FastifyRequest, 'headers' | 'raw'>) => Promise<Principal>;

export function createAuthenticate(db: Database, log: HttpDeps['log']): Authenticate {
  const noted = new Map<string, number>();
  return async ({ headers, raw }) => {
    if (localSockets.has(raw.socket)) return LOCAL;
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    // Looked up whatever it looks like, so that a malformed token takes as long as an unknown one.
    const row = await findToken(db, token);
    const now = Date.now();
    if (row === undefined || (row.expiresAt !== null && row.expiresAt.getTime() <= now)) {
      throw new LinekeeperError('UNAUTHENTICATED', 'this needs a valid API token: Authorization: Bearer lk_...');
    }
    if (now - (noted.get(row.id) ?? 0) >= NOTE_EVERY_MS) {
      noted.set(row.id, now);
      noteTokenUse(db, row.id, new Date(now)).catch((err) => log.warn({ err }, 'the use of a token was not noted'));
    }
    return {
      id: `token:${row.id}`,
      actor: `token:${row.name}`,
      scopes: new Set(row.scopes),
      companyId: row.companyId ?? undefined,
    };
  };
}

/**
 * Nothing is open by accident: a route that does not say who may use it does not get registered, and an address that
 * does not exist asks for a token like any other.
 */
export function addAuth(app: App, authenticate: Authenticate): void {
  app.decorateRequest('principal');
  app.addHook('onRoute', (route) => {
    if (route.config?.scope === undefined) throw new Error(`${route.method} ${route.url} names no scope`);
  });
  app.addHook('onRequest', async (request) => {
    const scope = request.is404 ? undefined : request.routeOptions.config.scope;
    if (scope === 'public') return;
    request.principal = await authenticate(request);
    if (scope !== undefined && !holds(request.principal, scope)) {
      throw new LinekeeperError('FORBIDDEN', `this needs the scope ${scope}`, { details: { scope } });
    }
  });
}
