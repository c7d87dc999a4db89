import { recordAudit } from '../../store/audit-log.ts';
import type { Database, Reader, Tx } from '../../store/database.ts';
import type { Seal } from '../../store/seal.ts';
import { asksForSecondFactor } from '../../store/second-factors.ts';
import { takeBackupCode } from './backup-codes.ts';
import { deliver, type SentCode, sendContactCode, takeSentCode } from './contact.ts';
import type { SmsSender } from './sms.ts';
import { takeTotp } from './totp.ts';

export type FactorMethod = 'totp' | 'backup' | 'contact';

interface FactorColumns {
  totpSealed: string | null;
  codeByContact: boolean;
  personalContact: string | null;
}

/** Which second factors a row of User has set up. */
export function factorsOf(user: FactorColumns): { totp: boolean; contact: boolean } {
  return { totp: user.totpSealed !== null, contact: user.codeByContact && user.personalContact !== null };
}

export function hasFactor(user: FactorColumns): boolean {
  const { totp, contact } = factorsOf(user);
  return totp || contact;
}

/** Whether the company or one of the roles of the user asks for a second factor. */
export function secondFactorRequired(reader: Reader, userId: string): Promise<boolean> {
  return asksForSecondFactor(reader, userId);
}

/**
 * Judges a code and uses it up: a second request with the same one fails, whichever comes first. False may have counted a
 * try, so what was written must be committed all the same. Methods that are not set up are false.
 */
export async function verifySecondFactor(
  tx: Tx,
  seal: Seal,
  userId: string,
  { method, code }: { method: FactorMethod; code: string },
  now = Date.now(),
): Promise<boolean> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) return false;
  const { totp, contact } = factorsOf(user);
  if (method === 'totp') return totp && takeTotp(tx, seal, user, code, now);
  if (method === 'contact') return contact && takeSentCode(tx, seal, user, code, now);
  if (!(totp || contact) || !(await takeBackupCode(tx, seal, userId, code))) return false;
  const { companyId, username } = user;
  const left = await tx.backupCode.count({ where: { userId } });
  const entry = { actor: `user:${username}`, objectType: 'user', objectId: userId, companyId, details: { left } };
  await recordAudit(tx, [{ ...entry, action: 'second_factor.backup_code_used' }]);
  return true;
}

/** What logging in needs of second factors. */
export interface SecondFactors {
  /** The ways in which this user can prove himself; empty: no second factor is set up. */
  methodsOf(tx: Tx, userId: string): Promise<FactorMethod[]>;
  required(reader: Reader, userId: string): Promise<boolean>;
  /**
   * Sends a code to the personal contact: call `deliver` with the answer after the commit.
   * @throws CONTACT_MISSING
   */
  sendCode(tx: Tx, userId: string): Promise<SentCode>;
  /** @throws SMS_NOT_SENT, CONTACT_MISSING */
  deliver(sent: SentCode): Promise<void>;
  /** As `verifySecondFactor`. */
  verify(tx: Tx, userId: string, method: FactorMethod, code: string): Promise<boolean>;
  /** undefined: no codes to phone numbers. */
  sms: SmsSender | undefined;
}

export function createSecondFactors(db: Database, sms: SmsSender | undefined): SecondFactors {
  return {
    async methodsOf(tx, userId) {
      const select = { totpSealed: true, codeByContact: true, personalContact: true };
      const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, select });
      const { totp, contact } = factorsOf(user);
      const withCodes = (totp || contact) && (await tx.backupCode.count({ where: { userId } })) > 0;
      return [
        ...(totp ? ['totp'] : []),
        ...(contact ? ['contact'] : []),
        ...(withCodes ? ['backup'] : []),
      ] as FactorMethod[];
    },
    required: secondFactorRequired,
    async sendCode(tx, userId) {
      const user = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      return sendContactCode(tx, db.seal, user, { canSms: sms !== undefined });
    },
    deliver: (sent) => deliver(db, sms, sent),
    sms,
    verify: (tx, userId, method, code) => verifySecondFactor(tx, db.seal, userId, { method, code }),
  };
}
