import { isLinekeeperError, LinekeeperError } from '../../errors.ts';
import type { Ref } from '../../plan/pbx-object.ts';
import type { WriteResult } from '../../plan/ports.ts';

/** A failure of one object as a result. Anything but our own error is a bug and goes on up. */
export function failure(ref: Ref, error: unknown): WriteResult {
  if (!isLinekeeperError(error)) throw error;
  return { ref, ok: false, code: error.code, reason: error.message, retryable: error.retryable };
}

export function changedMeanwhile(): LinekeeperError {
  return new LinekeeperError('CHANGED_MEANWHILE', 'The object on the PBX is not what the plan was made for.');
}

export function mismatch(): LinekeeperError {
  return new LinekeeperError('VERIFY_MISMATCH', 'The PBX does not hold what was written to it.');
}
