import { endQuarantines } from './lines/numbers.ts';
import type { Logger } from './log.ts';
import type { Database } from './store/database.ts';

const EVERY_MS = 60_000;

/** Small chores: numbers whose quarantine is over are spare again. Gives the function that ends it. */
export function startHousekeeping(db: Database, log: Logger): () => void {
  const run = () => {
    db.write((tx) => endQuarantines(tx, new Date())).catch((error) => log.warn({ err: error }, 'housekeeping failed'));
  };
  const timer = setInterval(run, EVERY_MS).unref();
  run();
  return () => clearInterval(timer);
}
