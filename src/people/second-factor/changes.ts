import { LinekeeperError } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { enqueueMail } from '../../store/mail-queue.ts';
import type { Seal } from '../../store/seal.ts';
import { notFound } from '../context.ts';
import { throwOff } from '../throw-off.ts';
import { factorsOf, hasFactor, secondFactorRequired } from './verify.ts';

export type UserRow = NonNullable<Awaited<ReturnType<Tx['user']['findUnique']>>>;

/** What a person sees of his second factors. */
export interface FactorState {
  totp: boolean;
  contact: boolean;
  backupCodesLeft: number;
  /** The company or a role asks for one. */
  required: boolean;
}

export async function userRow(tx: Tx, userId: string): Promise<UserRow> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) throw notFound('user');
  return user;
}

export async function factorState(tx: Tx, userId: string): Promise<FactorState> {
  const backupCodesLeft = await tx.backupCode.count({ where: { userId } });
  return {
    ...factorsOf(await userRow(tx, userId)),
    backupCodesLeft,
    required: await secondFactorRequired(tx, userId),
  };
}

/** How the mail calls them. */
const WORDS = { enabled: 'on', disabled: 'off', reset: 'reset', backup_codes_renewed: 'codes' } as const;

/** Writes what changed into the activity log and tells the person by mail: whoever did it, the person shall know. */
export async function tellChange(
  tx: Tx,
  seal: Seal,
  user: UserRow,
  actor: string,
  change: keyof typeof WORDS,
  details?: Record<string, unknown>,
): Promise<void> {
  const { id, companyId, language, username, firstName } = user;
  const entry = { actor, action: `second_factor.${change}`, objectType: 'user', objectId: id, companyId };
  await recordAudit(tx, [{ ...entry, ...(details === undefined ? {} : { details }) }]);
  const to = mailAddressOf(user);
  if (to === undefined) return;
  const data = { firstName: firstName || username, what: WORDS[change], at: new Date().toISOString() };
  await enqueueMail(tx, seal, { to, template: 'second-factor-changed', language, data, companyId, userId: id });
}

/** A user name that is an e-mail address counts when no other is known. */
function mailAddressOf(user: UserRow): string | undefined {
  return user.email ?? (user.username.includes('@') ? user.username : undefined);
}

/** @throws SECOND_FACTOR_REQUIRED while the company or a role asks for one */
export async function disableOwn(tx: Tx, seal: Seal, userId: string, actor: string): Promise<void> {
  const user = await userRow(tx, userId);
  if (await secondFactorRequired(tx, userId)) {
    throw new LinekeeperError('SECOND_FACTOR_REQUIRED', 'your company or one of your roles asks for a second factor');
  }
  const before = await clear(tx, user);
  if (before !== undefined) await tellChange(tx, seal, user, actor, 'disabled', before);
}

/** For somebody who lost the phone: no second factor is left, every login ends, and the person is told. */
export async function resetSecondFactor(tx: Tx, seal: Seal, userId: string, actor: string): Promise<void> {
  const user = await userRow(tx, userId);
  const before = await clear(tx, user);
  if (before === undefined) return;
  await throwOff(tx, [userId]);
  await tellChange(tx, seal, user, actor, 'reset', before);
}

/** Answers before and after, or undefined: there was nothing. */
async function clear(tx: Tx, user: UserRow): Promise<Record<string, unknown> | undefined> {
  const { count } = await tx.backupCode.deleteMany({ where: { userId: user.id } });
  await tx.oneTimeToken.deleteMany({ where: { userId: user.id, purpose: { in: ['contact-code', 'totp-setup'] } } });
  if (!hasFactor(user) && !user.codeByContact && count === 0) return undefined;
  const gone = { totpSealed: null, totpLastStep: null, codeByContact: false };
  // A password that was short was good together with a second factor (NIST SP 800-63B).
  const short = user.passwordIsShort ? { mustChangePassword: true } : {};
  const data = { ...gone, ...short, version: { increment: 1 }, updatedAt: new Date() };
  await tx.user.update({ where: { id: user.id }, data });
  const { totp, contact } = factorsOf(user);
  return { ...(totp ? { totp: ['****', null] } : {}), contact: [contact, false], backupCodes: [count, 0] };
}
