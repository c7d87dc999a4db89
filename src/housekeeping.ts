import type { Config } from './config.ts';
import { endQuarantines } from './lines/numbers.ts';
import type { Logger } from './log.ts';
import { forgetOldFailures } from './people/login-throttle.ts';
import { moveAnchor } from './store/activity/anchor.ts';
import { expireActivity } from './store/activity/retention.ts';
import type { Database } from './store/database.ts';
import { forgetMails } from './store/mail-delivery.ts';
import { forgetEnded } from './store/sessions.ts';

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

type Settings = Pick<Config, 'activity' | 'mail' | 'people'>;

/** Small chores: what is over ends, and what was kept long enough goes. Gives the function that ends it. */
export function startHousekeeping(
  db: Database,
  log: Logger,
  { activity, mail, people }: Settings,
): () => Promise<void> {
  const chores: Record<string, (now: number) => Promise<unknown>> = {
    quarantines: (now) => db.write((tx) => endQuarantines(tx, new Date(now))),
    mails: (now) => db.write((tx) => forgetMails(tx, new Date(now - mail.keepDays * DAY_MS))),
    sessions: (now) => db.note((tx) => forgetEnded(tx, new Date(now), people.sessionIdleMinutes * 60_000)),
    failedLogins: (now) => db.note((tx) => forgetOldFailures(tx, now)),
    async activityLog() {
      await moveAnchor(db);
      await expireActivity(db, activity.keepDays);
    },
  };
  const run = async () => {
    for (const [chore, work] of Object.entries(chores)) {
      await work(Date.now()).catch((err) => log.error({ err, chore }, 'housekeeping failed'));
    }
  };
  let running = run();
  const timer = setInterval(() => (running = running.then(run)), EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}
