import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

export type NonceUse = 'fresh' | 'stale' | 'replayed' | 'foreign';

/** Nonces of HTTP digest (RFC 7616, section 3.3 and 5.5). */
export interface Nonces {
  /** For one device; good for five minutes. Nothing is kept until it was used. */
  issue(deviceId: string): string;
  /**
   * Whether it may be used with this count, and marks it as used; a count may be late by 31 at most. `nc` undefined: an old
   * client without counts, which may use a nonce once. `foreign`: not ours, or another device's.
   */
  use(nonce: string, deviceId: string, nc: number | undefined): NonceUse;
}

const LIFE_MS = 300_000;
const KEPT = 20_000;
const BACK = 32;

interface Used {
  deviceId: string;
  at: number;
  highest: number;
  /** Bit n: `highest - n` was used. */
  seen: number;
}

export function createNonces(now: () => number): Nonces {
  const key = randomBytes(32);
  /** Nonces from before this moment may have been forgotten: they count as old. */
  let floor = 0;
  const used = new LRUCache<string, Used>({
    max: KEPT,
    dispose: ({ at }, _, reason) => {
      if (reason === 'evict') floor = Math.max(floor, at);
    },
  });
  const sign = (body: string, deviceId: string) =>
    createHmac('sha256', key).update(`${body} ${deviceId}`).digest('base64url').slice(0, 22);

  return {
    issue(deviceId) {
      const body = `${now().toString(36)}.${randomBytes(9).toString('base64url')}`;
      return `${body}.${sign(body, deviceId)}`;
    },
    use(nonce, deviceId, nc) {
      const known = used.get(nonce);
      if (known !== undefined && known.deviceId !== deviceId) return 'foreign';
      const end = nonce.lastIndexOf('.');
      if (known === undefined) {
        const given = Buffer.from(nonce.slice(end + 1));
        const right = Buffer.from(sign(nonce.slice(0, Math.max(end, 0)), deviceId));
        if (given.length !== right.length || !timingSafeEqual(given, right)) return 'foreign';
      }
      const at = known?.at ?? Number.parseInt(nonce, 36);
      if (now() - at > LIFE_MS || at <= floor) return 'stale';
      const count = nc ?? 1;
      if (known === undefined) {
        // Without counts it is spent at once: no count is higher than this one.
        used.set(nonce, {
          deviceId,
          at,
          ...(nc === undefined ? { highest: 2 ** 32, seen: -1 } : { highest: nc, seen: 1 }),
        });
        return 'fresh';
      }
      return take(known, count) ? 'fresh' : 'replayed';
    },
  };
}

function take(nonce: Used, count: number): boolean {
  const ahead = count - nonce.highest;
  if (ahead > 0) {
    nonce.seen = ahead >= BACK ? 1 : (nonce.seen << ahead) | 1;
    nonce.highest = count;
    return true;
  }
  if (-ahead >= BACK) return false;
  const bit = 1 << -ahead;
  if ((nonce.seen & bit) !== 0) return false;
  nonce.seen |= bit;
  return true;
}
