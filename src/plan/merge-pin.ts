import { isAdoptablePin } from '../domain/mailbox.ts';
import { pinOf, withPin } from './mailbox-line.ts';

export type PinConflict = 'phone' | 'database';

/** The outcome of the three-way merge of a PIN. */
export interface PinMerge {
  /** What the line on the PBX must be. */
  line: string;
  /** A PIN that was changed by phone and becomes ours. */
  adopted: string | undefined;
  /** Its change is not in force and goes to the activity log, masked. */
  loser: 'phone' | 'database' | undefined;
}

/**
 * | last applied | wanted | observed | outcome                                             |
 * |--------------|--------|----------|-----------------------------------------------------|
 * | A            | A      | A        | nothing                                             |
 * | A            | B      | A        | ours is written                                     |
 * | A            | A      | B        | the phone's is adopted                              |
 * | A            | B      | B        | both chose the same: nothing                        |
 * | A            | B      | C        | conflict: `phone` adopts C, `database` writes B      |
 * | (never)      | B      | C        | no common ancestor: ours is written                  |
 *
 * What cannot be a PIN of ours (too short, a star, letters) is never adopted: ours is written, and the phone's is told as the
 * loser. An empty one or "-" means "no password": nobody's choice is lost when ours is written.
 */
export function mergePin(input: {
  desired: string;
  observed: string | undefined;
  /** Fingerprints joined by blanks: the PIN that was confirmed last, then those that we wrote since. */
  appliedPin: string | undefined;
  fingerprint: (value: string) => string;
  conflict: PinConflict;
}): PinMerge {
  const { desired, observed, appliedPin, fingerprint, conflict } = input;
  const ours: PinMerge = { line: desired, adopted: undefined, loser: undefined };
  if (observed === undefined || appliedPin === undefined) return ours;
  const theirPin = pinOf(observed);
  const ourPin = pinOf(desired);
  const ourPins = appliedPin.split(' ');
  const phoneChanged = !ourPins.includes(fingerprint(theirPin));
  if (theirPin === ourPin || !phoneChanged || theirPin === '' || theirPin === '-') return ours;
  if (!isAdoptablePin(theirPin)) return { ...ours, loser: 'phone' };
  const weChanged = fingerprint(ourPin) !== ourPins[0];
  const adopt: PinMerge = { line: withPin(desired, theirPin), adopted: theirPin, loser: undefined };
  if (!weChanged) return adopt;
  return conflict === 'phone' ? { ...adopt, loser: 'database' } : { ...ours, loser: 'phone' };
}
