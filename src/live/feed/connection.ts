import type { WebSocket } from 'ws';
import { type ClientFrame, clientFrameSchema, FEED_CLOSE } from '../../domain/feed/protocol.ts';
import type { TopicName } from '../../domain/feed/topics.ts';
import { type ErrorCode, isLinekeeperError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { FrameBudget } from './frame-budget.ts';
import { frameOf } from './frames.ts';
import type { Outlet } from './outlet.ts';
import type { Subscription } from './subscription.ts';
import { audienceOf, streamOf, type Viewer } from './viewer.ts';

/** What a connection needs of a topic. */
export interface Joinable {
  join(subscription: Subscription, resume: { epoch: string; seq: number } | undefined): Promise<void>;
  leave(subscription: Subscription): void;
}

export interface ConnectionOptions {
  socket: WebSocket;
  viewer: Viewer;
  topics: Readonly<Record<TopicName, Joinable>>;
  /** Bytes that may wait for a client before it is cut off. */
  bufferBytes: number;
  log: Logger;
  onClose(connection: FeedConnection): void;
}

/** Milliseconds that a client has to answer a close; one that does not read never will. */
const CLOSE_GRACE_MS = 500;
const MAX_SUBSCRIPTIONS = 64;

/** One websocket of the feed, from its first frame to its end. */
export class FeedConnection implements Outlet {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #subscriptions = new Map<
    string,
    { topic: TopicName; asked: string | undefined; subscription: Subscription }
  >();
  readonly #budget = new FrameBudget();
  #viewer: Viewer;
  #isOpen = true;
  /** Whether the client gave a sign of life since the last ping. */
  #isAlive = true;
  #missedPings = 0;
  /** Why we closed it; undefined: the client did, or it is open. */
  closed: keyof typeof FEED_CLOSE | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#viewer = options.viewer;
    const { socket } = options;
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    socket.on('pong', () => this.#alive());
    // `close` follows; without a listener an oversized frame would end the process.
    socket.on('error', () => {});
    socket.on('close', () => this.#end());
  }

  get viewer(): Viewer {
    return this.#viewer;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(frame: string | Buffer): void {
    if (!this.#isOpen) return;
    if (this.#socket.bufferedAmount > this.#options.bufferBytes) {
      this.close('tooSlow', 'it does not read what is sent');
      return;
    }
    this.#socket.send(frame, { binary: false });
  }

  sendPaced(frame: string): Promise<boolean> {
    if (!this.#isOpen) return Promise.resolve(false);
    return new Promise((resolve) => this.#socket.send(frame, (error) => resolve(error == null && this.#isOpen)));
  }

  /** Its login was looked up anew; undefined: there is none any more. */
  recheck(viewer: Viewer | undefined): void {
    if (!this.#isOpen) return;
    if (viewer === undefined || viewer.restriction !== undefined) {
      this.close('loginEnded', 'the login has ended');
      return;
    }
    this.#viewer = viewer;
    for (const [stream, { topic, asked }] of this.#subscriptions) {
      try {
        if (streamOf(topic, audienceOf(viewer, topic, asked)) === stream) continue;
        this.#drop(stream);
        this.#refuse(stream, 'FORBIDDEN', 'this is not where the login works any more');
      } catch (error) {
        this.#drop(stream);
        this.#refuse(stream, isLinekeeperError(error) ? error.code : 'INTERNAL', 'the right to see this has ended');
      }
    }
  }

  /** Asks for a sign of life; a client that gave none twice is gone. */
  ping(): void {
    if (!this.#isAlive && ++this.#missedPings >= 2) {
      this.close('tooSlow', 'it does not answer');
      return;
    }
    this.#isAlive = false;
    if (this.#isOpen) this.#socket.ping();
  }

  /** Tells why and closes; what the client does not take within half a second is cut. */
  close(why: keyof typeof FEED_CLOSE, reason: string): void {
    if (!this.#isOpen) return;
    this.closed = why;
    this.#isOpen = false;
    this.#leaveAll();
    this.#socket.close(FEED_CLOSE[why], reason);
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.#isOpen) return;
    this.#alive();
    if (!this.#budget.take()) {
      this.close('tooMany', 'too many frames at once');
      return;
    }
    const frame = isBinary ? undefined : parse(data);
    if (frame === undefined) {
      this.close('badFrame', 'this is no frame of the protocol');
      return;
    }
    if (frame.type === 'ping') this.send(frameOf({ type: 'pong' }));
    else if (frame.type === 'subscribe') void this.#subscribe(frame);
    else this.#unsubscribe(frame);
  }

  async #subscribe({ topic, companyId, filter, resume }: ClientFrame & { type: 'subscribe' }): Promise<void> {
    let stream: string | null = null;
    try {
      const audience = audienceOf(this.#viewer, topic, companyId);
      stream = streamOf(topic, audience);
      this.#drop(stream);
      if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
        this.#refuse(stream, 'TOO_MANY_REQUESTS', `${MAX_SUBSCRIPTIONS} subscriptions are the most`);
        return;
      }
      const subscription: Subscription = { outlet: this, stream, audience, filter, isOver: false };
      this.#subscriptions.set(stream, { topic, asked: companyId, subscription });
      await this.#options.topics[topic].join(subscription, resume);
    } catch (error) {
      if (!isLinekeeperError(error)) this.#options.log.error({ err: error }, 'a subscription failed');
      const { code, message } = isLinekeeperError(error)
        ? error
        : { code: 'INTERNAL' as const, message: 'something went wrong here; the log tells more' };
      if (stream !== null) this.#drop(stream);
      this.#refuse(stream ?? (companyId === undefined ? topic : `${topic}/${companyId}`), code, message);
    }
  }

  #unsubscribe({ topic, companyId }: ClientFrame & { type: 'unsubscribe' }): void {
    for (const [stream, known] of this.#subscriptions) {
      if (known.topic === topic && (companyId === undefined || stream === `${topic}/${companyId}`)) this.#drop(stream);
    }
  }

  #refuse(stream: string | null, code: ErrorCode, detail: string): void {
    this.send(frameOf({ type: 'error', code, detail, stream }));
  }

  #drop(stream: string): void {
    const known = this.#subscriptions.get(stream);
    if (known === undefined) return;
    this.#subscriptions.delete(stream);
    this.#options.topics[known.topic].leave(known.subscription);
  }

  #leaveAll(): void {
    for (const stream of [...this.#subscriptions.keys()]) this.#drop(stream);
  }

  #alive(): void {
    this.#isAlive = true;
    this.#missedPings = 0;
  }

  #end(): void {
    this.#isOpen = false;
    this.#leaveAll();
    this.#options.onClose(this);
  }
}

/** undefined: no frame of the protocol. Depth and size are bounded: the socket takes 64 kB, the schemas are flat. */
function parse(data: Buffer): ClientFrame | undefined {
  try {
    return clientFrameSchema.safeParse(JSON.parse(data.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
