import type { ConfigCategory } from './asterisk-ini.ts';
import { Draft } from './format.ts';
import {
  isYes,
  MAILBOX_COLUMNS,
  setCodecs,
  setMailboxEmail,
  setMailboxOptions,
  setMaxContacts,
  setPickupGroup,
  setPin,
  setSecret,
} from './values.ts';

/** Ours that an endpoint may fill. */
export const ASTERISK_COLUMNS: readonly string[] = [
  'extension',
  'display_name',
  'pickup_group',
  ...MAILBOX_COLUMNS,
  'account_kind',
  'codecs',
  'max_contacts',
  'sip_secret',
];

/** What becomes of one endpoint, or of something else that is to be told about. */
export interface AsteriskRow {
  line: number;
  /** The section's name. */
  name: string;
  draft: Draft;
}

export interface AsteriskExtensions {
  /** In the order of the lines. */
  rows: AsteriskRow[];
  /** Settings that nobody looked at, such as `endpoint.context`, with how many sections have them. */
  unread: Map<string, number>;
}

/** Settings that are looked at, or that say nothing here, by type of section. */
const READ: Record<string, ReadonlySet<string>> = {
  endpoint: new Set(
    (
      'type auth aors aor allow disallow callerid mailboxes webrtc named_pickup_group context transport ' +
      'direct_media dtmf_mode rtp_symmetric force_rport rewrite_contact outbound_auth use_avpf ice_support'
    ).split(' '),
  ),
  auth: new Set('type auth_type username password realm md5_cred password_digest'.split(' ')),
  aor: new Set('type max_contacts remove_existing contact qualify_frequency mailboxes'.split(' ')),
};

/** Sections of pjsip.conf that are told as a whole. */
const OTHER_TYPES: Record<string, string> = {
  registration: 'a registration with a carrier is not kept',
  identify: 'an endpoint known by its address is not kept',
  acl: 'an access list is not kept',
  wizard: 'a wizard is not read: send what "pjsip export config_wizard" or the long form has',
};

/**
 * pjsip.conf and voicemail.conf as rows of ours: sections with a `type` are PJSIP's, others hold mailboxes
 * (`1001 => pin,name,email,pager,options`, voicemail.conf.sample). Takes the sections of a file as well as what AMI
 * GetConfig answers for both files, one after the other.
 */
export function extensionsOfAsterisk(categories: readonly ConfigCategory[]): AsteriskExtensions {
  const sections = categories.filter(({ isTemplate }) => isTemplate !== true).map((from) => new Section(from));
  const result: AsteriskExtensions = { rows: [], unread: new Map() };
  const auths = byName(sections.filter(({ type }) => type === 'auth'));
  const aors = byName(sections.filter(({ type }) => type === 'aor'));
  const mailboxes = mailboxesOf(sections, result);
  for (const section of sections) {
    const draft = new Draft();
    result.rows.push({ line: section.line, name: section.name, draft });
    if (section.type === 'endpoint' && section.last('outbound_auth') !== undefined) {
      draft.skip('outbound_auth', 'a trunk is not kept');
    } else if (section.type === 'endpoint' && !/^[0-9]{2,10}$/.test(section.name)) {
      draft.skip('', 'the endpoint has no extension number for a name');
    } else if (section.type === 'endpoint') {
      mapEndpoint(section, draft, { auths, aors, mailboxes });
    } else if (section.type !== undefined && OTHER_TYPES[section.type] !== undefined) {
      draft.skip('type', OTHER_TYPES[section.type]!);
    } else {
      result.rows.pop();
    }
    countUnread(section, result.unread);
  }
  for (const mailbox of mailboxes.values()) {
    if (mailbox.isTaken) continue;
    const draft = new Draft();
    draft.skip(mailbox.number, 'no endpoint has this mailbox');
    result.rows.push({ line: mailbox.line, name: mailbox.context, draft });
  }
  result.rows.sort((a, b) => a.line - b.line);
  return result;
}

class Section {
  readonly name: string;
  readonly line: number;
  readonly type: string | undefined;
  readonly variables: ConfigCategory['variables'];

  constructor({ category, line = 0, variables }: ConfigCategory) {
    this.name = category;
    this.line = line;
    this.variables = variables;
    this.type = this.last('type')?.toLowerCase();
  }

  /** All values of a setting, which may stand there several times. */
  all(name: string): string[] {
    return this.variables.flatMap(([known, value]) => (known.toLowerCase() === name ? [value] : []));
  }

  last(name: string): string | undefined {
    return this.all(name).at(-1);
  }
}

interface Mailbox {
  number: string;
  context: string;
  line: number;
  /** `pin,name,email,pager,options` */
  fields: string[];
  isTaken: boolean;
}

interface Others {
  auths: Map<string, Section>;
  aors: Map<string, Section>;
  /** By `number@context`. */
  mailboxes: Map<string, Mailbox>;
}

function byName(sections: Section[]): Map<string, Section> {
  return new Map(sections.map((section) => [section.name, section]));
}

/** Sections of voicemail.conf that hold no mailboxes. */
const NO_CONTEXT = new Set(['general', 'zonemessages', 'global', 'system']);

