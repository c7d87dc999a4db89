import type { IncomingHttpHeaders } from 'node:http';
import { LinekeeperError } from '../errors.ts';
import type { AnyReply } from './types.ts';

/** `__Host-`: browsers take it over HTTPS only (or from localhost), for this host alone and for no sub-domain (RFC 6265bis). */
export const SESSION_COOKIE = '__Host-linekeeper';

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

export function setSessionCookie(reply: AnyReply, token: string, expiresAt: Date): void {
  reply.header('set-cookie', `${SESSION_COOKIE}=${token}; ${ATTRIBUTES}; Expires=${expiresAt.toUTCString()}`);
}

export function clearSessionCookie(reply: AnyReply): void {
  reply.header('set-cookie', `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
}

/**
 * A cookie comes along whoever makes the browser ask, so a request that changes something must come from our own page:
 * `Sec-Fetch-Site` says so where browsers send it, `Origin` elsewhere (OWASP, Cross-Site Request Forgery Prevention).
 * @throws ORIGIN_REFUSED
 */
export function refuseForeignOrigin(method: string, headers: IncomingHttpHeaders, publicUrl: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isOurs = origin !== undefined && origin === new URL(publicUrl).origin;
  if (origin === undefined ? site === 'same-origin' : isOurs && (site === undefined || site === 'same-origin')) return;
  throw new LinekeeperError('ORIGIN_REFUSED', `requests with a cookie must come from ${new URL(publicUrl).origin}`);
}
