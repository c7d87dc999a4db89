import {
  createFeedClient,
  type FeedClient,
  type FeedFilter,
  nodeSocket,
  type TopicItems,
  type TopicName,
} from '../../feed-client/index.ts';
import type { Address } from '../api/address.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';

/** What is looked at. */
export interface LiveQuery {
  companyId?: string;
  filter?: FeedFilter;
}

export interface Connection {
  feed: FeedClient;
  /** Rejects when it is of no use to go on: the login is over, or may not see what was asked for. */
  failed: Promise<never>;
  /** For `onRefused` of what cannot be done without. */
  refuse(error: { code: string; detail: string }): void;
}

/** The feed of the daemon that commands talk to. `onState`: why nothing comes, or undefined. */
export function connectFeed(address: Address, onState: (away: string | undefined) => void): Connection {
  let fail!: (error: Error) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const feed = createFeedClient({
    open: nodeSocket(socketOptions(address)),
    onState(state, reason) {
      if (state === 'open') onState(undefined);
      else if (state === 'away') onState(reason ?? 'the daemon is away');
      else if (state === 'refused') {
        const advice = '`linekeeper token list` on the machine of the daemon shows what there is.';
        fail(new CliError('UNAUTHENTICATED', `the daemon refuses: ${reason}`, { exitCode: EXIT.error, advice }));
      }
    },
  });
  const refuse: Connection['refuse'] = ({ code, detail }) => {
    const exitCode = code === 'DAEMON_UNREACHABLE' ? EXIT.unreachable : EXIT.error;
    fail(new CliError(code, detail, { exitCode }));
  };
  // Whoever waits for it may not have begun to.
  failed.catch(() => {});
  return { feed, failed, refuse };
}

function socketOptions(address: Address): Parameters<typeof nodeSocket>[0] {
  if (address.kind === 'socket') return { url: 'ws://localhost/api/v1/live', socketPath: address.path };
  const { url: base, token } = address;
  const url = new URL(`${base.pathname.replace(/\/(api\/v1\/?)?$/, '')}/api/v1/live`, base);
  url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  return { url: url.href, token };
}

/** All present items of a topic, once; undefined: it may not be seen, and `isNeeded` is false. */
export function present<N extends TopicName>(
  { feed, refuse }: Connection,
  topic: N,
  query: LiveQuery,
  isNeeded: boolean,
): Promise<ReadonlyMap<string, TopicItems[N]>> {
  return new Promise((resolve) => {
    feed.subscribe(topic, {
      ...query,
      onSnapshot: resolve,
      onRefused: (error) => (isNeeded ? refuse(error) : resolve(new Map())),
    });
  });
}
