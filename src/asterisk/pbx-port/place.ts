import { LinekeeperError } from '../../errors.ts';
import { isAstDb, type Ref } from '../../plan/pbx-object.ts';
import { fnv1a } from './fnv.ts';

/** Where an object is kept. */
export type Place = AstDbPlace | FilePlace;

export interface AstDbPlace {
  in: 'astdb';
  /** `linekeeper/endpoint`, `linekeeper/extension/acme` */
  family: string;
  key: string;
}

export type FilePlace = MailboxPlace | ContextPlace;

export interface MailboxPlace {
  in: 'voicemail';
  file: string;
  category: string;
  /** The mailbox number. */
  variable: string;
}

export interface ContextPlace {
  in: 'companies';
  file: string;
  category: string;
}

export const ROOT = 'linekeeper';
export const COMPANIES_FILE = 'linekeeper-companies.conf';

/** No `/`: (`a/b`, `c`) and (`a`, `b/c`) are one key. No `%`, `_`: wildcards of DBGetTree. */
const PLAIN = /^[a-z]+\/[A-Za-z0-9+@.-]{1,80}$/;
const BELOW_COMPANY = /^extension\/[A-Za-z0-9+@.-]{1,80}\/[A-Za-z0-9+@.-]{1,80}$/;
const CATEGORY = /^[A-Za-z0-9][A-Za-z0-9.-]{0,78}$/;
const MAILBOX = /^[0-9]{1,20}$/;
/** Sections with a meaning of their own in voicemail.conf and extensions.conf. */
const RESERVED = new Set(['general', 'globals', 'zonemessages', 'default']);

export function voicemailFile(index: number): string {
  return `${ROOT}-voicemail-${String(index).padStart(2, '0')}.conf`;
}

/**
 * The file of a mailbox, by its CONTEXT, so that a context is never spread over files. When a user changes the PIN by
 * phone, app_voicemail looks at the first section with the context's name only; with the mailbox in a second one it
 * says "We could not find the mailbox", sends no event and keeps the old PIN, while the user hears that it was
 * changed (measured on 22.10.1).
 */
export function voicemailFileOf(context: string, files: number): string {
  return voicemailFile(fnv1a(context) % files);
}

/** @throws LinekeeperError AMI_UNSAFE_VALUE when the ref cannot be a name on the PBX */
export function placeOf(ref: Ref, voicemailFiles: number): Place {
  if (isAstDb(ref)) {
    if (!(ref.startsWith('extension/') ? BELOW_COMPANY : PLAIN).test(ref)) throw unsafe(ref);
    const at = ref.lastIndexOf('/');
    return { in: 'astdb', family: `${ROOT}/${ref.slice(0, at)}`, key: ref.slice(at + 1) };
  }
  const [kind, ...parts] = ref.split('/');
  const [name = '', ...more] = parts;
  if (more.length > 0) throw unsafe(ref);
  if (kind === 'context') {
    if (!isCategory(name)) throw unsafe(ref);
    return { in: 'companies', file: COMPANIES_FILE, category: name };
  }
  const [number = '', context = '', ...rest] = name.split('@');
  if (kind !== 'mailbox' || rest.length > 0 || !MAILBOX.test(number) || !isCategory(context)) throw unsafe(ref);
  return { in: 'voicemail', file: voicemailFileOf(context, voicemailFiles), category: context, variable: number };
}

function isCategory(name: string): boolean {
  return CATEGORY.test(name) && !RESERVED.has(name.toLowerCase());
}

function unsafe(ref: Ref): LinekeeperError {
  return new LinekeeperError('AMI_UNSAFE_VALUE', `${JSON.stringify(ref.slice(0, 100))} cannot be a name on the PBX.`);
}
