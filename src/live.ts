import { livingPrincipals } from './http/principals.ts';
import { createFeed, type Feed, type FeedLimits } from './live/feed/feed.ts';
import type { Logger } from './log.ts';
import type { Database } from './store/database.ts';
import { companiesOf } from './store/pbxes.ts';

/** The feed of a database: whoever looks on is looked up in it again after each commit. */
export function openFeed(db: Database, limits: FeedLimits, sessionIdleMs: number, log: Logger): Feed {
  return createFeed({
    limits,
    log: log.child({ part: 'feed' }),
    companiesOf: (pbxId) => companiesOf(db, pbxId),
    recheck: (viewers) => livingPrincipals(db, viewers, sessionIdleMs),
    onChange: (listener) => db.onCommit(listener),
  });
}
