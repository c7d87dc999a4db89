import { z } from 'zod';
import { rule } from './rule.ts';
import { text } from './text.ts';

export const ACCOUNT_KINDS = ['desk', 'webrtc'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];
export const accountKindSchema = z.enum(ACCOUNT_KINDS);

/** Asterisk's names of the codecs we offer. */
export const CODECS = ['opus', 'g722', 'alaw', 'ulaw', 'g729', 'gsm', 'h264', 'vp8'] as const;
export const codecsSchema = rule(
  z.array(z.enum(CODECS)).min(1).max(8),
  'CODECS_REPEATED',
  'must not name a codec twice',
  (v) => new Set(v).size === v.length,
);

export const DEFAULT_CODECS: Record<AccountKind, readonly string[]> = {
  desk: ['g722', 'alaw', 'ulaw'],
  webrtc: ['opus', 'g722', 'alaw', 'ulaw'],
};

export const MAX_ACCOUNTS = 5;
export const maxContactsSchema = z.int().min(1).max(10);
export const accountLabelSchema = text(40);

/** The digest realm: part of what a secret's digest is made of, so it never changes. */
export const REALM = 'linekeeper';

/** Letters and digits only: safe in every phone's configuration format, in AMI and in a .conf file. */
export const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const SECRET_LENGTH = 24;

/** A secret brought along from another system. Ours are generated: 24 characters, 142 bits. */
export const importedSecretSchema = rule(
  z.string(),
  'SIP_SECRET_WEAK',
  'must be 16 to 64 letters and digits; an import with allowWeakSecrets takes shorter ones and other characters',
  (v) => /^[A-Za-z0-9]{16,64}$/.test(v),
);

/**
 * One that phones of another system keep. The PBX gets its digest only, so that any ASCII that can be typed is harmless;
 * a space at an end is lost in most places it would be written to.
 */
export const foreignSecretSchema = rule(
  z.string(),
  'SIP_SECRET_INVALID',
  'must be 4 to 128 printable ASCII characters, without a space at its ends',
  (v) => /^[\x20-\x7e]{4,128}$/.test(v) && v === v.trim(),
);

/** 24 random characters. `randomBytes` yields bytes; those above the last whole multiple of 62 are thrown away (no bias). */
export function generateSecret(randomBytes: (size: number) => Uint8Array): string {
  let secret = '';
  while (secret.length < SECRET_LENGTH) {
    for (const byte of randomBytes(SECRET_LENGTH * 2)) {
      if (byte < 248 && secret.length < SECRET_LENGTH) secret += SECRET_ALPHABET[byte % 62];
    }
  }
  return secret;
}

/** `1001` for the first company of a PBX, `acme-1001` for others; further accounts of an extension add `-2`, `-3`. */
export function endpointId(endpointPrefix: string, extension: string, ordinal: number): string {
  return `${endpointPrefix}${extension}${ordinal > 1 ? `-${ordinal}` : ''}`;
}
