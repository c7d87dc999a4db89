import type { Config } from './config.ts';
import type { Lifecycle } from './lifecycle.ts';
import { endQuarantines } from './lines/numbers.ts';
import type { Logger } from './log.ts';
import { forgetOldFailures } from './people/login-throttle.ts';
import { moveAnchor } from './store/activity/anchor.ts';
import { expireActivity } from './store/activity/retention.ts';
import type { Database } from './store/database.ts';
import { forgetMails } from './store/mail-delivery.ts';
import { forgetEnded } from './store/sessions.ts';

const MINUTE_MS = 60_000;
/** How late something that was scheduled may begin. */
const TICK_MS = 5000;
const DAY_MS = 86_400_000;

/** By name; each gets milliseconds since 1970. */
type Chores = Record<string, (now: number) => Promise<unknown>>;

/**
 * Small chores: what is over ends, what was kept long enough goes, what is scheduled is done. Gives the function that ends
 * it, after the chore that is being done.
 */
export function startHousekeeping(
  db: Database,
  log: Logger,
  { activity, mail, people }: Pick<Config, 'activity' | 'mail' | 'people'>,
  lifecycle: Pick<Lifecycle, 'tick'>,
): () => Promise<unknown> {
  const minutely: Chores = {
    quarantines: (now) => db.write((tx) => endQuarantines(tx, new Date(now))),
    mails: (now) => db.write((tx) => forgetMails(tx, new Date(now - mail.keepDays * DAY_MS))),
    // A minute more: when a session was seen is noted once a minute.
    sessions: (now) => db.note((tx) => forgetEnded(tx, new Date(now), (people.sessionIdleMinutes + 1) * MINUTE_MS)),
    failedLogins: (now) => db.note((tx) => forgetOldFailures(tx, now)),
    async activityLog() {
      await moveAnchor(db);
      await expireActivity(db, activity.keepDays);
    },
  };
  const stops = [
    repeat(minutely, MINUTE_MS, log),
    repeat({ scheduled: (now) => lifecycle.tick(new Date(now)) }, TICK_MS, log),
  ];
  return () => Promise.all(stops.map((stop) => stop()));
}

/** One chore after the other, and never the same one twice at once. */
function repeat(chores: Chores, everyMs: number, log: Logger): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isOver = false;
  const run = async () => {
    for (const [chore, work] of Object.entries(chores)) {
      if (!isOver) await work(Date.now()).catch((err) => log.error({ err, chore }, 'housekeeping failed'));
    }
    running = undefined;
  };
  const start = () => {
    running ??= run();
  };
  const timer = setInterval(start, everyMs).unref();
  start();
  return async () => {
    clearInterval(timer);
    isOver = true;
    await running;
  };
}
