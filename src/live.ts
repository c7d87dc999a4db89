import type { PbxConnection } from './asterisk/pbx-connection.ts';
import type { Config } from './config.ts';
import type { LiveCall } from './domain/feed/call.ts';
import type { LiveMailbox, LiveRegistration } from './domain/feed/registration.ts';
import type { LiveFigures } from './http/plugins/live-metrics.ts';
import { livingPrincipals } from './http/principals.ts';
import { createDirectory, type LiveDirectory } from './live/directory/create-directory.ts';
import { createFeed, type Feed, type FeedLimits } from './live/feed/feed.ts';
import { createHistory } from './live/history/create-history.ts';
import { createLivePbx, type LivePbx } from './live-pbx.ts';
import type { Logger } from './log.ts';
import type { Database } from './store/database.ts';
import { companiesOf, type PbxRow } from './store/pbxes.ts';

/** What happens now on all PBXs, and the feed that tells it. */
export interface Live {
  readonly feed: Feed;
  readonly directory: LiveDirectory;
  calls(): LiveCall[];
  registrations(): LiveRegistration[];
  mailboxes(): LiveMailbox[];
  /** Extensions of a company that have a phone now; undefined: its PBX is not heard. */
  registered(companyId: string): Promise<ReadonlySet<string> | undefined>;
  /** For graphs. */
  figures(): LiveFigures[];
  /** Begins to listen to a PBX, before its links are started. Gives the function that ends it. */
  join(row: PbxRow, connection: PbxConnection): () => Promise<void>;
  stop(): Promise<void>;
}

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

export function createLive(db: Database, config: Pick<Config, 'live' | 'people'>, log: Logger): Live {
  const feed = openFeed(db, config.live, config.people.sessionIdleMinutes * 60_000, log);
  const directory = createDirectory(db);
  const history = createHistory({ db, log: log.child({ part: 'history' }) });
  const pbxes = new Map<string, LivePbx>();
  const all = <T>(items: (pbx: LivePbx) => T[]): T[] => [...pbxes.values()].flatMap(items);
  return {
    feed,
    directory,
    calls: () => all(({ calls }) => calls.calls()),
    registrations: () => all(({ registrations }) => registrations.items()),
    mailboxes: () => all(({ mailboxes }) => mailboxes.items()),
    async registered(companyId) {
      const company = await db.read.company.findUnique({ where: { id: companyId }, select: { pbxId: true } });
      const pbx = pbxes.get(company?.pbxId ?? '');
      return pbx?.isHeard() === true ? pbx.registrations.extensionIds() : undefined;
    },
    figures: () =>
      [...pbxes.values()].map(({ pbxId, calls, registrations }) => {
        const totals = history.totals().get(pbxId);
        return {
          pbxId,
          calls: calls.calls().filter(({ state }) => state !== 'ended').length,
          registered: sum(registrations.counts()),
          callsTotal: totals?.calls ?? 0,
          answeredTotal: totals?.answered ?? 0,
        };
      }),
    join(row, connection) {
      const pbx = createLivePbx(row, connection, { db, directory, topics: feed.topics, log });
      pbxes.set(row.id, pbx);
      const uncount = history.add(pbx);
      return () => {
        pbxes.delete(row.id);
        uncount();
        return pbx.stop();
      };
    },
    async stop() {
      await history.stop();
      await feed.stop();
      directory.close();
    },
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
