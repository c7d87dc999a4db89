import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { parseE164 } from '../../domain/phone-number.ts';

/**
 * A number as other systems keep it, in E.164: with plus, with 00, national (`030 123456`), or international without any
 * prefix, as carriers deliver it (`4930123456`). A national reading goes first. undefined: it is no phone number.
 */
export function phoneNumber(text: string, country: string): string | undefined {
  const bare = text.replace(/[\s()./-]/g, '');
  if (!/^\+?[0-9]{5,18}$/.test(bare)) return undefined;
  if (bare.startsWith('+')) return parseE164(bare);
  if (bare.startsWith('00')) return parseE164(`+${bare.slice(2)}`);
  const national = parsePhoneNumberFromString(bare, country as never);
  if (national?.isValid() === true) return parseE164(national.number);
  const international = parsePhoneNumberFromString(`+${bare}`);
  if (international?.isValid() === true) return parseE164(international.number);
  return parseE164(bare, country);
}

/** Longer digits than these are taken for a phone number: nobody dials longer extensions, but many shorter numbers. */
const MAX_EXTENSION = 6;

/** Where calls are forwarded to: an extension, or a number in E.164. undefined: neither. */
export function forwardTarget(text: string, country: string): string | undefined {
  if (/^[0-9]+$/.test(text) && text.length >= 2 && text.length <= MAX_EXTENSION) return text;
  return phoneNumber(text, country);
}
