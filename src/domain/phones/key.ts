import { z } from 'zod';
import { rule } from '../rule.ts';
import { text } from '../text.ts';

/** What a function key does. `park`, `voicemail` and `speed_dial` dial their value; `blf` also shows its state. */
export const KEY_TYPES = ['line', 'blf', 'speed_dial', 'park', 'voicemail', 'dtmf', 'url', 'none'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** Beside the display | programmable elsewhere on the phone | on an expansion module. */
export const KEY_SECTIONS = ['line', 'programmable', 'expansion'] as const;
export type KeySection = (typeof KEY_SECTIONS)[number];

const dialable = /^[+0-9*#]{1,32}$/;
const digits = /^[0-9*#A-Da-d,]{1,32}$/;

/** One function key. Positions count from 1; `module` is the expansion module it is on, `line` the account that it uses. */
export const phoneKeySchema = rule(
  z.strictObject({
    section: z.enum(KEY_SECTIONS).default('line'),
    module: z.int().min(1).max(6).optional(),
    index: z.int().min(1).max(200),
    type: z.enum(KEY_TYPES),
    value: z.string().trim().max(500).optional(),
    label: text(40).optional(),
    line: z.int().min(1).max(48).optional(),
  }),
  'KEY_VALUE_INVALID',
  'needs a value that fits its type: digits to dial, a code to send, an http(s) address; a line needs none',
  ({ type, value, section, module }) => fits(type, value) && (section === 'expansion' || module === undefined),
);
export type PhoneKey = z.output<typeof phoneKeySchema>;

function fits(type: KeyType, value: string | undefined): boolean {
  switch (type) {
    case 'line':
    case 'none':
      return value === undefined;
    case 'voicemail':
      return value === undefined || dialable.test(value);
    case 'dtmf':
      return value !== undefined && digits.test(value);
    case 'url':
      return value !== undefined && /^https?:\/\/[\x21-\x7e]{1,480}$/.test(value);
    default:
      return value !== undefined && dialable.test(value);
  }
}

/** Where a key is: two keys of one place cannot both be. */
export function keyPlace({ section, module, index }: PhoneKey): string {
  return section === 'expansion' ? `expansion ${module ?? 1}/${index}` : `${section} ${index}`;
}

export const phoneKeysSchema = rule(
  z.array(phoneKeySchema).max(400),
  'KEYS_REPEATED',
  'must not name one place twice',
  (keys) => new Set(keys.map(keyPlace)).size === keys.length,
);
