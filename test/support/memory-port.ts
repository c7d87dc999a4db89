import type { PbxContact } from '../../src/asterisk/pbx-port/contacts.ts';
import type { LiveChannel } from '../../src/asterisk/pbx-port/live-channels.ts';
import { LinekeeperError } from '../../src/errors.ts';
import type { ActingPort } from '../../src/live/actions/deps.ts';
import type { Observation, PbxPort, Write, WriteResult } from '../../src/plan/ports.ts';
import type { PbxLinks } from '../../src/reconciler/fleet.ts';

/**
 * The far side of the reconciler's port as a Map, for tests of what stands above the reconciler. How Asterisk behaves is
 * tested against Asterisk.
 */
export interface MemoryPort extends PbxPort, ActingPort {
  readonly objects: Map<string, string>;
  /** What is up. */
  readonly live: LiveChannel[];
  /** Phones by endpoint. */
  readonly contacts: Map<string, PbxContact[]>;
  /** Puts up a channel of this endpoint. */
  addChannel(endpoint: string, linkedId: string): void;
  /** Writes of these refs are refused. */
  readonly refused: Set<string>;
  /** The links as the fleet wants them; offline until `connect`. */
  readonly links: PbxLinks;
  connect(): void;
}

export function createMemoryPort(): MemoryPort {
  const objects = new Map<string, string>();
  const refused = new Set<string>();
  const live: LiveChannel[] = [];
  const contacts = new Map<string, PbxContact[]>();
  let listener: (isReady: boolean, reason: string | undefined) => void = () => {};
  const write = ({ ref, after }: Write): WriteResult => {
    if (refused.has(ref))
      return { ref, ok: false, code: 'AMI_REFUSED', reason: 'refused by the test', retryable: false };
    if (after === undefined) objects.delete(ref);
    else objects.set(ref, after);
    return { ref, ok: true };
  };
  const port: MemoryPort = {
    objects,
    refused,
    live,
    contacts,
    observe: async (): Promise<Observation> => ({ objects: new Map(objects), foreignEndpoints: new Set() }),
    observeRefs: async (refs) => new Map(refs.map((ref) => [ref, objects.get(ref)])),
    apply: async (writes) => writes.map(write),
    reload: async () => {},
    dropRegistrations: async (aors) => {
      for (const aor of aors) contacts.delete(aor);
    },
    registeredAors: async () => [],
    channelsOf: async () => [],
    endCalls: async () => 0,
    addChannel(endpoint, linkedId) {
      const uniqueId = `${linkedId}${live.length === 0 ? '' : live.length}`;
      const nobody = { callerNumber: null, callerName: null, connectedNumber: null, connectedName: null };
      const place = { context: 'linekeeper-phone', exten: '*43', application: 'Echo', bridgeId: null, seconds: 1 };
      const name = `PJSIP/${endpoint}-${String(live.length).padStart(8, '0')}`;
      live.push({ name, uniqueId, linkedId, state: 'Up', ...place, ...nobody });
    },
    liveChannels: async () => [...live],
    contactsOf: async (aor) => contacts.get(aor) ?? [],
    async endCall(linkedId) {
      const staying = live.filter((channel) => channel.linkedId !== linkedId);
      const ended = live.length - staying.length;
      live.splice(0, live.length, ...staying);
      return { ended, stillUp: 0 };
    },
    transfer: async () => {
      throw new LinekeeperError('PBX_ACTIONS_UNAVAILABLE', 'not in memory');
    },
    startTestCall: async () => {
      throw new LinekeeperError('PBX_ACTIONS_UNAVAILABLE', 'not in memory');
    },
    sendMessage: async ({ text }) => {
      if (text === 'refuse') throw new LinekeeperError('AMI_REFUSED', 'refused by the test');
    },
    connect: () => listener(true, undefined),
    links: {
      get port() {
        return port;
      },
      start() {},
      async stop() {},
      onChange(heard) {
        listener = heard;
        heard(false, 'not connected by the test');
      },
      onHint() {},
      version: async () => 'memory',
    },
  };
  return port;
}
