import type { Observation, PbxPort, Write, WriteResult } from '../../src/plan/ports.ts';
import type { PbxLinks } from '../../src/reconciler/fleet.ts';

/**
 * The far side of the reconciler's port as a Map, for tests of what stands above the reconciler. How Asterisk behaves is
 * tested against Asterisk.
 */
export interface MemoryPort extends PbxPort {
  readonly objects: Map<string, string>;
  /** Writes of these refs are refused. */
  readonly refused: Set<string>;
  /** The links as the fleet wants them; offline until `connect`. */
  readonly links: PbxLinks;
  connect(): void;
}

export function createMemoryPort(): MemoryPort {
  const objects = new Map<string, string>();
  const refused = new Set<string>();
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
    observe: async (): Promise<Observation> => ({ objects: new Map(objects), foreignEndpoints: new Set() }),
    observeRefs: async (refs) => new Map(refs.map((ref) => [ref, objects.get(ref)])),
    apply: async (writes) => writes.map(write),
    reload: async () => {},
    dropRegistrations: async () => {},
    registeredAors: async () => [],
    channelsOf: async () => [],
    endCalls: async () => 0,
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
