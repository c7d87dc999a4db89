import { endQuarantines } from './lines/numbers.ts';
import type { Logger } from './log.ts';
import type { Database } from './store/database.ts';
import { forgetMails } from './store/mail-delivery.ts';

const EVERY_MS = 60_000;

const DAY_MS = 86_400_000;

/** Small chores: numbers whose quarantine is over are spare again, old mails are forgotten. Gives the function that ends it. */
export function startHousekeeping(db: Database, log: Logger, { mailKeepDays }: { mailKeepDays: number }): () => void {
  const run = () => {
    db.write(async (tx) => {
      await endQuarantines(tx, new Date());
      await forgetMails(tx, new Date(Date.now() - mailKeepDays * DAY_MS));
    }).catch((error) => log.warn({ err: error }, 'housekeeping failed'));
  };
  const timer = setInterval(run, EVERY_MS).unref();
  run();
  return () => clearInterval(timer);
}
