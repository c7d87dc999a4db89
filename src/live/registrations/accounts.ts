import { visible } from '../../asterisk/ami/text.ts';
import type { PbxContact } from '../../asterisk/pbx-port/pbx-port.ts';
import type { DeviceState, LiveContact, LiveRegistration } from '../../domain/feed/registration.ts';
import type { EndpointOwner } from '../directory.ts';
import type { ContactStatus } from './hearing.ts';

interface Account {
  contacts: readonly PbxContact[];
  /** Milliseconds since 1970; null: nobody is registered. */
  since: number | null;
}

interface Reach {
  status: ContactStatus;
  latencyMs: number | null;
}

const LONGEST = 500;
const MOST_CONTACTS = 100;
/** Of one account; older ones of phones that are gone give way. */
const MOST_REACHES = 20;

/** What one PBX said of SIP accounts, by endpoint. An aor of ours has the name of its endpoint. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #states = new Map<string, DeviceState>();
  readonly #reaches = new Map<string, Map<string, Reach>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Endpoints that have, or had, contacts. */
  names(): IterableIterator<string> {
    return this.#accounts.keys();
  }

  /** Those with a contact whose time was over within the last `withinMs`, by our own clock. */
  expired(withinMs: number): string[] {
    const now = this.#now();
    const isOver = ({ expiresAt }: PbxContact) => expiresAt * 1000 < now && expiresAt * 1000 > now - withinMs;
    return [...this.#accounts].filter(([, { contacts }]) => contacts.some(isOver)).map(([endpoint]) => endpoint);
  }

  /** True when it is news. */
  setContacts(endpoint: string, found: readonly PbxContact[]): boolean {
    const before = this.#accounts.get(endpoint);
    if (before === undefined && found.length === 0) return false;
    const contacts = [...found].sort((a, b) => (a.uri < b.uri ? -1 : 1));
    if (before !== undefined && sameContacts(before.contacts, contacts)) return false;
    const since = contacts.length === 0 ? null : (before?.since ?? this.#now());
    this.#accounts.set(endpoint, { contacts, since });
    const reaches = this.#reaches.get(endpoint);
    if (contacts.length === 0) this.#reaches.delete(endpoint);
    else if (reaches !== undefined) {
      for (const uri of reaches.keys()) if (!contacts.some((contact) => contact.uri === uri)) reaches.delete(uri);
    }
    return true;
  }

  setReach(endpoint: string, uri: string, reach: Reach): void {
    const reaches = this.#reaches.get(endpoint) ?? new Map<string, Reach>();
    this.#reaches.set(endpoint, reaches);
    reaches.delete(uri);
    reaches.set(uri, reach);
    if (reaches.size > MOST_REACHES) reaches.delete(reaches.keys().next().value!);
  }

  setState(endpoint: string, state: DeviceState): void {
    this.#states.set(endpoint, state);
  }

  /** A fresh list of all: what is not on it is not known. */
  setStates(states: ReadonlyMap<string, DeviceState>): void {
    this.#states.clear();
    for (const [endpoint, state] of states) this.#states.set(endpoint, state);
  }

  forget(endpoint: string): void {
    this.#accounts.delete(endpoint);
    this.#states.delete(endpoint);
    this.#reaches.delete(endpoint);
  }

  item(pbxId: string, owner: EndpointOwner): LiveRegistration | undefined {
    const { endpoint } = owner;
    const account = this.#accounts.get(endpoint);
    if (account === undefined) return undefined;
    const contacts = account.contacts.slice(0, MOST_CONTACTS).map((contact) => this.#contact(endpoint, contact));
    return {
      id: `${pbxId}/${endpoint}`,
      pbxId,
      companyId: owner.companyId,
      endpoint,
      extensionId: owner.extensionId,
      number: owner.number,
      name: owner.displayName,
      deviceState: deviceStateOf(this.#states.get(endpoint), contacts),
      contacts,
      since: account.since === null ? null : new Date(account.since).toISOString(),
    };
  }

  #contact(endpoint: string, contact: PbxContact): LiveContact {
    const reach = this.#reaches.get(endpoint)?.get(contact.uri);
    return {
      uri: visible(contact.uri, LONGEST),
      address: contact.address === null ? null : visible(contact.address, LONGEST),
      userAgent: visible(contact.userAgent, LONGEST),
      expiresAt: isoOf(contact.expiresAt * 1000),
      status: reach === undefined || reach.status === 'unknown' ? 'registered' : reach.status,
      latencyMs: reach?.latencyMs ?? null,
    };
  }
}

/**
 * Asterisk follows the contacts of those AORs only that it knew when it began: of a later one it says `unavailable` even
 * while its phone can be called (measured). So what it says of calls counts, and who is there the contacts tell.
 */
export function deviceStateOf(said: DeviceState | undefined, contacts: readonly LiveContact[]): DeviceState {
  const isThere = contacts.some(({ status }) => status !== 'unreachable');
  switch (said) {
    case undefined:
    case 'unknown':
    case 'unavailable':
    case 'invalid':
    case 'not_inuse':
      return isThere ? 'not_inuse' : 'unavailable';
    default:
      return said;
  }
}

function sameContacts(left: readonly PbxContact[], right: readonly PbxContact[]): boolean {
  return (
    left.length === right.length &&
    left.every((one, at) => {
      const other = right[at]!;
      return (
        one === other ||
        (one.uri === other.uri &&
          one.expiresAt === other.expiresAt &&
          one.address === other.address &&
          one.userAgent === other.userAgent)
      );
    })
  );
}

function isoOf(ms: number): string | null {
  const date = new Date(ms);
  return ms <= 0 || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
