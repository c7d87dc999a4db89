import { hash } from 'node:crypto';
import { LinekeeperError } from '../errors.ts';
import type { View } from '../store/queries/page.ts';

/** Shown once, so that they are no part of what an ETag describes. */
const SHOWN_ONCE = ['credentials', 'token'];

/**
 * `"<version>-<hash>"`. The hash makes it a strong validator of everything shown, the sync state too, which changes
 * without a new version; `If-Match` looks at the version only.
 */
export function etagOf(body: View): string | undefined {
  if (typeof body.version !== 'number') return undefined;
  const lasting = Object.fromEntries(Object.entries(body).filter(([name]) => !SHOWN_ONCE.includes(name)));
  return `"${body.version}-${hash('sha256', JSON.stringify(lasting), 'base64url').slice(0, 10)}"`;
}

/** The version that `If-Match` names; undefined for none and for `*`. */
export function versionOfIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^"([0-9]{1,15})(?:-[A-Za-z0-9_-]{1,20})?"$/.exec(header.trim())?.[1];
  if (version === undefined) {
    // A weak or foreign tag can never match (RFC 9110 13.1.1).
    throw new LinekeeperError('PRECONDITION_FAILED', 'If-Match must be one ETag as this API gave it');
  }
  return Number(version);
}

export function matchesNone(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');
}
