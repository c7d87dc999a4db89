import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { notFound } from './context.ts';
import { attemptSucceeded } from './login-throttle.ts';

/** Opens an account that too many failed logins have locked. @throws USER_STATE_INVALID */
export async function unlockUser(tx: Tx, actor: string, userId: string): Promise<void> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) throw notFound('user');
  if (user.state !== 'locked')
    throw new LinekeeperError('USER_STATE_INVALID', `this user is ${user.state}, not locked`);
  const data = { state: 'active', version: { increment: 1 }, updatedAt: new Date() };
  await tx.user.update({ where: { id: userId }, data });
  await attemptSucceeded(tx, user.username);
  const entry = { actor, action: 'user.unlocked', objectType: 'user', objectId: userId, companyId: user.companyId };
  await recordAudit(tx, [entry]);
}
