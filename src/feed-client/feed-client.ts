import type { FeedEvent, FeedFilter, ServerFrame } from '../domain/feed/protocol.ts';
import type { TopicItems, TopicName } from '../domain/feed/topics.ts';
import { Mirror } from './mirror.ts';
import type { FeedSocket, OpenSocket } from './socket.ts';

export interface SubscribeOptions<Name extends TopicName> {
  /** Absent: the own company; for who belongs to none, all. */
  companyId?: string;
  filter?: FeedFilter;
  /** The items are whole and right: first, and after each time that the client could not be told what it missed. */
  onSnapshot?(items: ReadonlyMap<string, TopicItems[Name]>): void;
  /** Something changed; `items` hold it already. */
  onEvents?(events: readonly FeedEvent[], items: ReadonlyMap<string, TopicItems[Name]>): void;
  /** Something may have happened that nobody tells; a snapshot follows. Gaps of a PBX come as events (`op: 'gap'`). */
  onGap?(reason: 'restarted' | 'too-old'): void;
  /** The daemon refused it, or ended it later. */
  onRefused?(error: { code: string; detail: string }): void;
}

export interface Subscribed<Name extends TopicName> {
  readonly items: ReadonlyMap<string, TopicItems[Name]>;
  /** The number of the newest event told. */
  readonly seq: number;
  unsubscribe(): void;
}

export interface FeedClientOptions {
  open: OpenSocket;
  /** `away`: not connected, it goes on trying. `refused`: the login is over; it does not try again. */
  onState?(state: 'connecting' | 'open' | 'away' | 'refused' | 'closed', reason?: string): void;
  /** Milliseconds before the first try anew, and at most. */
  retry?: { first: number; most: number };
}

export interface FeedClient {
  subscribe<Name extends TopicName>(topic: Name, options?: SubscribeOptions<Name>): Subscribed<Name>;
  /** Cuts the connection and connects anew, as if the net had failed. */
  reconnect(): void;
  close(): void;
}

interface Known {
  topic: TopicName;
  companyId: string | undefined;
  filter: FeedFilter | undefined;
  /** As the daemon calls it; known from its first frame on. */
  stream: string | undefined;
  mirror: Mirror<unknown>;
  options: SubscribeOptions<TopicName>;
}

/** Codes and statuses after which trying again is of no use: the login is over, or what we say is not understood. */
const FINAL_CODES: ReadonlySet<number> = new Set([4400, 4401]);
const FINAL_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 426]);
const RETRY = { first: 250, most: 15_000 };

/**
 * A connection to the feed that mends itself: it comes back after any failure, goes on from the number where it stood, and
 * says so when that was not possible. `items` of a subscription are what is so now.
 */
export function createFeedClient(options: FeedClientOptions): FeedClient {
  const { open, onState = () => {}, retry = RETRY } = options;
  const known = new Set<Known>();
  let socket: FeedSocket | undefined;
  let isOpen = false;
  let isClosed = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let silenceMs = 60_000;

  async function connect(): Promise<void> {
    if (isClosed) return;
    onState('connecting');
    let current: FeedSocket;
    try {
      current = await open();
    } catch (error) {
      again(String(error));
      return;
    }
    if (isClosed) {
      current.close();
      return;
    }
    socket = current;
    current.onOpen(() => {
      if (socket !== current) return;
      isOpen = true;
      listen();
      for (const one of known) ask(one);
      onState('open');
    });
    current.onText((text) => {
      if (socket === current) receive(JSON.parse(text) as ServerFrame);
    });
    current.onPing(listen);
    current.onClose(({ code, reason, status }) => {
      if (socket !== current) return;
      socket = undefined;
      isOpen = false;
      clearTimeout(silence);
      if (isClosed) return;
      const why = status === undefined ? `${code} ${reason}`.trim() : `HTTP ${status}`;
      if (FINAL_CODES.has(code) || (status !== undefined && FINAL_STATUSES.has(status))) {
        isClosed = true;
        onState('refused', why);
      } else again(why);
    });
  }

  function again(reason: string): void {
    onState('away', reason);
    // Half of it by chance: after a restart of the daemon a thousand clients come back.
    const wait = Math.min(retry.most, retry.first * 2 ** attempts++);
    timer = setTimeout(() => void connect(), wait / 2 + (Math.random() * wait) / 2);
  }

  /** The daemon pings; a connection without a sign of life is dead, whatever the net says. */
  function listen(): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      // Browsers do not show pings: ask before giving up.
      if (isOpen) socket?.send('{"type":"ping"}');
      silence = setTimeout(() => drop('no sign of life'), silenceMs / 2);
    }, silenceMs);
  }

  function drop(reason: string): void {
    const dead = socket;
    socket = undefined;
    isOpen = false;
    clearTimeout(silence);
    dead?.close();
    if (!isClosed) again(reason);
  }

  function ask({ topic, companyId, filter, mirror }: Known): void {
    if (!isOpen) return;
    const resume = mirror.position;
    socket?.send(JSON.stringify({ type: 'subscribe', topic, companyId, filter, resume }));
  }

  function receive(frame: ServerFrame): void {
    listen();
    if (frame.type === 'hello') {
      attempts = 0;
      silenceMs = frame.pingSeconds * 2000;
      return;
    }
    if (frame.type === 'pong') return;
    if (frame.stream === null) return;
    const one = find(frame.stream);
    if (one === undefined) return;
    one.stream = frame.stream;
    const { mirror } = one;
    const handlers = one.options;
    switch (frame.type) {
      case 'snapshot':
        if (mirror.takePart(frame)) handlers.onSnapshot?.(mirror.items as never);
        break;
      case 'resumed':
        break;
      case 'events': {
        const news = mirror.takeEvents(frame.after, frame.seq, frame.events);
        // A hole is never papered over: ask from where we stand.
        if (news === undefined) ask(one);
        else if (news.length > 0) handlers.onEvents?.(news, mirror.items as never);
        break;
      }
      case 'gap':
        mirror.isComplete = false;
        handlers.onGap?.(frame.reason);
        break;
      case 'error':
        known.delete(one);
        handlers.onRefused?.({ code: frame.code, detail: frame.detail });
        break;
    }
  }

  /** By the stream's name; before its first frame a subscription without a company does not know how its stream is called. */
  function find(stream: string): Known | undefined {
    const all = [...known];
    const [topic, key] = stream.split('/', 2);
    return (
      all.find((one) => one.stream === stream) ??
      all.find((one) => one.stream === undefined && one.topic === topic && one.companyId === key) ??
      all.find((one) => one.stream === undefined && one.topic === topic && one.companyId === undefined)
    );
  }

  void connect();
  return {
    subscribe(topic, subscribeOptions = {}) {
      const { companyId, filter } = subscribeOptions;
      const one: Known = {
        topic,
        companyId,
        filter,
        stream: undefined,
        mirror: new Mirror(),
        options: subscribeOptions as SubscribeOptions<TopicName>,
      };
      known.add(one);
      ask(one);
      return {
        items: one.mirror.items as never,
        get seq() {
          return one.mirror.seq;
        },
        unsubscribe() {
          if (!known.delete(one) || !isOpen) return;
          socket?.send(JSON.stringify({ type: 'unsubscribe', topic, companyId }));
        },
      };
    },
    reconnect: () => drop('asked for'),
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(silence);
      socket?.close(1000);
      onState('closed');
    },
  };
}
