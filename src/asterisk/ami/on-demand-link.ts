import { LinekeeperError, messageOf } from '../../errors.ts';
import type { AmiRole } from './actions.ts';
import { AmiConnection } from './ami-connection.ts';
import type { AmiLinkOptions } from './ami-link.ts';
import { type AmiLog, silentLog } from './log.ts';
import { judgeRights, readRights } from './rights.ts';
import { StreamWire } from './wire-stream.ts';

export interface OnDemandOptions extends Pick<AmiLinkOptions, 'role' | 'address' | 'log' | 'deadlines' | 'wideRights'> {
  /** undefined: the operator gave none; each use is refused. */
  credentials: AmiLinkOptions['credentials'] | undefined;
  /** Milliseconds after the last use. */
  idleAfter?: number;
}

export interface OnDemandState {
  state: 'absent' | 'idle' | 'ready' | 'failed';
  reason?: string;
}

const IDLE_AFTER_MS = 60_000;

/** A login that is connected while it is used and a while longer: who never needs it hears nothing of it. */
export class OnDemandLink {
  readonly role: AmiRole;
  readonly #options: OnDemandOptions;
  readonly #log: AmiLog;
  #connection: Promise<AmiConnection> | undefined;
  /** The one that is open: an older one that ends late must not end this. */
  #open: AmiConnection | undefined;
  #failure: string | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;
  #stopped = new AbortController();

  constructor(options: OnDemandOptions) {
    this.role = options.role;
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  get state(): OnDemandState {
    if (this.#options.credentials === undefined) return { state: 'absent' };
    if (this.#failure !== undefined) return { state: 'failed', reason: this.#failure };
    return { state: this.#connection === undefined ? 'idle' : 'ready' };
  }

  /**
   * Connects first when it is not.
   *
   * @throws LinekeeperError PBX_ACTIONS_UNAVAILABLE (there is no such login), PBX_UNREACHABLE, PBX_LOGIN_REFUSED
   */
  async use<T>(work: (connection: AmiConnection) => Promise<T>): Promise<T> {
    this.#users += 1;
    clearTimeout(this.#idle);
    try {
      return await work(await this.#connected());
    } finally {
      this.#users -= 1;
      if (this.#users === 0) {
        this.#idle = setTimeout(() => this.#close('it is idle'), this.#options.idleAfter ?? IDLE_AFTER_MS).unref();
      }
    }
  }

  /** After a stop it may be used again. */
  start(): void {
    if (this.#stopped.signal.aborted) this.#stopped = new AbortController();
  }

  /** Ends what is open and refuses what comes. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    this.#stopped.abort();
    await this.#connection?.catch(() => {});
    this.#close('it was stopped');
  }

  #connected(): Promise<AmiConnection> {
    this.#connection ??= this.#connect().then(
      (connection) => {
        this.#failure = undefined;
        return connection;
      },
      (error: unknown) => {
        this.#connection = undefined;
        this.#failure = messageOf(error);
        throw error;
      },
    );
    return this.#connection;
  }

  async #connect(): Promise<AmiConnection> {
    const { role, address, credentials, deadlines, wideRights = 'warn' } = this.#options;
    if (credentials === undefined) throw unavailable(role);
    const own: { connection?: AmiConnection } = {};
    const connection = await AmiConnection.open(
      {
        role,
        credentials,
        wire: new StreamWire(address),
        ...(deadlines ? { deadlines } : {}),
        onClose: (reason) => this.#ended(own.connection, reason),
      },
      this.#stopped.signal,
    );
    own.connection = connection;
    this.#open = connection;
    try {
      const rights = await readRights(connection);
      judgeRights(role, rights, wideRights === 'refuse');
      if (rights.excess.length > 0) {
        this.#log.warn(
          { role, excess: rights.excess },
          'PBX login may do more than it needs; narrow it in manager.conf',
        );
      }
    } catch (error) {
      connection.close('it may not do what it is for');
      throw error;
    }
    this.#log.info({ role }, 'PBX login ready');
    return connection;
  }

  #ended(connection: AmiConnection | undefined, reason: string): void {
    if (connection === undefined || connection !== this.#open) return;
    this.#open = undefined;
    this.#connection = undefined;
    this.#log.info({ role: this.role, reason }, 'PBX login closed');
  }

  #close(reason: string): void {
    this.#connection = undefined;
    this.#open?.close(reason);
    this.#open = undefined;
  }
}

function unavailable(role: AmiRole): LinekeeperError {
  return new LinekeeperError(
    'PBX_ACTIONS_UNAVAILABLE',
    `This needs the AMI login ${role} of the PBX, which is not known. Run \`linekeeper pbx install\` again, copy ` +
      'linekeeper-manager.conf and linekeeper-dialplan.conf, and say `linekeeper pbx set <name> --secrets-file FILE`.',
  );
}
