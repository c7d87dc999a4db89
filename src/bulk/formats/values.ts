import { CODECS } from '../../domain/sip-account.ts';
import type { Draft, MapContext } from './format.ts';
import { forwardTarget, phoneNumber } from './phone.ts';

const YES = new Set(['yes', 'true', '1', 'on', 'enabled', 'y']);

export function isYes(text: string): boolean {
  return YES.has(text.toLowerCase());
}

/** What systems write into columns that nobody uses: not worth telling that these are not read. */
const IDLE = new Set(['', '0', 'no', 'false', 'off', 'none', 'default', 'disabled', 'dontcare', 'inherit', 'n/a', '-']);

export function isIdle(text: string): boolean {
  return IDLE.has(text.trim().toLowerCase());
}

/** Whether it may be kept is judged with the row; only what would change on the way is left behind here. */
export function setSecret(draft: Draft, column: string, raw: string): void {
  if (raw !== raw.trim()) draft.drop(column, 'the secret begins or ends with a space: a new one is made');
  else draft.set('sip_secret', raw);
}

export function setPin(draft: Draft, column: string, pin: string): void {
  if (pin === '') return;
  if (/^[0-9]{4,6}$/.test(pin)) draft.set('mailbox_pin', pin);
  else draft.drop(column, 'the PIN does not have 4 to 6 digits: a random one is made');
}

export function setMailboxEmail(draft: Draft, column: string, text: string): void {
  const [first, ...more] = text.split(/[\s,;|]+/).filter((address) => address !== '');
  draft.set('mailbox_email', first ?? '');
  if (more.length > 0) draft.drop(column, 'a mailbox has one address: the others are left out');
}

const RING = { min: 5, max: 120 };

export function setRingSeconds(draft: Draft, column: string, text: string): void {
  if (!/^[0-9]{1,6}$/.test(text)) {
    if (text !== '') draft.drop(column, 'is no number of seconds');
    return;
  }
  const seconds = Number(text);
  if (seconds === 0) return;
  const kept = Math.min(Math.max(seconds, RING.min), RING.max);
  if (kept !== seconds) draft.change(column, `rings ${kept} seconds: ${RING.min} to ${RING.max} are possible`);
  draft.set('ring_seconds', String(kept));
}

const MAX_CONTACTS = 10;

export function setMaxContacts(draft: Draft, column: string, text: string): void {
  if (!/^[0-9]{1,6}$/.test(text) || Number(text) === 0) return;
  const kept = Math.min(Number(text), MAX_CONTACTS);
  if (kept !== Number(text)) draft.change(column, `${MAX_CONTACTS} phones at once are possible`);
  draft.set('max_contacts', String(kept));
}

const KNOWN = new Set<string>(CODECS);
/** Names of RFC 3551 and of other systems. */
const SAME: Record<string, string> = { pcma: 'alaw', pcmu: 'ulaw', 'g.722': 'g722', 'g.729': 'g729', g729a: 'g729' };

export function setCodecs(draft: Draft, column: string, names: readonly string[]): void {
  const kept = new Set<string>();
  let unknown = 0;
  for (const name of names) {
    const lower = name.toLowerCase();
    const codec = SAME[lower] ?? lower;
    if (KNOWN.has(codec)) kept.add(codec);
    else unknown++;
  }
  draft.set('codecs', [...kept].join(' '));
  if (unknown > 0) draft.drop(column, `names ${unknown} of the codecs that are not offered (${CODECS.join(', ')} are)`);
}

export function setPickupGroup(draft: Draft, column: string, text: string): void {
  const [first, ...more] = text
    .toLowerCase()
    .split(/[\s,&|]+/)
    .filter((group) => group !== '');
  if (first === undefined) return;
  const group = first.replace(/[_.]/g, '-');
  if (!/^[a-z0-9][a-z0-9-]{0,19}$/.test(group)) {
    draft.drop(column, 'a pickup group has 1 to 20 letters, digits and hyphens');
    return;
  }
  draft.set('pickup_group', group);
  if (group !== first) draft.change(column, 'the pickup group is written with hyphens');
  if (more.length > 0) draft.drop(column, 'an extension has one pickup group: the others are left out');
}

export function setForward(draft: Draft, column: string, target: string, text: string, { country }: MapContext): void {
  if (text === '') return;
  const to = forwardTarget(text, country);
  if (to === undefined) draft.drop(column, 'forwards to something that is neither an extension nor a phone number');
  else draft.set(target, to);
}

export function setPhoneNumbers(draft: Draft, column: string, texts: readonly string[], { country }: MapContext): void {
  const numbers = texts.map((text) => phoneNumber(text, country));
  const kept = new Set(numbers.filter((number) => number !== undefined));
  draft.set('phone_numbers', [...kept].join(' '));
  if (kept.size === 0 && texts.length > 0) draft.drop(column, 'is no phone number of the country of the company');
  else if (numbers.includes(undefined)) draft.drop(column, 'holds something that is no phone number');
}

/** First and last name of a person with an account; without an address there is nothing to log in with, so no user. */
export function setUser(draft: Draft, email: string, first: string, last: string): void {
  if (email === '') return;
  draft.set('user', email);
  draft.set('email', email);
  draft.set('first_name', first);
  draft.set('last_name', last);
}

/** Options of a mailbox as voicemail.conf has them: `attach=yes|delete=no|tz=central`. */
export function setMailboxOptions(draft: Draft, column: string, text: string): void {
  for (const option of text.split('|')) {
    const [name = '', value = ''] = option.split('=').map((part) => part.trim());
    if (name === 'attach') draft.set('mailbox_attach', isYes(value) ? 'yes' : 'no');
    else if (name === 'delete') draft.set('mailbox_delete_after_mail', isYes(value) ? 'yes' : 'no');
    else if (name === 'tz') draft.drop(column, 'the time zone of the mailbox is a name of the other PBX');
    else if (name !== '' && !isIdle(value)) draft.drop(column, `the mailbox option ${optionName(name)}`);
  }
}

function optionName(name: string): string {
  return /^[a-z_]{1,30}$/i.test(name) ? `"${name}" is not kept` : 'is not known';
}

/** What a mailbox's columns are called here. */
export const MAILBOX_COLUMNS = [
  'mailbox',
  'mailbox_pin',
  'mailbox_email',
  'mailbox_attach',
  'mailbox_delete_after_mail',
] as const;
