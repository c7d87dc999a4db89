/** What a phone asked for, taken apart. */
export interface RequestPath {
  token: string;
  /** Between the token and the name; mostly none. */
  folders: readonly string[];
  /** The last part; '' when there is none. */
  name: string;
  /** For logs and records: without the token and without a query. */
  shown: string;
}

/** Characters of a request's address, everything included. */
const MAX_URL = 512;
const TOKEN = /^[A-Za-z0-9_-]{22,64}$/;
/** A separator or an end that was hidden from whoever looked at the address before. */
const HIDDEN = /%(?:2f|5c|00)/i;

/**
 * `/p/<token>/<folders>/<name>` of the target of a request. Doubled slashes are one, the query is dropped, what is encoded
 * is decoded once. undefined: longer than 512, not decodable, or it tries to leave its folder.
 */
export function readPath(target: string): RequestPath | undefined {
  if (target.length > MAX_URL || HIDDEN.test(target)) return undefined;
  const path = decoded(target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, ''));
  if (path === undefined || !path.startsWith('/') || /[\\\x00-\x1f\x7f]/.test(path)) return undefined;
  const [first, token, ...rest] = path.split('/').filter((part) => part !== '');
  if (first !== 'p' || token === undefined || !TOKEN.test(token)) return undefined;
  if (rest.some((part) => part === '.' || part === '..')) return undefined;
  const name = path.endsWith('/') ? '' : (rest.at(-1) ?? '');
  const folders = name === '' ? rest : rest.slice(0, -1);
  return { token, folders, name, shown: `/${[...folders, name].join('/')}`.replaceAll(token, '****') };
}

/** `/s/<code>` or `/s/<code>/<what the phone asks for>`, typed by hand. undefined: it is nothing of that kind. */
export function readShortPath(target: string): { code: string; rest: string } | undefined {
  if (target.length > MAX_URL || HIDDEN.test(target)) return undefined;
  const found = /^\/{1,2}s\/([0-9A-Za-z-]{8,9})(?:\/+([A-Za-z0-9._$-]{0,100}))?$/.exec(target.replace(/[?#].*$/s, ''));
  return found === null ? undefined : { code: found[1] as string, rest: found[2] ?? '' };
}

function decoded(path: string): string | undefined {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
