import { z } from 'zod';
import { rule } from './rule.ts';

/** 4 to 6 digits. An empty PIN or "-" would mean "no password" to Asterisk. */
export const pinSchema = rule(z.string(), 'PIN_INVALID', 'must be 4 to 6 digits', (v) => /^[0-9]{4,6}$/.test(v));

/** A PIN that somebody set by phone may be as long as app_voicemail keeps one (`char password[80]`). */
export function isAdoptablePin(pin: string): boolean {
  return /^[0-9]{4,79}$/.test(pin);
}

/** The most used PINs that the rules below do not already catch. */
const COMMON = new Set([
  '2580',
  '0852',
  '1379',
  '1397',
  '2468',
  '1470',
  '5683',
  '159753',
  '147258',
  '258000',
  '696969',
]);

/** Why a PIN is easily guessed, or undefined. */
export function pinWeakness(pin: string, extension: string): string | undefined {
  if (pin === extension || pin === reverse(extension)) return 'is the extension number';
  if (extension.length >= 4 && pin.includes(extension)) return 'contains the extension number';
  if (/^(.)\1+$/.test(pin)) return 'is one digit repeated';
  if (pin.length % 2 === 0 && pin.slice(0, pin.length / 2) === pin.slice(pin.length / 2))
    return 'is a repeated pattern';
  if (isRun(pin, 1) || isRun(pin, -1)) return 'is a run of digits';
  if (/^(19|20)\d\d$/.test(pin)) return 'looks like a year';
  if (COMMON.has(pin)) return 'is among the most used PINs';
  return undefined;
}

function isRun(pin: string, step: number): boolean {
  for (let i = 1; i < pin.length; i++) {
    if ((Number(pin[i - 1]) + step + 10) % 10 !== Number(pin[i])) return false;
  }
  return true;
}

function reverse(text: string): string {
  return [...text].reverse().join('');
}

/** A PIN that is not weak for this extension. `randomInt(n)` yields 0 to n-1. */
export function generatePin(extension: string, randomInt: (below: number) => number): string {
  for (;;) {
    const pin = String(randomInt(1_000_000)).padStart(6, '0');
    if (pinWeakness(pin, extension) === undefined) return pin;
  }
}

/**
 * The address gets into a line of voicemail.conf and into a mail header, so only plain addresses are taken: no quotes,
 * commas, spaces or comments, all of which RFC 5321 would allow.
 */
export const emailSchema = rule(
  z.string(),
  'EMAIL_INVALID',
  'must be a plain e-mail address',
  (v) =>
    v.length <= 120 &&
    /^[A-Za-z0-9.!#%&'*+/=?^_~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/.test(
      v,
    ),
);
