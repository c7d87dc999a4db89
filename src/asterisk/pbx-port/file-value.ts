import { LinekeeperError } from '../../errors.ts';
import type { Ref } from '../../plan/pbx-object.ts';
import type { ConfigLine } from './config-text.ts';
import type { FilePlace } from './place.ts';

/** Digits first: an empty PIN, or `-`, means that no password is asked. */
const MAILBOX_VALUE = /^[0-9]+(,[^;[\]{}$"\\\u0000-\u001f\u007f]*)?$/;
/** No `#exec`, no `switch`: what a company's context needs and no more. */
const CONTEXT_LINE = /^(exten|same|include|ignorepat) = (\S.*)$/;

/**
 * The value of a file object as lines of its section, refused when Asterisk would read it otherwise than it was meant:
 * a comma or `;` out of place starts another field or a comment, UpdateConfig drops a leading `>` and outer blanks.
 *
 * @throws LinekeeperError AMI_UNSAFE_VALUE; the text never holds the value, it may be a PIN
 */
export function linesOfValue(ref: Ref, place: FilePlace, value: string): ConfigLine[] {
  if (value !== value.trim() || value.startsWith('>')) throw unsafe(ref);
  if (place.in === 'voicemail') {
    if (!MAILBOX_VALUE.test(value)) throw unsafe(ref);
    return [[place.variable, value]];
  }
  return value.split('\n').map((line) => {
    const [, variable, text] = CONTEXT_LINE.exec(line) ?? [];
    if (variable === undefined || text === undefined || /^>|[;\u0000-\u001f\u007f]|\s$/.test(text)) throw unsafe(ref);
    return [variable, text];
  });
}

/** `var = value`, one a line, in order. */
export function textOfLines(lines: readonly ConfigLine[]): string {
  return lines.map(([variable, value]) => `${variable} = ${value}`).join('\n');
}

function unsafe(ref: Ref): LinekeeperError {
  return new LinekeeperError(
    'AMI_UNSAFE_VALUE',
    `The value of ${ref} is not one that may be written to a file of the PBX.`,
  );
}
