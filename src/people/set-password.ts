import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { attemptSucceeded } from './login-throttle.ts';
import { checkPassword } from './passwords.ts';
import type { PeopleDeps } from './people-deps.ts';
import { throwOff } from './throw-off.ts';

export interface NewPassword {
  hash: string;
  isShort: boolean;
  /** Whoever set it knows it too: its owner must choose another at the next login. */
  mustChange: boolean;
  expiresAt: Date | null;
}

interface PasswordOwner {
  id: string;
  companyId: string;
  username: string;
  email: string | null;
  firstName: string;
  lastName: string;
}

/**
 * Judges and hashes a password that a person chose. Outside of any transaction: hashing takes its time.
 * `hasSecondFactor`: the shorter minimum counts (NIST SP 800-63B).
 * @throws PASSWORD_WEAK, LOGIN_BUSY
 */
export async function prepareChosen(
  { hasher, settings }: Pick<PeopleDeps, 'hasher' | 'settings'>,
  password: string,
  owner: Omit<PasswordOwner, 'id' | 'companyId'>,
  hasSecondFactor: boolean,
): Promise<NewPassword> {
  const min = hasSecondFactor ? settings.passwordMinLengthWithSecondFactor : settings.passwordMinLength;
  await checkPassword(password, min, [owner.username, owner.email ?? '', owner.firstName, owner.lastName]);
  const isShort = [...password.normalize('NFKC')].length < settings.passwordMinLength;
  return { hash: await hasher.hash(password), isShort, mustChange: false, expiresAt: null };
}

/**
 * Writes a password and throws its owner off everywhere but in the session where it was changed. An account that was
 * locked by failed logins is open again: whoever sets a password has shown who he is, or is an administrator.
 */
export async function setPassword(
  tx: Tx,
  actor: string,
  userId: string,
  password: NewPassword,
  how: { action: string; exceptSession?: string | undefined },
): Promise<void> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) throw new LinekeeperError('NOT_FOUND', 'there is no such user');
  await tx.user.update({
    where: { id: userId },
    data: {
      passwordHash: password.hash,
      passwordIsShort: password.isShort,
      passwordChangedAt: new Date(),
      mustChangePassword: password.mustChange,
      passwordExpiresAt: password.expiresAt,
      ...(user.state === 'locked' || user.state === 'invited' ? { state: 'active' } : {}),
      version: { increment: 1 },
    },
  });
  await attemptSucceeded(tx, user.username);
  await throwOff(tx, [userId], how.exceptSession);
  const entry = { actor, action: how.action, objectType: 'user', objectId: userId, companyId: user.companyId };
  await recordAudit(tx, [{ ...entry, details: { mustChange: password.mustChange } }]);
}
