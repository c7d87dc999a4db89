import { pinOf, withPin } from './mailbox-line.ts';

export type PinConflict = 'phone' | 'database';

/** The outcome of the three-way merge of a PIN. */
export interface PinMerge {
  /** What the line on the PBX must be. */
  line: string;
  /** A PIN that was changed by phone and becomes ours. */
  adopted: string | undefined;
  /** Both sides changed; the one named here lost and goes to the activity log, masked. */
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
 * What is not a valid PIN (somebody emptied the file, wrote letters, or "-" for "no password") is never adopted.
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
  if (theirPin === ourPin || !phoneChanged || !/^[0-9]{4,10}$/.test(theirPin)) return ours;
  const weChanged = fingerprint(ourPin) !== ourPins[0];
  const adopt: PinMerge = { line: withPin(desired, theirPin), adopted: theirPin, loser: undefined };
  if (!weChanged) return adopt;
  return conflict === 'phone' ? { ...adopt, loser: 'database' } : { ...ours, loser: 'phone' };
}
