import { endQuarantines } from './lines/numbers.ts';
import type { Logger } from './log.ts';
import type { Database } from './store/database.ts';

const EVERY_MS = 60_000;
/** How late something that was scheduled may begin. */
const TICK_MS = 5000;

/** What looks now and then whether its time has come. */
export interface Clocked {
  tick(now: Date): Promise<void>;
}

/** Small chores: numbers whose quarantine is over are spare again, what is scheduled is done. Gives the function that ends it. */
export function startHousekeeping(db: Database, log: Logger, clocked: readonly Clocked[] = []): () => void {
  const failed = (error: unknown) => log.warn({ err: error }, 'housekeeping failed');
  const run = () => {
    db.write((tx) => endQuarantines(tx, new Date())).catch(failed);
  };
  const busy = new Set<Clocked>();
  const tick = () => {
    for (const one of clocked) {
      if (busy.has(one)) continue;
      busy.add(one);
      void one
        .tick(new Date())
        .catch(failed)
        .finally(() => busy.delete(one));
    }
  };
  const timers = [setInterval(run, EVERY_MS).unref(), setInterval(tick, TICK_MS).unref()];
  run();
  tick();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
