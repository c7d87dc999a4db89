import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { type Attempt, attemptFailed, attemptSucceeded, beginAttempt } from '../login-throttle.ts';
import type { PasswordHasher } from '../password-hash.ts';
import { passwordSchema } from '../passwords.ts';
import { userRow } from './changes.ts';
import { wrong } from './set-up.ts';
import { isSixDigits } from './totp.ts';
import { type FactorMethod, factorsOf, hasFactor, verifySecondFactor } from './verify.ts';

export const codeSchema = z.string().min(1).max(20);

/** What somebody shows before his second factor is changed: a session that was left open must not be enough (ASVS 7.5.1). */
export const proofSchema = z.strictObject({
  password: passwordSchema.optional(),
  code: codeSchema.optional().meta({ description: 'Of the authenticator, the last one sent, or a backup code.' }),
});
export type Proof = z.infer<typeof proofSchema>;

/**
 * Asks for the current password or a current code, once a second factor is set up; wrong ones are slowed down like failed
 * logins. A code is used up, whatever becomes of the change.
 * @throws VALIDATION_FAILED when neither is given, INVALID_CREDENTIALS, SECOND_FACTOR_WRONG, TOO_MANY_REQUESTS, LOGIN_BUSY
 */
export async function demandProof(
  { db, hasher }: { db: Database; hasher: Pick<PasswordHasher, 'verify'> },
  { userId, address }: { userId: string; address: string },
  { password, code }: Proof,
): Promise<void> {
  const user = await userRow(db.read, userId);
  if (!hasFactor(user)) return;
  if (password === undefined && code === undefined) throw missing();
  // Counted apart from logins: whoever holds a session must not be able to lock its owner out.
  const attempt: Attempt = { username: `proof:${userId}`, address };
  const { wait } = await db.write((tx) => beginAttempt(tx, attempt, Date.now()));
  if (wait > 0) {
    throw new LinekeeperError('TOO_MANY_REQUESTS', `too many wrong answers; try again in ${wait} seconds`, {
      details: { retryAfterSeconds: wait },
    });
  }
  const passwordIsRight = password === undefined || (await hasher.verify(user.passwordHash, password)).ok;
  const codeIsRight = await db.write(async (tx) => {
    const ok = passwordIsRight && (code === undefined || (await takeCode(code)(tx)));
    if (ok) await attemptSucceeded(tx, attempt.username);
    else await attemptFailed(tx, attempt, Date.now());
    return ok;
  });
  if (!passwordIsRight) throw new LinekeeperError('INVALID_CREDENTIALS', 'the password is wrong');
  if (!codeIsRight) throw wrong();

  function takeCode(typed: string) {
    const { totp } = factorsOf(user);
    const method: FactorMethod = isSixDigits(typed) ? (totp ? 'totp' : 'contact') : 'backup';
    return (tx: Parameters<typeof verifySecondFactor>[0]) =>
      verifySecondFactor(tx, db.seal, userId, { method, code: typed });
  }
}

function missing(): LinekeeperError {
  const message = 'the current password or a current code is needed';
  return new LinekeeperError('VALIDATION_FAILED', message, {
    fields: [{ path: 'password', code: 'PROOF_MISSING', message }],
  });
}
