import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { z } from 'zod';
import { rule } from './rule.ts';

/**
 *            assign              release
 *   spare ------------> assigned ---------> quarantined --(days over, or released by hand)--> spare
 *     |  ^                 ^
 *     |  | release         | assign
 *     v  |                 |
 *   reserved --------------+
 */
export const NUMBER_STATES = ['spare', 'reserved', 'assigned', 'quarantined'] as const;
export type NumberState = (typeof NUMBER_STATES)[number];

const MOVES: Record<NumberState, readonly NumberState[]> = {
  spare: ['reserved', 'assigned'],
  reserved: ['spare', 'assigned'],
  assigned: ['assigned', 'quarantined', 'spare'],
  quarantined: ['spare'],
};

export function canMove(from: NumberState, to: NumberState): boolean {
  return MOVES[from].includes(to);
}

/** E.164 with the plus, valid for its country by libphonenumber's metadata, or undefined. */
export function parseE164(input: string, country?: string): string | undefined {
  const parsed = parsePhoneNumberFromString(input, country === undefined ? {} : { defaultCountry: country as never });
  return parsed?.isPossible() === true && /^\+[1-9][0-9]{6,14}$/.test(parsed.number) ? parsed.number : undefined;
}

export const e164Schema = rule(
  z.string(),
  'E164_INVALID',
  'must be a possible phone number in E.164 such as +4930123456',
  (v) => parseE164(v) === v,
);
