import { randomBytes } from 'node:crypto';
import { LinekeeperError } from '../../errors.ts';
import { type AmiRole, checkAllowed } from './actions.ts';
import type { AmiMessage } from './ami-message.ts';
import { type AmiDeadlines, DEFAULT_DEADLINES, SWEEP_MS } from './deadlines.ts';
import type { AmiFields } from './encode.ts';
import { Fifo } from './fifo.ts';
import { type ListEvents, type Pending, pendingList, pendingResponse, refusal, type Times } from './pending.ts';
import { visible } from './text.ts';
import type { AmiCredentials, Wire } from './wire.ts';

export interface AmiConnectionOptions {
  role: AmiRole;
  credentials: AmiCredentials;
  /** A fresh one; it belongs to this connection from now on. */
  wire: Wire;
  deadlines?: Partial<AmiDeadlines>;
  /** Actions on the wire at once; further ones wait in line. */
  window?: number;
  /** The socket is up and the login goes out. */
  onAuthenticating?: () => void;
  onEvent?: (event: AmiMessage) => void;
  onClose?: (reason: string) => void;
}

export interface ActionOptions {
  /** Milliseconds; the connection's own deadline when absent. For as long Asterisk may also say nothing. */
  timeout?: number;
  /** Past the window, at once. */
  urgent?: boolean;
}

const DEFAULT_WINDOW = 512;

/**
 * The guard around one socket, from the first packet to its end; never reused. Every promise it hands out settles: by
 * the answer, by its deadline (AMI_TIMEOUT: the action may still have happened), or by the end of the connection
 * (AMI_CLOSED). An answer that nobody waits for is counted and dropped.
 */
export class AmiConnection {
  readonly role: AmiRole;
  /** Answers that were late, doubled, or to a question we never asked. */
  strayAnswers = 0;
  readonly #options: AmiConnectionOptions;
  readonly #deadlines: AmiDeadlines;
  readonly #window: number;
  /** 128 random bits: an answer forged through a caller's number cannot hit it. */
  readonly #idPrefix = `${randomBytes(16).toString('base64url')}-`;
  readonly #pending = new Map<string, Pending>();
  readonly #waiting = new Fifo<{ start: () => void; fail: (error: LinekeeperError) => void }>();
  #nextId = 0;
  #sweeper: NodeJS.Timeout | undefined;
  /** Set by any message, taken by the sweep: asking the clock for each of 100,000 items is not free. */
  #heard = false;
  #heardAt = 0;
  #pingAt = Number.POSITIVE_INFINITY;
  #closed: string | undefined;
  #opened: ((error?: LinekeeperError) => void) | undefined;

  private constructor(options: AmiConnectionOptions) {
    this.#options = options;
    this.role = options.role;
    this.#deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines };
    this.#window = options.window ?? DEFAULT_WINDOW;
  }

