import { LinekeeperError } from '../../errors.ts';
import type { Database, Tx } from '../../store/database.ts';
import type { Seal } from '../../store/seal.ts';
import { hashToken } from '../../store/tokens.ts';
import { renewBackupCodes } from './backup-codes.ts';
import { tellChange, type UserRow, userRow } from './changes.ts';
import { deliver, sendContactCode, takeSentCode } from './contact.ts';
import { qrOf } from './qr.ts';
import type { SmsSender } from './sms.ts';
import { keyUri, newSeed, stepOf, totpPurpose } from './totp.ts';
import { hasFactor } from './verify.ts';

/** Time to install an app and to scan the code. */
const PENDING_MS = 30 * 60_000;
const PENDING = 'totp-setup';

export interface TotpOffer {
  /** base32 */
  secret: string;
  uri: string;
  qrPng: string;
  qrSvg: string;
}

/** Offers a new seed. It counts for nothing until a code of it was shown; what was set up before stays in force till then. */
export async function offerTotp(db: Database, userId: string): Promise<TotpOffer> {
  const secret = await newSeed();
  const { username, issuer } = await db.write(async (tx) => {
    const user = await userRow(tx, userId);
    await tx.oneTimeToken.deleteMany({ where: { userId, purpose: PENDING } });
    const now = Date.now();
    const row = { hash: hashToken(secret), purpose: PENDING, userId };
    const dataSealed = db.seal.seal(secret, pendingPurpose(userId));
    await tx.oneTimeToken.create({
      data: { ...row, dataSealed, createdAt: new Date(now), expiresAt: new Date(now + PENDING_MS) },
    });
    const company = await tx.company.findUniqueOrThrow({ where: { id: user.companyId } });
    return { username: user.username, issuer: company.name };
  });
  const uri = await keyUri(secret, username, issuer);
  return { secret, uri, ...(await qrOf(uri)) };
}

/**
 * Puts the offered seed in force and answers new backup codes. The code shown here is used with it.
 * @throws SECOND_FACTOR_STATE_INVALID when nothing was offered, SECOND_FACTOR_WRONG
 */
export async function confirmTotp(
  tx: Tx,
  seal: Seal,
  { userId, actor }: { userId: string; actor: string },
  code: string,
  now = Date.now(),
): Promise<string[]> {
  const user = await userRow(tx, userId);
  const pending = await tx.oneTimeToken.findFirst({
    where: { userId, purpose: PENDING, expiresAt: { gt: new Date(now) } },
  });
  if (pending === null || pending.dataSealed === null) {
    throw new LinekeeperError('SECOND_FACTOR_STATE_INVALID', 'no authenticator is being set up; begin anew');
  }
  const seed = seal.open(pending.dataSealed, pendingPurpose(userId));
  const step = await stepOf(seed, code, now);
  if (step === undefined) throw wrong();
  await tx.oneTimeToken.delete({ where: { hash: pending.hash } });
  const totpSealed = seal.seal(seed, totpPurpose(userId));
  await change(tx, userId, { totpSealed, totpLastStep: step });
  await tellChange(tx, seal, user, actor, 'enabled', { totp: [user.totpSealed === null ? null : '****', '****'] });
  return renewBackupCodes(tx, seal, userId);
}

/** Sends a code to the personal contact, to see that it arrives. Answers where it went. @throws CONTACT_MISSING, SMS_NOT_SENT */
export async function offerContact(db: Database, sms: SmsSender | undefined, userId: string): Promise<string> {
  const sent = await db.write(async (tx) =>
    sendContactCode(tx, db.seal, await userRow(tx, userId), { canSms: sms !== undefined }),
  );
  await deliver(db, sms, sent);
  return sent.to;
}

/** Switches codes to the personal contact on. False: a wrong code; its try must be committed. */
export async function confirmContact(
  tx: Tx,
  seal: Seal,
  { userId, actor }: { userId: string; actor: string },
  code: string,
  now = Date.now(),
): Promise<boolean> {
  const user = await userRow(tx, userId);
  if (!(await takeSentCode(tx, seal, user, code, now))) return false;
  if (user.codeByContact) return true;
  await change(tx, userId, { codeByContact: true });
  await tellChange(tx, seal, user, actor, 'enabled', { contact: [false, true] });
  return true;
}

/** @throws SECOND_FACTOR_STATE_INVALID without a second factor: backup codes stand in for one */
export async function newBackupCodes(
  tx: Tx,
  seal: Seal,
  { userId, actor }: { userId: string; actor: string },
): Promise<string[]> {
  const user: UserRow = await userRow(tx, userId);
  if (!hasFactor(user)) {
    throw new LinekeeperError('SECOND_FACTOR_STATE_INVALID', 'there is no second factor that codes could stand in for');
  }
  await tellChange(tx, seal, user, actor, 'backup_codes_renewed');
  return renewBackupCodes(tx, seal, userId);
}

export function wrong(): LinekeeperError {
  return new LinekeeperError('SECOND_FACTOR_WRONG', 'the code is wrong or was used');
}

function pendingPurpose(userId: string): string {
  return `User:${userId}:totp-setup`;
}

async function change(tx: Tx, userId: string, data: object): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { ...data, version: { increment: 1 }, updatedAt: new Date() } });
}
