/** What one sender, and all together, may ask; the rest is not even read. */
export interface RateLimit {
  take(sender: string): boolean;
}

const WINDOW_MS = 10_000;
const MOST_SENDERS = 10_000;

/** A phone repeats its request every half second at most (RFC 3261 timer E), for half a minute. */
export function createRateLimit(perSender: number, together: number, now: () => number): RateLimit {
  let since = now();
  let total = 0;
  const counts = new Map<string, number>();
  return {
    take(sender) {
      if (now() - since >= WINDOW_MS || now() < since) {
        since = now();
        total = 0;
        counts.clear();
      }
      const count = (counts.get(sender) ?? 0) + 1;
      if (count > perSender || total >= together || (count === 1 && counts.size >= MOST_SENDERS)) return false;
      counts.set(sender, count);
      total += 1;
      return true;
    },
  };
}
