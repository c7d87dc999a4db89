import { LRUCache } from 'lru-cache';
import { placeOf } from './address.ts';

export interface Bans {
  /** Whether this address gets nothing now. */
  has(address: string): boolean;
  /** Counts a request without a right token, or with wrong credentials. True: this was one too many. */
  miss(address: string): boolean;
  /** Counts a phone that is not served although its address was right; the same phone counts once. */
  stranger(address: string, mac: string): boolean;
}

export interface BanLimits {
  misses: number;
  /** Different phones that are not ours: a site may have many, a search for MAC addresses has more. */
  strangers: number;
  windowMs: number;
  banMs: number;
}

export const BAN_LIMITS = { strangers: 2000, windowMs: 600_000, banMs: 600_000 } as const;

interface Count {
  since: number;
  misses: number;
  strangers: Set<string>;
  bannedUntil: number;
}

/** Addresses that are remembered at a time; who has more than that has to be kept out by a firewall. */
const KEPT = 50_000;

/** Misses of addresses, in memory. Right tokens never count, so that a site behind one address can boot at once. */
export function createBans(limits: BanLimits, now: () => number): Bans {
  const counts = new LRUCache<string, Count>({ max: KEPT });

  function countOf(address: string): Count {
    const place = placeOf(address);
    const at = now();
    const known = counts.get(place);
    if (known !== undefined && (at - known.since < limits.windowMs || known.bannedUntil > at)) return known;
    const fresh = { since: at, misses: 0, strangers: new Set<string>(), bannedUntil: 0 };
    counts.set(place, fresh);
    return fresh;
  }

  function judge(count: Count): boolean {
    const at = now();
    if (count.bannedUntil > at) return false;
    if (count.misses < limits.misses && count.strangers.size < limits.strangers) return false;
    Object.assign(count, { bannedUntil: at + limits.banMs, misses: 0, since: at });
    count.strangers.clear();
    return true;
  }

  return {
    has: (address) => (counts.get(placeOf(address))?.bannedUntil ?? 0) > now(),
    miss(address) {
      const count = countOf(address);
      count.misses += 1;
      return judge(count);
    },
    stranger(address, mac) {
      const count = countOf(address);
      count.strangers.add(mac);
      return judge(count);
    },
  };
}