  /**
   * Connects and logs in.
   *
   * @throws LinekeeperError PBX_UNREACHABLE (no socket, no banner, aborted), PBX_LOGIN_REFUSED
   */
  static async open(options: AmiConnectionOptions, signal?: AbortSignal): Promise<AmiConnection> {
    const connection = new AmiConnection(options);
    const abort = () => connection.close('the connection is no longer wanted');
    signal?.addEventListener('abort', abort, { once: true });
    try {
      if (signal?.aborted) throw unreachable('the connection is no longer wanted');
      await connection.#connect();
      options.onAuthenticating?.();
      await connection.#logIn();
      return connection;
    } catch (error) {
      connection.close('the login did not succeed');
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Why it ended; undefined while it is open. */
  get closed(): string | undefined {
    return this.#closed;
  }

  get pendingCount(): number {
    return this.#pending.size + this.#waiting.size;
  }

  /** Sends one action and gives its answer, also when that is an error. @throws LinekeeperError AMI_* */
  request(action: string, fields: AmiFields = {}, options: ActionOptions = {}): Promise<AmiMessage> {
    return new Promise((resolve, reject) => {
      const make = (times: Times) => pendingResponse(action, times, { resolve, reject });
      this.#submit(action, fields, make, reject, this.#deadlines.action, options);
    });
  }

  /** Like `request` with a callback: for tens of thousands of actions in a row a promise each would cost more than the wire. */
  send(action: string, fields: AmiFields, done: (error: unknown, response?: AmiMessage) => void): void {
    const make = (times: Times) =>
      pendingResponse(action, times, { resolve: (response) => done(undefined, response), reject: done });
    this.#submit(action, fields, make, done, this.#deadlines.action, {});
  }

  /** Like `request`, but an error answer throws. @throws LinekeeperError AMI_REFUSED and other AMI_* */
  async action(action: string, fields: AmiFields = {}, options: ActionOptions = {}): Promise<AmiMessage> {
    const response = await this.request(action, fields, options);
    if (response.get('Response') !== 'Success') throw refusal(action, response);
    return response;
  }

  /** A whole list, or nothing of it. @throws LinekeeperError AMI_LIST_SHORT, AMI_REFUSED and other AMI_* */
  list<T>(
    action: string,
    fields: AmiFields,
    events: ListEvents,
    map: (item: AmiMessage) => T,
    options: ActionOptions = {},
  ): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const make = (times: Times) => pendingList(action, times, events, map, { resolve, reject });
      this.#submit(action, fields, make, reject, this.#deadlines.list, options);
    });
  }

  /** Ends it now. Everything pending is rejected with AMI_CLOSED. */
  close(reason: string): void {
    this.#options.wire.destroy(reason);
    this.#end(reason);
  }

  #submit(
    action: string,
    fields: AmiFields,
    make: (times: Times) => Pending,
    fail: (error: unknown) => void,
    usual: number,
    { timeout, urgent = false }: ActionOptions,
  ): void {
    try {
      if (this.#closed !== undefined) throw closed(this.#closed);
      checkAllowed(this.role, action, fields);
    } catch (error) {
      fail(error);
      return;
    }
    const start = () => {
      const actionId = this.#idPrefix + (this.#nextId++).toString(36);
      const sent = performance.now();
      const patience = Math.max(this.#deadlines.silence, timeout ?? 0);
      this.#pending.set(actionId, make({ sent, deadline: sent + (timeout ?? usual), patience }));
      try {
        this.#options.wire.send(actionId, action, fields);
      } catch (error) {
        this.#pending.delete(actionId);
        fail(error);
      }
    };
    if (urgent || this.#pending.size < this.#window) start();
    else this.#waiting.push({ start, fail });
  }

  #startWaiting(): void {
    while (this.#pending.size < this.#window) {
      const next = this.#waiting.shift();
      if (!next) return;
      next.start();
    }
  }

  #receive(message: AmiMessage): void {
    this.#heard = true;
    const actionId = message.get('ActionID');
    const pending = actionId === undefined ? undefined : this.#pending.get(actionId);
    if (pending) {
      if (!pending.take(message)) return;
      this.#pending.delete(actionId!);
      this.#startWaiting();
    } else if (message.kind === 'response') {
      this.strayAnswers += 1;
    } else if (message.kind === 'event' && actionId === undefined) {
      this.#options.onEvent?.(message);
    }
  }

  async #connect(): Promise<void> {
    const { wire } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.close('no answer from Asterisk'), this.#deadlines.connect);
      this.#opened = (error) => {
        clearTimeout(timer);
        this.#opened = undefined;
        if (error) reject(error);
        else resolve();
      };
      wire.open({
        onOpen: (banner) => {
          if (banner === undefined || banner.startsWith('Asterisk Call Manager')) this.#opened?.();
          else this.close('the peer is no Asterisk');
        },
        onMessage: (message) => this.#receive(message),
        onClose: (reason) => this.#end(reason),
      });
    });
  }

  async #logIn(): Promise<void> {
    const { role, credentials, wire } = this.#options;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    const response = await new Promise<AmiMessage>((resolve, reject) => {
      const actionId = `${this.#idPrefix}login`;
      const sent = performance.now();
      const times: Times = { sent, deadline: sent + this.#deadlines.login, patience: Number.POSITIVE_INFINITY };
      this.#pending.set(actionId, pendingResponse('Login', times, { resolve, reject }));
      wire.login(actionId, credentials, role === 'events');
    }).catch((error: LinekeeperError) => {
      throw unreachable(`the login got no answer (${error.message})`);
    });
    if (response.get('Response') !== 'Success') {
      const said = visible(response.get('Message') ?? 'no reason given');
      throw new LinekeeperError('PBX_LOGIN_REFUSED', `Asterisk refused the ${role} login: ${said}`);
    }
    this.#pingAt = performance.now() + this.#deadlines.ping;
  }

  #sweep(): void {
    const now = performance.now();
    if (this.#heard) this.#heardAt = now;
    this.#heard = false;
    let patience = 0;
    let oldest = now;
    for (const [actionId, { action, times, fail }] of this.#pending) {
      patience = Math.max(patience, times.patience);
      oldest = Math.min(oldest, times.sent);
      if (times.deadline > now) continue;
      this.#pending.delete(actionId);
      fail(new LinekeeperError('AMI_TIMEOUT', `Asterisk did not answer ${action} in time.`));
    }
    if (patience > 0 && now - Math.max(oldest, this.#heardAt) > patience) {
      this.close('Asterisk stopped answering');
      return;
    }
    this.#startWaiting();
    if (now >= this.#pingAt) this.#ping();
  }

  #ping(): void {
    this.#pingAt = Number.POSITIVE_INFINITY;
    this.request('Ping', {}, { urgent: true }).then(
      () => {
        this.#pingAt = performance.now() + this.#deadlines.ping;
      },
      (error: LinekeeperError) => {
        // One login is one thread in Asterisk: behind a slow action a late pong alone proves nothing, silence does.
        if (error.code === 'AMI_TIMEOUT') this.#pingAt = performance.now() + this.#deadlines.ping;
      },
    );
  }

  #end(reason: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    clearInterval(this.#sweeper);
    const error = closed(reason);
    for (const pending of this.#pending.values()) pending.fail(error);
    this.#pending.clear();
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.fail(error);
    this.#opened?.(unreachable(reason));
    this.#options.onClose?.(reason);
  }
}

function closed(reason: string): LinekeeperError {
  return new LinekeeperError('AMI_CLOSED', `The connection to Asterisk ended: ${visible(reason)}`);
}

function unreachable(reason: string): LinekeeperError {
  return new LinekeeperError('PBX_UNREACHABLE', `Asterisk cannot be reached: ${visible(reason)}`);
}
