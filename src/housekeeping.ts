import { endQuarantines } from './lines/numbers.ts';
import type { Logger } from './log.ts';
import { moveAnchor } from './store/activity/anchor.ts';
import { expireActivity } from './store/activity/retention.ts';
import type { Database } from './store/database.ts';

const EVERY_MS = 60_000;

/**
 * Small chores: numbers whose quarantine is over are spare again; the newest row of the activity log is noted, and what
 * was kept long enough is deleted. Gives the function that ends it.
 */
export function startHousekeeping(db: Database, log: Logger, activity: { keepDays: number }): () => void {
  const run = () => {
    db.write((tx) => endQuarantines(tx, new Date())).catch((error) => log.warn({ err: error }, 'housekeeping failed'));
    keepActivity(db, activity.keepDays).catch((error) => log.error({ err: error }, 'the activity log is not in order'));
  };
  const timer = setInterval(run, EVERY_MS).unref();
  run();
  return () => clearInterval(timer);
}

async function keepActivity(db: Database, keepDays: number): Promise<void> {
  await moveAnchor(db);
  await expireActivity(db, keepDays);
}
