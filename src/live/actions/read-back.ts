import type { Ended } from '../../asterisk/pbx-port/channels.ts';
import type { PbxContact } from '../../asterisk/pbx-port/contacts.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { ActingPort } from './deps.ts';

/** What became of registrations: how many there were and are gone, and how many of them are there still. */
export interface Dropped {
  dropped: number;
  left: number;
}

/**
 * Looks who is registered; the function that it gives throws them off and looks again. A phone that has registered anew meanwhile is
 * not one that was left.
 */
export async function dropContacts(
  port: Pick<ActingPort, 'contactsOf' | 'dropRegistrations'>,
  endpoints: readonly string[],
): Promise<() => Promise<Dropped>> {
  const before = await contactsOf(port, endpoints);
  return async () => {
    await port.dropRegistrations(endpoints);
    const present = new Set((await contactsOf(port, endpoints)).map(keyOf));
    const left = before.filter((contact) => present.has(keyOf(contact))).length;
    return { dropped: before.length - left, left };
  };
}

export async function endCallsOf(
  port: Pick<ActingPort, 'channelsOf' | 'endCalls'>,
  endpoints: readonly string[],
): Promise<Ended> {
  const ended = await port.endCalls(endpoints);
  return { ended, stillUp: (await port.channelsOf(endpoints)).length };
}

/** A part that fails does not hide what the others did: `error` says why, its counts are those of nothing done. */
export async function attempt<T extends object>(
  work: () => Promise<T>,
  nothing: T,
): Promise<T & { error: string | null }> {
  try {
    return { ...(await work()), error: null };
  } catch (error) {
    if (!isLinekeeperError(error)) throw error;
    return { ...nothing, error: `${error.code}: ${messageOf(error)}` };
  }
}

export const NOTHING_DROPPED: Dropped = { dropped: 0, left: 0 };
export const NOTHING_ENDED: Ended = { ended: 0, stillUp: 0 };

async function contactsOf(port: Pick<ActingPort, 'contactsOf'>, endpoints: readonly string[]): Promise<PbxContact[]> {
  return (await Promise.all(endpoints.map((endpoint) => port.contactsOf(endpoint)))).flat();
}

function keyOf({ uri, expiresAt }: PbxContact): string {
  return `${expiresAt} ${uri}`;
}
