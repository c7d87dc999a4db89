import { EventEmitter } from 'node:events';
import type { AmiRole } from './ami/actions.ts';
import { AmiLink, type AmiLinkOptions, type LinkState } from './ami/ami-link.ts';
import type { AmiMessage } from './ami/ami-message.ts';
import { type AmiLog, silentLog } from './ami/log.ts';
import { OnDemandLink, type OnDemandState } from './ami/on-demand-link.ts';
import type { AmiAddress, AmiCredentials } from './ami/wire.ts';
import { createEventHints, type EventHints } from './events/event-hints.ts';
import { type AsteriskPort, createPbxPort } from './pbx-port/pbx-port.ts';

/** The logins that are always connected. */
export type KeptRole = Exclude<AmiRole, 'act'>;

export interface PbxConnectionOptions
  extends AmiAddress,
    Pick<AmiLinkOptions, 'deadlines' | 'backoff' | 'stableAfter' | 'wideRights'> {
  /** Without `act` calls cannot be transferred and no test calls be made. */
  logins: Readonly<Record<KeptRole, AmiCredentials> & { act?: AmiCredentials | undefined }>;
  voicemailFiles?: number;
  log?: AmiLog;
}

export interface LoginState {
  state: LinkState;
  /** Why it is not ready. */
  reason?: string;
}

/** One PBX: four logins kept connected, one connected when it is needed, and what they are for. */
export interface PbxConnection {
  port: AsteriskPort;
  hints: EventHints;
  /** Every event of the events login as it came: untrusted, for the live view. Gives the function that ends it. */
  onEvent(listener: (event: AmiMessage) => void): () => void;
  state(): Record<KeptRole, LoginState>;
  /** The login that acts on calls; with `isTried` it is connected, to see whether that goes well. */
  actState(isTried?: boolean): Promise<OnDemandState>;
  /** True while query, sync and config are ready. Without events we only learn of changes later. */
  readonly ready: boolean;
  /** Returns at once; an aborted signal stops it. */
  start(signal?: AbortSignal): void;
  stop(): Promise<void>;
  /** True while the logins that hear events and that read are ready. */
  readonly hears: boolean;
  /** Each time that it begins to hear. */
  onHears(listener: () => void): () => void;
  /** Each time that it heard and does no longer. */
  onDeaf(listener: (reason: string) => void): () => void;
  /** Each time that it becomes ready: the moment for a full audit. */
  onReady(listener: () => void): () => void;
  /** Each time that it was ready and is no longer. */
  onDown(listener: (reason: string) => void): () => void;
}

const ROLES: readonly KeptRole[] = ['events', 'query', 'sync', 'config'];
/** The logins without which nothing can be read or written. */
const REQUIRED: readonly KeptRole[] = ['query', 'sync', 'config'];
/** The logins that it takes to know what happens: one hears of it, the other reads what was missed. */
const HEARING: readonly KeptRole[] = ['events', 'query'];

export function connectPbx(options: PbxConnectionOptions): PbxConnection {
  const { host, port, tls, logins, voicemailFiles, log = silentLog, ...linkOptions } = options;
  const address: AmiAddress = { host, port, ...(tls ? { tls } : {}) };
  const linkOf = (role: KeptRole) => new AmiLink({ ...linkOptions, role, address, credentials: logins[role], log });
  const links: Record<KeptRole, AmiLink> = {
    events: linkOf('events'),
    query: linkOf('query'),
    sync: linkOf('sync'),
    config: linkOf('config'),
  };
  const { deadlines, wideRights } = linkOptions;
  const act = new OnDemandLink({
    role: 'act',
    address,
    credentials: logins.act,
    log,
    ...(deadlines === undefined ? {} : { deadlines }),
    ...(wideRights === undefined ? {} : { wideRights }),
  });
  const emitter = new EventEmitter();
  let ready = false;
  let hears = false;

  for (const role of HEARING) {
    links[role].on('ready', () => {
      if (hears || HEARING.some((one) => links[one].state !== 'ready')) return;
      hears = true;
      emitter.emit('hears');
    });
    links[role].on('down', (reason) => {
      if (!hears) return;
      hears = false;
      emitter.emit('deaf', `${role}: ${reason}`);
    });
  }
  for (const role of REQUIRED) {
    links[role].on('ready', () => {
      if (ready || REQUIRED.some((one) => links[one].state !== 'ready')) return;
      ready = true;
      emitter.emit('ready');
    });
    links[role].on('down', (reason) => {
      if (!ready) return;
      ready = false;
      emitter.emit('down', `${role}: ${reason}`);
    });
  }

  const listen = (name: 'ready' | 'down' | 'hears' | 'deaf', listener: (reason: string) => void) => {
    emitter.on(name, listener);
    return () => void emitter.off(name, listener);
  };

  return {
    port: createPbxPort({ links: { ...links, act }, log, ...(voicemailFiles === undefined ? {} : { voicemailFiles }) }),
    hints: createEventHints(links.events),
    onEvent: (listener) => links.events.on('event', listener),
    state: () => ({
      events: stateOf(links.events),
      query: stateOf(links.query),
      sync: stateOf(links.sync),
      config: stateOf(links.config),
    }),
    async actState(isTried = false) {
      if (isTried) await act.use(async () => {}).catch(() => {});
      return act.state;
    },
    get ready() {
      return ready;
    },
    start(signal) {
      act.start();
      for (const role of ROLES) links[role].start(signal);
    },
    async stop() {
      await Promise.all([...ROLES.map((role) => links[role].stop()), act.stop()]);
    },
    get hears() {
      return hears;
    },
    onHears: (listener) => listen('hears', listener),
    onDeaf: (listener) => listen('deaf', listener),
    onReady: (listener) => listen('ready', listener),
    onDown: (listener) => listen('down', listener),
  };
}

function stateOf(link: AmiLink): LoginState {
  return link.reason === undefined ? { state: link.state } : { state: link.state, reason: link.reason };
}
