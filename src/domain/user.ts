import { z } from 'zod';
import { emailSchema } from './mailbox.ts';
import { parseE164 } from './phone-number.ts';
import { rule } from './rule.ts';
import { text } from './text.ts';

/**
 * A user name may be an e-mail address. It is kept in Unicode's NFKC, so that what looks the same is the same: full-width
 * letters and letters with separate accents are no second account.
 */
export const usernameSchema = z
  .string()
  .overwrite((name) => name.normalize('NFKC'))
  .pipe(text(120));

/** Names that differ in the case of A to Z only are the same name. The database says the same (COLLATE NOCASE). */
export function foldUsername(username: string): string {
  return username.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export const languageSchema = rule(z.string(), 'LANGUAGE_INVALID', 'must be a language such as en, de or pt-BR', (v) =>
  /^[a-z]{2,3}(-[A-Z]{2})?$/.test(v),
);

/** Where a person is reached when the account is not: a phone number in E.164 or a plain e-mail address, brought into one form. */
export const personalContactSchema = rule(
  z
    .string()
    .max(200)
    .overwrite((contact) => normalContact(contact) ?? contact),
  'CONTACT_INVALID',
  'must be a phone number such as +4930123456 or a plain e-mail address',
  (contact) => normalContact(contact) === contact,
);

/** `+49 (30) 123456` is +4930123456; the domain of an e-mail address is lower case. undefined: it is neither. */
function normalContact(contact: string): string | undefined {
  const trimmed = contact.trim();
  if (!trimmed.includes('@')) return parseE164(trimmed);
  const at = trimmed.lastIndexOf('@');
  const address = trimmed.slice(0, at) + trimmed.slice(at).toLowerCase();
  return emailSchema.safeParse(address).success ? address : undefined;
}

const MAX_EXTERNAL_IDS = 20;

/** The system that knows the same person: `crm`, `contact-centre`. */
const externalIdNameSchema = rule(
  z.string(),
  'EXTERNAL_ID_NAME_INVALID',
  'must be 1 to 40 lower-case letters, digits, ".", "_" or "-", a letter or digit first',
  (v) => /^[a-z0-9][a-z0-9._-]{0,39}$/.test(v),
);

/** A person has one id in each system. */
export const externalIdsSchema = rule(
  z.array(z.strictObject({ name: externalIdNameSchema, value: text(120) })).max(MAX_EXTERNAL_IDS),
  'EXTERNAL_ID_REPEATED',
  'must not name a system twice',
  (ids) => new Set(ids.map(({ name }) => name)).size === ids.length,
);
export type ExternalIds = z.infer<typeof externalIdsSchema>;