function mailboxesOf(sections: Section[], result: AsteriskExtensions): Map<string, Mailbox> {
  const mailboxes = new Map<string, Mailbox>();
  for (const { name: context, line, type, variables } of sections) {
    if (type !== undefined || NO_CONTEXT.has(context.toLowerCase())) continue;
    for (const [number, value] of variables) {
      const key = `${number}@${context}`;
      if (!/^[0-9]{1,20}$/.test(number)) count(result.unread, `mailbox.${settingName(number)}`);
      else mailboxes.set(key, { number, context, line, fields: value.split(','), isTaken: false });
    }
  }
  return mailboxes;
}

function mapEndpoint(endpoint: Section, draft: Draft, { auths, aors, mailboxes }: Others): void {
  draft.set('extension', endpoint.name);
  const codecs: string[] = [];
  for (const value of endpoint
    .all('allow')
    .join(',')
    .split(/[,&\s]+/)) {
    // `!all,ulaw` takes the codecs so far away; `all` would be every codec Asterisk has.
    if (value === '!all') codecs.length = 0;
    else if (value !== '' && value !== 'all' && !value.startsWith('!')) codecs.push(value);
  }
  setCodecs(draft, 'allow', codecs);
  if (isYes(endpoint.last('webrtc') ?? '')) draft.set('account_kind', 'webrtc');
  setPickupGroup(draft, 'named_pickup_group', endpoint.last('named_pickup_group') ?? '');
  mapAuth(endpoint, draft, auths);
  const aorNames = namesOf(endpoint.last('aors'));
  const aor = aors.get(aorNames[0] ?? endpoint.name);
  if (aor !== undefined) {
    setMaxContacts(draft, 'max_contacts', aor.last('max_contacts') ?? '');
    if (aor.last('contact') !== undefined) draft.drop('contact', 'phones register here: a fixed contact is not kept');
  }
  if (aorNames.length > 1) draft.drop('aors', 'a SIP account has one aor: the others are left out');
  const mailbox = mailboxOf(endpoint, aor, mailboxes);
  const name = callerName(endpoint.last('callerid') ?? '') || (mailbox?.fields[1] ?? '').trim() || endpoint.name;
  draft.set('display_name', name);
  if (mailbox !== undefined) mapMailbox(mailbox, draft);
}

function namesOf(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function mapAuth(endpoint: Section, draft: Draft, auths: Map<string, Section>): void {
  const names = namesOf(endpoint.last('auth'));
  const auth = auths.get(names[0] ?? '');
  if (names.length > 1) draft.drop('auth', 'a SIP account has one secret: the others are left out');
  if (auth === undefined) {
    draft.drop('auth', 'the endpoint has no secret of its own: a new one is made');
    return;
  }
  const username = auth.last('username') ?? '';
  if (username !== '' && username !== endpoint.name) {
    draft.change('username', 'phones log in with the name of the SIP account here, which is made of the extension');
  }
  const password = auth.last('password') ?? '';
  const type = (auth.last('auth_type') ?? 'userpass').toLowerCase();
  if ((type === 'userpass' || type === 'digest') && password !== '') {
    setSecret(draft, 'password', password);
  } else {
    // RFC 2617: the realm is part of the digest, and ours is another.
    draft.drop('auth_type', 'a digest is made for the realm of the other PBX: a new secret is made');
  }
}

/** `1001@default`, of the endpoint or its aor; else the mailbox of the same number when there is only one. */
function mailboxOf(endpoint: Section, aor: Section | undefined, mailboxes: Map<string, Mailbox>): Mailbox | undefined {
  const named = namesOf(endpoint.last('mailboxes') ?? aor?.last('mailboxes'));
  for (const name of named) {
    const found = mailboxes.get(name.includes('@') ? name : `${name}@default`);
    if (found?.number === endpoint.name) return found;
  }
  return mailboxes.get(`${endpoint.name}@default`);
}

function mapMailbox(mailbox: Mailbox, draft: Draft): void {
  mailbox.isTaken = true;
  const [pin = '', , email = '', pager = '', ...options] = mailbox.fields.map((field) => field.trim());
  draft.set('mailbox', 'yes');
  // A minus before it: the owner may not change it by phone.
  setPin(draft, 'password', pin.replace(/^-/, ''));
  setMailboxEmail(draft, 'email', email);
  if (pager !== '') draft.drop('pager', 'a pager address is not kept');
  setMailboxOptions(draft, 'options', options.join('|'));
}

/** `"Anna Berg" <1001>`, `Anna Berg <1001>`; a bare number is no name. */
function callerName(callerid: string): string {
  const name = callerid
    .replace(/<[^>]*>\s*$/, '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  return /^[0-9+]*$/.test(name) ? '' : name;
}

function countUnread({ type, variables }: Section, unread: Map<string, number>): void {
  if (type === undefined) return;
  for (const name of unreadSettings(
    type,
    variables.map(([known]) => known.toLowerCase()),
  )) {
    count(unread, name);
  }
}

/** `endpoint.rtp_timeout`: those of the settings (in lower case) of such a section that nobody looks at, each once. */
export function unreadSettings(type: string, names: readonly string[]): string[] {
  const read = READ[type];
  if (read === undefined) return [];
  return [...new Set(names)].filter((name) => !read.has(name)).map((name) => `${type}.${settingName(name)}`);
}

/** Names are shown; what is no name may be a secret in the wrong place. */
function settingName(name: string): string {
  return /^[a-z0-9_/-]{1,40}$/i.test(name) ? name : '(no name)';
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
