import { setImmediate as turn } from 'node:timers/promises';
import type { PbxContact } from '../../asterisk/pbx-port/pbx-port.ts';
import type { LiveRegistration } from '../../domain/feed/registration.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { isEndpointName } from '../directory/create-directory.ts';
import type { Directory, EndpointOwner } from '../directory.ts';
import type { Topic } from '../feed/topic.ts';
import type { LiveLink } from '../link.ts';
import { Touched } from '../touched.ts';
import { Accounts } from './accounts.ts';
import { ContactReads } from './contact-reads.ts';
import { endpointOfDevice, hear, stateOf } from './hearing.ts';

export interface RegistrationsOptions {
  link: LiveLink;
  directory: Directory;
  topic: Topic<LiveRegistration>;
  log: Logger;
  now?: () => number;
}

export interface Registrations {
  /** Accounts of ours that have, or had since the start, a phone. */
  items(): LiveRegistration[];
  /** SIP accounts with a phone, by company. */
  counts(): Map<string, number>;
  /** Extensions of which somebody is registered now. */
  extensionIds(): Set<string>;
  /** Resolves when all that was heard is on the topic. For tests. */
  settled(): Promise<void>;
  stop(): void;
}

/** Expiry times move, and contacts go, without a word. */
const READ_ALL_MS = 60_000;
const RETRY_MS = 1000;
const EXPIRY_MS = 10_000;
/** Asterisk takes a contact away up to half a minute after its time (measured). */
const LATE_MS = 45_000;
/** What changes within this is told at once. */
const TOGETHER_MS = 20;
/** Items that are made in one turn of the event loop. */
const CHUNK = 500;

/** Keeps the topic of one PBX's registrations: contacts as they stand in its AstDB, and the states of its devices. */
export function createRegistrations({
  link,
  directory,
  topic,
  log,
  now = Date.now,
}: RegistrationsOptions): Registrations {
  const { pbxId, port } = link;
  const accounts = new Accounts(now);
  const items = new Map<string, LiveRegistration>();
  const touched = new Touched(TOGETHER_MS, publish, (err) => log.error({ err }, 'registrations were not told'));
  const reads = new ContactReads({ port, onRead, log });
  let deafSince: { at: number; reason: string } | undefined;
  let snapshots = 0;
  let retry: NodeJS.Timeout | undefined;
  let hasToldOfStates = false;

  function onRead(found: ReadonlyMap<string, readonly PbxContact[]>, aors: readonly string[] | undefined) {
    const changed = new Set<string>();
    const set = (endpoint: string, contacts: readonly PbxContact[]) => {
      if (accounts.setContacts(endpoint, contacts)) changed.add(endpoint);
    };
    if (aors === undefined) {
      for (const endpoint of accounts.names()) if (!found.has(endpoint)) set(endpoint, []);
    }
    for (const [endpoint, contacts] of found) if (isEndpointName(endpoint)) set(endpoint, contacts);
    touched.add(changed);
    return changed;
  }

  /** What these are now; whoever is not ours is forgotten. */
  async function publish(endpoints: readonly string[]): Promise<void> {
    for (let from = 0; from < endpoints.length; from += CHUNK) {
      if (from > 0) await turn();
      await publishSome(endpoints.slice(from, from + CHUNK));
    }
  }

  async function publishSome(endpoints: readonly string[]): Promise<void> {
    const owners = await directory.endpoints(pbxId, endpoints);
    for (const endpoint of endpoints) {
      const owner = owners.get(endpoint);
      const item = owner === undefined ? undefined : accounts.item(pbxId, owner);
      if (owner !== undefined && item !== undefined) put(item, owner);
      else {
        if (owner === undefined) accounts.forget(endpoint);
        items.delete(endpoint);
        topic.remove(`${pbxId}/${endpoint}`);
      }
    }
  }

  function put(item: LiveRegistration, { companyId, extensionId, siteId, teamIds }: EndpointOwner): void {
    items.set(item.endpoint, item);
    const siteIds = siteId === null ? [] : [siteId];
    topic.set(item.id, item, { companyId, extensionIds: [extensionId], siteIds, teamIds });
  }

  async function readStates(): Promise<void> {
    try {
      const states = [...(await port.deviceStates())].flatMap(([device, word]) => {
        const endpoint = endpointOfDevice(device);
        const state = stateOf(word);
        return endpoint === undefined || state === undefined ? [] : [[endpoint, state] as const];
      });
      accounts.setStates(new Map(states));
    } catch (error) {
      if (!isLinekeeperError(error) || error.code !== 'AMI_REFUSED') throw error;
      if (!hasToldOfStates) log.warn('no device states from the PBX: it does not load res_manager_devicestate.so');
      hasToldOfStates = true;
    }
  }

  /** Everything anew; until it succeeds, or the link goes. */
  async function takeSnapshot(): Promise<void> {
    clearTimeout(retry);
    const mine = ++snapshots;
    try {
      await readStates();
      await reads.readAll();
      if (mine !== snapshots) return;
      touched.add(accounts.names());
      await touched.flush();
      reads.resume();
      if (deafSince === undefined) return;
      const { at, reason } = deafSince;
      deafSince = undefined;
      topic.gap({ pbxId, from: at, until: now(), reason });
    } catch (error) {
      if (mine !== snapshots) return;
      log.warn({ reason: messageOf(error) }, 'no snapshot of the registrations; tried again');
      retry = setTimeout(() => void takeSnapshot(), RETRY_MS);
    }
  }

  async function readAll(): Promise<void> {
    if (!link.isUp) return;
    try {
      await reads.readAll();
      // Names, sites and teams of extensions change, too.
      touched.add(accounts.names());
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the registrations could not be read');
    }
  }

  const offs = [
    link.onEvent((event) => {
      const heard = hear(event);
      switch (heard?.type) {
        case 'contacts':
          return reads.mark(heard.endpoint);
        case 'call':
          return reads.unmark(heard.endpoint);
        case 'contact':
          accounts.setReach(heard.endpoint, heard.uri, heard);
          reads.mark(heard.endpoint);
          return touched.add([heard.endpoint]);
        case 'device':
          accounts.setState(heard.endpoint, heard.state);
          return touched.add([heard.endpoint]);
      }
    }),
    port.onDropped((aors) => {
      for (const aor of aors) reads.mark(aor);
    }),
    link.onUp(() => void takeSnapshot()),
    link.onDown((reason) => {
      snapshots += 1;
      clearTimeout(retry);
      reads.pause();
      deafSince ??= { at: now(), reason };
    }),
  ];
  const timer = setInterval(() => void readAll(), READ_ALL_MS).unref();
  const expiry = setInterval(() => {
    for (const endpoint of accounts.expired(LATE_MS)) reads.mark(endpoint);
  }, EXPIRY_MS).unref();
  if (link.isUp) void takeSnapshot();

  return {
    items: () => [...items.values()],
    counts() {
      const counts = new Map<string, number>();
      for (const { companyId, since } of items.values()) {
        if (since !== null && companyId !== null) counts.set(companyId, (counts.get(companyId) ?? 0) + 1);
      }
      return counts;
    },
    extensionIds() {
      const ids = new Set<string>();
      for (const { extensionId, since } of items.values())
        if (since !== null && extensionId !== null) ids.add(extensionId);
      return ids;
    },
    settled: () => touched.flush(),
    stop() {
      snapshots += 1;
      for (const off of offs) off();
      clearInterval(timer);
      clearInterval(expiry);
      clearTimeout(retry);
      reads.pause();
      touched.stop();
      for (const { id } of items.values()) topic.remove(id);
    },
  };
}
