import { z } from 'zod';
import { rule } from './rule.ts';

// Control characters end a line on AMI, in a log, or in a CSV cell; C1 and the line separators do so for some readers.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const CONTROL_BUT_LINE_FEED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/;
// Characters that turn the writing direction make a list lie about what it shows (CVE-2021-42574).
const BIDI_CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Free text of people: shown as text everywhere, never syntax. `max` counts UTF-16 code units. */
export function text(max: number) {
  return checked(z.string().trim(), max, CONTROL);
}

/** The same with line breaks, each of which becomes a line feed. */
export function lines(max: number) {
  const schema = z.string().overwrite((v) => v.replace(/\r\n?/g, '\n').trim());
  return checked(schema, max, CONTROL_BUT_LINE_FEED);
}

function checked(base: z.ZodType<string, string>, max: number, control: RegExp) {
  let schema = base;
  schema = rule(schema, 'TEXT_CONTROL_CHARACTER', 'must not contain control characters', (v) => !control.test(v));
  schema = rule(
    schema,
    'TEXT_BIDI_CONTROL',
    'must not contain characters that turn the writing direction',
    (v) => !BIDI_CONTROL.test(v),
  );
  schema = rule(schema, 'TEXT_NOT_UNICODE', 'must be valid Unicode', (v) => !LONE_SURROGATE.test(v));
  schema = rule(schema, 'TEXT_EMPTY', 'must not be empty', (v) => v.length > 0);
  return rule(schema, 'TEXT_TOO_LONG', `must have at most ${max} characters`, (v) => v.length <= max);
}

/**
 * A name as the PBX gets it. Everything that means something to the dialplan, to voicemail.conf (a comma starts the next
 * field and an options field can run code) or to a SIP header becomes a space.
 */
export function projectedName(name: string): string {
  return name
    .replace(/[,;|[\]{}$"\\<>`]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
    .replace(/\p{Surrogate}/gu, '')
    .trim();
}
