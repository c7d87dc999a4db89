import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import { FEED_PROTOCOL } from '../../domain/feed/protocol.ts';
import { TOPIC_NAMES, type TopicName } from '../../domain/feed/topics.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { createLookout } from '../../lookout.ts';
import { FeedConnection } from './connection.ts';
import { FeedTopic } from './feed-topic.ts';
import { frameOf } from './frames.ts';
import type { Topics } from './topic.ts';
import { loginOf, type Viewer } from './viewer.ts';

export interface FeedLimits {
  maxConnections: number;
  maxConnectionsPerLogin: number;
  clientBufferBytes: number;
  pingSeconds: number;
  /** Events of a topic that are kept for clients that come back. */
  keepEvents: number;
  keepEventsSeconds: number;
}

export interface FeedOptions {
  limits: FeedLimits;
  log: Logger;
  companiesOf(pbxId: string | null): Promise<readonly string[]>;
  /** Looks these logins up anew, by `loginOf`; one that is over is missing from the answer. */
  recheck(viewers: readonly Viewer[]): Promise<ReadonlyMap<string, Viewer>>;
  /** Called after whatever may have ended a login. Gives the function that ends it. */
  onChange(listener: () => void): () => void;
  now?: () => number;
}

export interface FeedStats {
  connections: number;
  events: number;
  frames: number;
  /** Clients that were cut off because they did not read. */
  cut: number;
}

export interface Feed {
  readonly topics: Topics;
  /** @throws FEED_BUSY before a websocket is opened that would be too many */
  admit(viewer: Viewer): void;
  connect(socket: WebSocket, viewer: Viewer): void;
  stats(): FeedStats;
  /** Tells every client and closes; resolves when they are gone, within a second. */
  stop(): Promise<void>;
}

/** Milliseconds after a commit in which logins are looked up: an ended one is off within a second. */
const RECHECK_SOON_MS = 300;
/** Milliseconds: a login also ends because its time is over, which nobody commits. */
const RECHECK_EVERY_MS = 15_000;
const STOP_MS = 1000;

export function createFeed(options: FeedOptions): Feed {
  const { limits, log, now = Date.now } = options;
  const epoch = randomBytes(9).toString('base64url');
  const connections = new Set<FeedConnection>();
  const cut = { tooSlow: 0 };
  let isStopped = false;
  const eventLimits = { events: limits.keepEvents, ageMs: limits.keepEventsSeconds * 1000 };
  const all = TOPIC_NAMES.map((name) => {
    const topic = new FeedTopic({ epoch, limits: eventLimits, companiesOf: options.companiesOf, now });
    return [name, topic] as const;
  });
  const topics = Object.fromEntries(all) as Record<TopicName, FeedTopic<unknown>>;

  const guard = createLookout(recheckAll, RECHECK_EVERY_MS, (err) => log.error({ err }, 'logins were not looked up'));
  let soon: NodeJS.Timeout | undefined;
  const recheckSoon = () => {
    if (connections.size === 0 || soon !== undefined) return;
    soon = setTimeout(() => {
      soon = undefined;
      guard.poke();
    }, RECHECK_SOON_MS).unref();
  };
  const offChange = options.onChange(recheckSoon);
  const pings = setInterval(() => {
    for (const connection of connections) connection.ping();
    for (const [, topic] of all) topic.tellNumbers();
  }, limits.pingSeconds * 1000).unref();
  guard.poke();

  async function recheckAll(): Promise<void> {
    if (connections.size === 0) return;
    const viewers = new Map([...connections].map(({ viewer }) => [loginOf(viewer), viewer]));
    const present = await options.recheck([...viewers.values()]);
    for (const connection of connections) {
      // One that came meanwhile was looked up when it came.
      const login = loginOf(connection.viewer);
      if (viewers.has(login)) connection.recheck(present.get(login));
    }
  }

  function admit(viewer: Viewer): void {
    if (isStopped) throw new LinekeeperError('FEED_BUSY', 'the daemon stops');
    const ofLogin = [...connections].filter((one) => one.viewer.id === viewer.id).length;
    if (connections.size >= limits.maxConnections || ofLogin >= limits.maxConnectionsPerLogin) {
      throw new LinekeeperError('FEED_BUSY', 'there are too many open connections; close some');
    }
  }

  return {
    topics: topics as unknown as Topics,
    admit,
    connect(socket, viewer) {
      const connection = new FeedConnection({
        socket,
        viewer,
        topics,
        bufferBytes: limits.clientBufferBytes,
        log,
        onClose(closed) {
          connections.delete(closed);
          if (closed.closed !== 'tooSlow') return;
          cut.tooSlow++;
          log.warn({ login: viewer.id }, 'a client of the feed did not read and was cut off');
        },
      });
      connections.add(connection);
      // Clients come back at once, also while we stop.
      if (isStopped) {
        connection.close('stopping', 'the daemon stops');
        return;
      }
      // The login may have ended between its check and now.
      recheckSoon();
      connection.send(frameOf({ type: 'hello', protocol: FEED_PROTOCOL, epoch, pingSeconds: limits.pingSeconds }));
    },
    stats() {
      const sum = (pick: (topic: FeedTopic<unknown>) => number) => all.reduce((total, [, one]) => total + pick(one), 0);
      return {
        connections: connections.size,
        events: sum(({ counters }) => counters.events),
        frames: sum(({ counters }) => counters.frames),
        cut: cut.tooSlow,
      };
    },
    async stop() {
      isStopped = true;
      clearInterval(pings);
      clearTimeout(soon);
      offChange();
      await guard.stop();
      for (const connection of connections) connection.close('stopping', 'the daemon stops');
      const until = performance.now() + STOP_MS;
      while (connections.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
