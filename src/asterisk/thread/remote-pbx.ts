import { EventEmitter } from 'node:events';
import { LinekeeperError } from '../../errors.ts';
import type { PbxPort } from '../../plan/ports.ts';
import type { AmiRole } from '../ami/actions.ts';
import { silentLog } from '../ami/log.ts';
import type { PbxRejection } from '../events/rejections.ts';
import type { LoginState, PbxConnectionOptions } from '../pbx-connection.ts';
import type { PbxContact } from '../pbx-port/contacts.ts';
import type { PbxCounters } from '../pbx-port/counters.ts';
import {
  type Call,
  type FromThread,
  type Hint,
  type Method,
  type Methods,
  packWrites,
  unpackError,
  unpackObservation,
  unpackResults,
} from './protocol.ts';
import { startThread } from './start-thread.ts';

/** The port, and what doctor and verify ask besides. Everything throws LinekeeperError. */
export interface RemotePort extends PbxPort {
  /** The phones registered at an aor now. */
  contactsOf(aor: string): Promise<PbxContact[]>;
  /** Asterisk's own version, `22.10.1`. */
  version(): Promise<string>;
  /** What was sent to the PBX so far. */
  counters(): Promise<PbxCounters>;
}

/**
 * One PBX whose logins live in a thread of their own: what an import writes, what an audit reads and whatever Asterisk
 * says is coded, checked and parsed there, beside the thread that answers the API.
 */
export interface RemotePbx {
  port: RemotePort;
  logins(): Promise<Record<AmiRole, LoginState>>;
  /** Why Asterisk last turned this SIP account away. */
  lastRejection(account: string): Promise<PbxRejection | undefined>;
  start(): void;
  stop(): Promise<void>;
  /** Each time that it becomes ready: the moment for a full audit. */
  onReady(listener: () => void): void;
  /** Each time that it was ready and is no longer. */
  onDown(listener: (reason: string) => void): void;
  onHint(listener: (hint: Hint) => void): void;
}

export function connectRemotePbx({ log = silentLog, ...options }: PbxConnectionOptions): RemotePbx {
  const worker = startThread({ workerData: options, name: 'pbx' });
  const emitter = new EventEmitter();
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let nextId = 0;
  let isOver = false;

  worker.on('message', (message: FromThread) => {
    switch (message.type) {
      case 'answer':
      case 'error': {
        const call = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.type === 'answer') call?.resolve(message.value as never);
        else call?.reject(unpackError(message.error));
        break;
      }
      case 'log':
        log[message.level](message.fields, message.message);
        break;
      case 'down':
        emitter.emit('down', message.reason);
        break;
      case 'hint':
        emitter.emit('hint', message.hint);
        break;
      case 'ready':
        emitter.emit('ready');
        break;
    }
  });
  const fail = (error: Error) => {
    isOver = true;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', (error) => {
    fail(over());
    // A bug, like any other exception that nobody caught: it ends the daemon in order.
    throw error;
  });
  worker.on('exit', (code) => {
    if (isOver) return;
    fail(over());
    throw new Error(`the thread of a PBX ended with ${code}`);
  });

  function call<Name extends Method>(
    method: Name,
    argument?: Parameters<Methods[Name]>[0],
  ): Promise<ReturnType<Methods[Name]>> {
    if (isOver) return Promise.reject(over());
    const id = nextId++;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, argument } satisfies Call);
    });
  }

  return {
    port: {
      observe: async () => unpackObservation(await call('observe')),
      async observeRefs(refs) {
        const values = await call('observeRefs', refs);
        return new Map(refs.map((ref, index) => [ref, values[index]]));
      },
      apply: async (writes) => unpackResults(writes, await call('apply', packWrites(writes))),
      reload: (what) => call('reload', what),
      dropRegistrations: (aors) => call('dropRegistrations', aors),
      contactsOf: (aor) => call('contactsOf', aor),
      version: () => call('version'),
      counters: () => call('counters'),
    },
    logins: () => call('logins'),
    lastRejection: (account) => call('lastRejection', account),
    start() {
      void call('start');
    },
    async stop() {
      if (isOver) return;
      await call('stop');
      fail(over());
      await worker.terminate();
    },
    onReady: (listener) => void emitter.on('ready', listener),
    onDown: (listener) => void emitter.on('down', listener),
    onHint: (listener) => void emitter.on('hint', listener),
  };
}

function over(): LinekeeperError {
  return new LinekeeperError('PBX_UNREACHABLE', 'The links to this PBX were closed.');
}
