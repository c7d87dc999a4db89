import { normalMac } from '../../domain/phones/mac.ts';
import type { SipRequest } from './sip-text.ts';

/** A phone out of its box that asks the network for its server. All of it is a claim. */
export interface Subscription {
  mac: string;
  vendor: string;
  model: string;
  firmware: string;
  via: readonly string[];
  from: string;
  to: string;
  callId: string;
  cseq: string;
  /** Port of its Contact when that has the sender's address; undefined: the port it sent from. */
  port: number | undefined;
}

const PARAMETER = /^[\x20\x21\x23-\x5b\x5d-\x7e]{0,60}$/;

/**
 * `SUBSCRIBE` with `Event: ua-profile;profile-type="device";vendor=...;model=...;version=...`, From or To
 * `sip:MAC001565...@224.0.1.75` (Snom: `sip:MAC%3a000413...`). The form that phones use is older than RFC 6080.
 */
export function subscriptionOf(request: SipRequest, sender: string): Subscription | undefined {
  if (request.method !== 'SUBSCRIBE') return undefined;
  const [from, to, callId, cseq, event] = ['from', 'to', 'call-id', 'cseq', 'event'].map(request.one);
  const via = request.all('via');
  if (from === undefined || to === undefined || callId === undefined || cseq === undefined || event === undefined)
    return undefined;
  if (via.length === 0 || via.length > 4 || !/^\d{1,10} SUBSCRIBE$/.test(cseq)) return undefined;
  const parameters = parametersOf(event);
  const mac = macOf(from) ?? macOf(to);
  if (parameters === undefined || parameters.get('profile-type') !== 'device' || mac === undefined) return undefined;
  const word = (name: string) => parameters.get(name) ?? '';
  return {
    ...{ mac, vendor: word('vendor'), model: word('model'), firmware: word('version') },
    ...{ via, from, to, callId, cseq },
    port: portOf(request.one('contact') ?? '', sender),
  };
}

/** `ua-profile;a=b;c="d"`; undefined when it is something else. */
function parametersOf(event: string): Map<string, string> | undefined {
  const [name, ...rest] = event.split(';');
  if (name?.trim().toLowerCase() !== 'ua-profile') return undefined;
  const found = new Map<string, string>();
  for (const part of rest) {
    const [, key, quoted, plain] = /^\s*([a-z-]{1,30})\s*=\s*(?:"([^"]*)"|([^\s"]*))\s*$/i.exec(part) ?? [];
    const value = quoted ?? plain;
    if (key !== undefined && value !== undefined && PARAMETER.test(value)) found.set(key.toLowerCase(), value);
  }
  return found;
}

function macOf(address: string): string | undefined {
  const [, user] = /<?sips?:(?:MAC)?(?:%3a|:)?([0-9a-f]{12}|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2})@/i.exec(address) ?? [];
  return user === undefined ? undefined : normalMac(user);
}

/** An answer goes to nobody but who asked: of the Contact only the port counts, and only with the sender's address. */
function portOf(contact: string, sender: string): number | undefined {
  const [, host, port] = /sip:(?:[^@<>\s]{1,100}@)?(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?/i.exec(contact) ?? [];
  if (host !== sender) return undefined;
  const number = Number(port ?? 5060);
  return number >= 1024 && number <= 65_535 ? number : undefined;
}
