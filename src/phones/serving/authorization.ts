import { hash, timingSafeEqual } from 'node:crypto';
import { normalMac } from '../../domain/phones/mac.ts';
import { readPath } from '../recognise/request-path.ts';
import type { Nonces } from './nonces.ts';

export type AuthScheme = 'digest' | 'basic';

/** What a device may log in with. */
export interface Login {
  deviceId: string;
  mac: string;
  /** One, or two while the newer one has not been used. */
  passwords: readonly string[];
}

export interface AuthRequest {
  method: string;
  /** As it stands in the request line. */
  target: string;
  authorization: string | undefined;
}

/** `absent`: nothing was tried. `stale`: right, but with a nonce that is too old or was used before. */
export type AuthResult = 'ok' | 'absent' | 'stale' | 'wrong';

export const REALM = 'phones';

/**
 * The values of WWW-Authenticate. MD5 comes first: old clients (libcurl before 7.57) fail on an algorithm that they do not
 * know and pass over every later challenge. Of what is worth having, the password has 142 bits.
 */
export function challenges(schemes: readonly AuthScheme[], nonce: string, isStale: boolean): string[] {
  return schemes.flatMap((scheme) => {
    if (scheme === 'basic') return [`Basic realm="${REALM}"`];
    const rest = `realm="${REALM}", qop="auth", nonce="${nonce}"${isStale ? ', stale=true' : ''}`;
    return [`Digest ${rest}, algorithm=MD5`, `Digest ${rest}, algorithm=SHA-256`];
  });
}

/** Judges an Authorization header by the schemes that are offered. Each comparison takes the same time whatever is wrong. */
export function checkAuthorization(
  request: AuthRequest,
  login: Login,
  schemes: readonly AuthScheme[],
  nonces: Nonces,
): AuthResult {
  const header = request.authorization;
  if (header === undefined || header.length > 2000) return header === undefined ? 'absent' : 'wrong';
  const [, scheme = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(header) ?? [];
  const known = scheme.toLowerCase();
  if (known === 'basic' && schemes.includes('basic')) return basic(rest, login);
  if (known === 'digest' && schemes.includes('digest')) return digest(rest, request, login, nonces);
  return 'wrong';
}

function basic(encoded: string, { mac, passwords }: Login): AuthResult {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const end = text.indexOf(':');
  const given = text.slice(end + 1);
  const isRight = passwords.map((password) => same(given, password)).includes(true);
  return isRight && normalMac(text.slice(0, Math.max(end, 0))) === mac ? 'ok' : 'wrong';
}

const ALGORITHMS: Record<string, 'md5' | 'sha256'> = { MD5: 'md5', 'SHA-256': 'sha256' };

function digest(rest: string, { method, target }: AuthRequest, login: Login, nonces: Nonces): AuthResult {
  const given = parameters(rest);
  const { username = '', nonce = '', uri = '', response = '', qop, nc, cnonce } = given;
  const algorithm = ALGORITHMS[(given.algorithm ?? 'MD5').toUpperCase()];
  const isSane = algorithm !== undefined && given.realm === REALM && normalMac(username) === login.mac;
  // Without qop (RFC 2069) a client has neither count nor nonce of its own; with it, it must have both.
  const hasQop = qop !== undefined;
  if (!isSane || (hasQop && (qop !== 'auth' || !/^[0-9a-f]{8}$/i.test(nc ?? '') || cnonce === undefined)))
    return 'wrong';
  if (!isSamePlace(uri, target)) return 'wrong';
  const middle = hasQop ? `${nonce}:${nc}:${cnonce}:${qop}` : nonce;
  const tail = hash(algorithm, `${method}:${uri}`, 'hex');
  const isRight = login.passwords
    .map((password) => hash(algorithm, `${firstHalf(algorithm, username, password)}:${middle}:${tail}`, 'hex'))
    .map((right) => same(response.toLowerCase(), right))
    .includes(true);
  if (!isRight) return 'wrong';
  const use = nonces.use(nonce, login.deviceId, hasQop ? Number.parseInt(nc ?? '', 16) : undefined);
  if (use === 'foreign') return 'wrong';
  return use === 'fresh' ? 'ok' : 'stale';
}

function firstHalf(algorithm: 'md5' | 'sha256', username: string, password: string): string {
  return hash(algorithm, `${username}:${REALM}:${password}`, 'hex');
}

/** Phones write the address in their own way: with a doubled slash, with the host, encoded. */
function isSamePlace(uri: string, target: string): boolean {
  if (uri === target) return true;
  const [a, b] = [readPath(uri), readPath(target)];
  return a !== undefined && b !== undefined && a.token === b.token && a.shown === b.shown;
}

/** `a=b, c="d\"e"` by name in lower case; of a repeated one the first. */
function parameters(text: string): Partial<Record<string, string>> {
  const found: Record<string, string> = Object.create(null);
  for (const [, name = '', quoted, plain] of text.matchAll(
    /([a-z0-9*_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/gi,
  )) {
    found[name.toLowerCase()] ??= quoted?.replace(/\\(.)/gs, '$1') ?? plain ?? '';
  }
  return found;
}

/** Of digests, so that length and content of what was given tell nothing by time. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
