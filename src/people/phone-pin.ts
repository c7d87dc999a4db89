import { pinWeakness } from '../domain/mailbox.ts';
import { type ErrorCode, LinekeeperError } from '../errors.ts';
import type { Seal } from '../store/seal.ts';
import { phonePinPurpose } from '../store/user-rows.ts';

/** A telephone PIN as the request gives it. */
interface GivenPin {
  phonePin?: string | null | undefined;
  phonePinConfirmation?: string | undefined;
}

/** Seals the PIN for the user with this id; null: no PIN. */
export type SealPin = (userId: string) => string | null;

/**
 * Judges a telephone PIN. undefined: the request says nothing of it.
 * @throws VALIDATION_FAILED when the confirmation is missing or differs, PIN_WEAK for one that is easily guessed
 */
export function phonePinOf(seal: Seal, given: GivenPin, options: { allowWeakPins: boolean }): SealPin | undefined {
  const { phonePin: pin, phonePinConfirmation: confirmation } = given;
  if (pin === undefined && confirmation === undefined) return undefined;
  if ((pin ?? undefined) !== confirmation) {
    throw refused('VALIDATION_FAILED', 'PIN_CONFIRMATION_WRONG', 'phonePinConfirmation', 'must repeat the PIN');
  }
  if (pin === undefined || pin === null) return () => null;
  const weakness = options.allowWeakPins ? undefined : pinWeakness(pin, '');
  if (weakness !== undefined) {
    throw refused('PIN_WEAK', 'PIN_WEAK', 'phonePin', `the PIN ${weakness}; choose another or force it`);
  }
  return (userId) => seal.seal(pin, phonePinPurpose(userId));
}

function refused(code: ErrorCode, fieldCode: string, path: string, message: string): LinekeeperError {
  return new LinekeeperError(code, `${path}: ${message}`, { fields: [{ path, code: fieldCode, message }] });
}
