import { setImmediate } from 'node:timers/promises';
import type { Config } from './config.ts';
import type { Lifecycle } from './lifecycle.ts';
import { endQuarantines } from './lines/numbers.ts';
import type { Logger } from './log.ts';
import { createLookout, type Lookout } from './lookout.ts';
import { forgetOldFailures } from './people/login-throttle.ts';
import { moveAnchor } from './store/activity/anchor.ts';
import { expireActivity } from './store/activity/retention.ts';
import { expireCallRecords } from './store/call-records.ts';
import type { Database } from './store/database.ts';
import { forgetBuckets } from './store/live-buckets.ts';
import { forgetMails } from './store/mail-delivery.ts';
import { forgetFetches } from './store/phones/fetches.ts';
import { forgetSightings } from './store/phones/sightings.ts';
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
  { activity, live, mail, people, phones }: Pick<Config, 'activity' | 'live' | 'mail' | 'people' | 'phones'>,
  lifecycle: Pick<Lifecycle, 'tick'>,
): () => Promise<unknown> {
  const minutely: Chores = {
    quarantines: (now) => db.write((tx) => endQuarantines(tx, new Date(now))),
    mails: (now) => db.write((tx) => forgetMails(tx, new Date(now - mail.keepDays * DAY_MS))),
    // A minute more: when a session was seen is noted once a minute.
    sessions: (now) => db.note((tx) => forgetEnded(tx, new Date(now), (people.sessionIdleMinutes + 1) * MINUTE_MS)),
    failedLogins: (now) => db.note((tx) => forgetOldFailures(tx, now)),
    async callRecords(now) {
      const before = now - live.recordKeepDays * DAY_MS;
      while (live.recordKeepDays > 0 && (await db.note((tx) => expireCallRecords(tx, before)))) await setImmediate();
    },
    async phones(now) {
      const before = now - phones.keepFetchesDays * DAY_MS;
      while (await db.note((tx) => forgetFetches(tx, before))) await setImmediate();
      await db.note((tx) => forgetSightings(tx, now - phones.keepSightingsDays * DAY_MS));
    },
    graphs: (now) =>
      db.note((tx) => forgetBuckets(tx, now - live.minuteKeepDays * DAY_MS, now - live.hourKeepDays * DAY_MS)),
    async activityLog() {
      await moveAnchor(db);
      await expireActivity(db, activity.keepDays);
    },
  };
  const often: Chores = { scheduled: (now) => lifecycle.tick(new Date(now)) };
  const lookouts = [repeat(minutely, MINUTE_MS, log), repeat(often, TICK_MS, log)];
  return () => Promise.all(lookouts.map((lookout) => lookout.stop()));
}

/** One chore after the other; one that fails does not hold up the others. */
function repeat(chores: Chores, everyMs: number, log: Logger): Lookout {
  const failed = (chore?: string) => (err: unknown) => log.error({ err, chore }, 'housekeeping failed');
  const look = async () => {
    for (const [chore, work] of Object.entries(chores)) {
      if (!lookout.isStopped) await work(Date.now()).catch(failed(chore));
    }
  };
  const lookout = createLookout(look, everyMs, failed());
  lookout.poke();
  return lookout;
}
