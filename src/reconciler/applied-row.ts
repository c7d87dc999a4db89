import { pinOf } from '../plan/mailbox-line.ts';
import { kindOf, type Ref } from '../plan/pbx-object.ts';
import type { AppliedRow } from '../store/applied.ts';
import type { Expectation } from './batch.ts';

/** What to remember of an object that was read back: fingerprints only, and that of the PIN for the three-way merge. */
export function appliedRow(
  ref: Ref,
  { owner, value }: Expectation,
  fingerprint: (value: string) => string,
): AppliedRow {
  return {
    ref,
    owner,
    fingerprint: value === undefined ? '' : fingerprint(value),
    pinFingerprint: value !== undefined && kindOf(ref) === 'mailbox' ? fingerprint(pinOf(value)) : null,
  };
}
