import { parentPort, workerData } from 'node:worker_threads';
import type { AmiLog } from '../ami/log.ts';
import { connectPbx, type PbxConnectionOptions } from '../pbx-connection.ts';
import {
  type Call,
  type FromThread,
  type Method,
  type Methods,
  packError,
  packObservation,
  packResults,
  unpackWrites,
} from './protocol.ts';

/** The thread of one PBX: its logins, and all that is said on them. */
const port = parentPort!;
const post = (message: FromThread) => port.postMessage(message);

const logAt =
  (level: keyof AmiLog) =>
  (fields: object, message: string): void =>
    post({ type: 'log', level, fields: plain(fields), message });
const log: AmiLog = { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };

const connection = connectPbx({ ...(workerData as Omit<PbxConnectionOptions, 'log'>), log });
connection.onReady(() => post({ type: 'ready' }));
connection.onDown((reason) => post({ type: 'down', reason }));
connection.hints.on('fullyBooted', () => post({ type: 'hint', hint: { type: 'restarted' } }));
connection.hints.on('pinChanged', (mailbox) => post({ type: 'hint', hint: { type: 'pinChanged', ...mailbox } }));

const methods: { [Name in Method]: (argument: never) => unknown } = {
  start: () => connection.start(),
  stop: () => connection.stop(),
  observe: async () => packObservation(await connection.port.observe()),
  observeRefs: async (refs: Parameters<Methods['observeRefs']>[0]) => {
    const found = await connection.port.observeRefs(refs);
    return refs.map((ref) => found.get(ref));
  },
  apply: async (writes: Parameters<Methods['apply']>[0]) =>
    packResults(await connection.port.apply(unpackWrites(writes))),
  reload: (what: Parameters<Methods['reload']>[0]) => connection.port.reload(what),
  dropRegistrations: (aors: readonly string[]) => connection.port.dropRegistrations(aors),
  contactsOf: (aor: string) => connection.port.contactsOf(aor),
  version: () => connection.port.version(),
  counters: () => ({ ...connection.port.counters }),
  logins: () => connection.state(),
  lastRejection: (account: string) => connection.hints.lastRejection(account),
};

port.on('message', ({ id, method, argument }: Call) => {
  Promise.resolve()
    .then(() => methods[method](argument as never))
    .then(
      (value) => post({ type: 'answer', id, value }),
      (error: unknown) => post({ type: 'error', id, error: packError(error) }),
    );
});

/** Errors in the fields of a log line, as values that reach the other thread whole. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? packError(value) : value]),
  );
}
