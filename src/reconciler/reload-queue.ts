import type { Reload } from '../plan/ports.ts';
import type { Batch } from './batch.ts';
import type { ReconcilerLimits } from './context.ts';

/**
 * Files that wait for a reload. One reload serves everything that came together: it is due when nothing came for
 * `reloadQuietMs`, and at the latest `reloadMaxMs` after the first. The dialplan (a new company) does not wait.
 */
export interface ReloadQueue {
  add(what: Reload, batch: Batch): void;
  /** Goes along with the next reload, and causes none. */
  keep(what: Reload, batch: Batch): void;
  /** What is due now, with the batches it serves; they leave the queue. */
  takeDue(): { what: Reload; batches: Batch[] }[];
  /** All that waits, the oldest first. */
  batches(): Batch[];
  /** Milliseconds until something is due; undefined: nothing waits. */
  nextDueMs(): number | undefined;
  /** The PBX restarted or the link was lost: everything is found again through the outbox. */
  clear(): void;
}

interface Waiting {
  batches: Batch[];
  firstAt: number;
  lastAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;

export function createReloadQueue(limits: Pick<ReconcilerLimits, 'reloadQuietMs' | 'reloadMaxMs'>): ReloadQueue {
  const queue = new Map<Reload, Waiting>();
  const dueAt = (what: Reload, { firstAt, lastAt }: Waiting) =>
    what === 'dialplan' ? firstAt : Math.min(lastAt + limits.reloadQuietMs, firstAt + limits.reloadMaxMs);
  return {
    add(what, batch) {
      const now = performance.now();
      const waiting = queue.get(what);
      const isFirst = waiting === undefined || waiting.firstAt === NEVER;
      const batches = [...(waiting?.batches ?? []), batch];
      queue.set(what, { batches, firstAt: isFirst ? now : waiting.firstAt, lastAt: now });
    },
    keep(what, batch) {
      const { batches = [], firstAt = NEVER, lastAt = NEVER } = queue.get(what) ?? {};
      queue.set(what, { batches: [batch, ...batches], firstAt, lastAt });
    },
    takeDue() {
      const now = performance.now();
      const due = [...queue].filter(([what, waiting]) => dueAt(what, waiting) <= now);
      for (const [what] of due) queue.delete(what);
      return due.map(([what, { batches }]) => ({ what, batches }));
    },
    batches: () => [...queue.values()].flatMap(({ batches }) => batches),
    nextDueMs() {
      const times = [...queue].map(([what, waiting]) => dueAt(what, waiting)).filter((time) => time !== NEVER);
      return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - performance.now());
    },
    clear: () => queue.clear(),
  };
}
