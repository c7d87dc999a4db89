import { hash } from 'node:crypto';
import { REALM } from '../domain/sip-account.ts';
import type { Seal } from './seal.ts';

/** RFC 2617 HA1 with MD5, the digest that `auth_type=md5` of chan_pjsip takes and every desk phone speaks. */
export function sipDigest(endpoint: string, secret: string): string {
  return hash('md5', `${endpoint}:${REALM}:${secret}`);
}

/** The digests of SIP secrets, computed once per secret: opening a secret costs more than all the rest of a projection. */
export interface Digests {
  of(accountId: string, sealed: string, endpoint: string): string;
  /** A secret that was just sealed: its projection comes next. */
  keep(sealed: string, endpoint: string, secret: string): void;
}

/** Entries kept; a digest is what the PBX holds in clear, so memory gives away nothing that AstDB does not. */
const CAPACITY = 200_000;

export function createDigests(seal: Seal): Digests {
  const cache = new Map<string, string>();
  // The sealed text has a random nonce: a rotated secret is another key. A renumbered extension has another endpoint.
  const keyOf = (sealed: string, endpoint: string) => `${sealed.slice(0, 24)} ${endpoint}`;
  const put = (key: string, digest: string) => {
    if (cache.size >= CAPACITY) cache.clear();
    cache.set(key, digest);
  };
  return {
    keep: (sealed, endpoint, secret) => put(keyOf(sealed, endpoint), sipDigest(endpoint, secret)),
    of(accountId, sealed, endpoint) {
      const key = keyOf(sealed, endpoint);
      let digest = cache.get(key);
      if (digest === undefined) {
        digest = sipDigest(endpoint, seal.open(sealed, `SipAccount:${accountId}`));
        put(key, digest);
      }
      return digest;
    },
  };
}
