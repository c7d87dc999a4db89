import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLinekeeperError, LinekeeperError, messageOf } from '../../errors.ts';
import type { AmiRole } from './actions.ts';
import { AmiConnection } from './ami-connection.ts';
import type { AmiMessage } from './ami-message.ts';
import { Backoff, type BackoffOptions } from './backoff.ts';
import type { AmiDeadlines } from './deadlines.ts';
import { type AmiLog, silentLog } from './log.ts';
import { judgeRights, readRights } from './rights.ts';
import { UNUSED_EVENTS } from './unused-events.ts';
import type { AmiAddress, AmiCredentials, Wire } from './wire.ts';
import { ManagerWire } from './wire-manager.ts';
import { StreamWire } from './wire-stream.ts';

/**
 *          start()              socket up                  logged in, rights read
 *   idle ----------> connecting ----------> authenticating ----------------------> ready
 *                      ^    |                     |                                  |
 *                      |    | no socket           | refused, no answer               | the connection ended
 *                      |    v                     v                                  v
 *                      +-------------------------- waiting <-------------------------+
 *                        back-off is over
 *
 *   any state -- stop() --> stopped -- start() --> connecting
 */
export type LinkState = 'idle' | 'connecting' | 'authenticating' | 'ready' | 'waiting' | 'stopped';

export interface AmiLinkOptions {
  role: AmiRole;
  address: AmiAddress;
  credentials: AmiCredentials;
  log?: AmiLog;
  deadlines?: Partial<AmiDeadlines>;
  backoff?: Partial<BackoffOptions>;
  /** Milliseconds after which a connection counts as stable, and the back-off starts anew. */
  stableAfter?: number;
  /** What to do with a login that may do more than it needs. */
  wideRights?: 'warn' | 'refuse';
}

interface LinkEvents {
  ready: [connection: AmiConnection];
  down: [reason: string];
  event: [event: AmiMessage];
}

const STABLE_AFTER_MS = 10_000;

/** Keeps one login connected, with a fresh connection and wire each time, until it is stopped. */
export class AmiLink {
  readonly role: AmiRole;
  readonly #options: AmiLinkOptions;
  readonly #log: AmiLog;
  readonly #events = new EventEmitter<LinkEvents>();
  readonly #backoff: Backoff;
  #state: LinkState = 'idle';
  #reason = 'it was not started yet';
  #connection: AmiConnection | undefined;
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: AmiLinkOptions) {
    this.role = options.role;
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#backoff = new Backoff(options.backoff);
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why it is not ready; undefined when it is. */
  get reason(): string | undefined {
    return this.#state === 'ready' ? undefined : this.#reason;
  }

  on<Name extends keyof LinkEvents>(name: Name, listener: (...args: LinkEvents[Name]) => void): () => void {
    this.#events.on(name, listener as never);
    return () => this.#events.off(name, listener as never);
  }

  /** @throws LinekeeperError PBX_UNREACHABLE with the reason, when it is not ready */
  current(): AmiConnection {
    if (this.#connection) return this.#connection;
    throw new LinekeeperError('PBX_UNREACHABLE', `The PBX is not connected (${this.role}): ${this.#reason}`);
  }

  /** Starts to connect; does nothing when it runs. An aborted signal stops it for good. */
  start(signal?: AbortSignal): void {
    if (this.#stop && !this.#stop.signal.aborted) return;
    const stop = new AbortController();
    this.#stop = stop;
    if (signal?.aborted) stop.abort();
    const abort = () => stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    // After a stop the former loop may still be closing its socket.
    this.#running = this.#running
      .then(() => this.#run(stop.signal))
      .finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Resolves when the socket is closed and nothing of it will happen any more. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
    this.#state = 'stopped';
    this.#reason = 'it was stopped';
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#state = 'connecting';
      const since = performance.now();
      try {
        this.#down(await this.#connected(signal));
      } catch (error) {
        this.#failed(error);
      }
      if (signal.aborted) break;
      if (performance.now() - since > (this.#options.stableAfter ?? STABLE_AFTER_MS)) this.#backoff.reset();
      this.#state = 'waiting';
      await sleep(this.#backoff.next(), undefined, { signal }).catch(() => {});
    }
    this.#state = 'stopped';
    this.#reason = 'it was stopped';
  }

  /** One connection from its first packet to its end; gives the reason of the end. */
  async #connected(signal: AbortSignal): Promise<string> {
    const { role, credentials, deadlines } = this.#options;
    let ended!: (reason: string) => void;
    const end = new Promise<string>((resolve) => {
      ended = resolve;
    });
    const connection = await AmiConnection.open(
      {
        role,
        credentials,
        wire: this.#wire(),
        ...(deadlines ? { deadlines } : {}),
        onAuthenticating: () => {
          this.#state = 'authenticating';
        },
        onEvent: (event) => this.#emit('event', event),
        onClose: ended,
      },
      signal,
    );
    const abort = () => connection.close('it was stopped');
    signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#checkRights(connection);
      if (connection.closed !== undefined) throw new LinekeeperError('PBX_UNREACHABLE', connection.closed);
      this.#connection = connection;
      this.#state = 'ready';
      this.#log.info({ role }, 'PBX login ready');
      this.#emit('ready', connection);
      return await end;
    } finally {
      signal.removeEventListener('abort', abort);
      connection.close('it is no longer used');
    }
  }

  /** asterisk-manager has no TLS, and is too slow for thousands of objects or events a second. */
  #wire(): Wire {
    const { role, address } = this.#options;
    if (role === 'events') return new StreamWire(address, UNUSED_EVENTS);
    return role === 'config' && !address.tls ? new ManagerWire(address) : new StreamWire(address);
  }

  async #checkRights(connection: AmiConnection): Promise<void> {
    const { role, wideRights = 'warn' } = this.#options;
    const rights = await readRights(connection);
    judgeRights(role, rights, wideRights === 'refuse');
    if (rights.excess.length > 0) {
      this.#log.warn({ role, excess: rights.excess }, 'PBX login may do more than it needs; narrow it in manager.conf');
    }
  }

  #down(reason: string): void {
    this.#connection = undefined;
    this.#state = 'waiting';
    this.#reason = reason;
    this.#log.warn({ role: this.role, reason }, 'PBX login lost');
    this.#emit('down', reason);
  }

  /** A listener's mistake must not look like the peer's, nor reach the socket's data handler. */
  #emit<Name extends keyof LinkEvents>(name: Name, ...args: LinkEvents[Name]): void {
    try {
      (this.#events as EventEmitter).emit(name, ...args);
    } catch (error) {
      this.#log.error({ role: this.role, err: error }, `a listener of '${name}' failed`);
    }
  }

  #failed(error: unknown): void {
    this.#reason = messageOf(error);
    const code = isLinekeeperError(error) ? error.code : 'INTERNAL';
    this.#log.warn({ role: this.role, code, reason: this.#reason }, 'PBX login failed');
  }
}
