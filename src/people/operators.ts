import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { type ChangeContext, notFound } from './context.ts';
import { throwOff } from './throw-off.ts';

/** Makes a user an operator of the whole platform, or takes that away. The caller is one, or the machine's administrator. */
export async function setOperator(tx: Tx, context: ChangeContext, userId: string, isOperator: boolean): Promise<void> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) throw notFound('user');
  expectVersion(user, context.ifVersion);
  if (user.isOperator === isOperator) return;
  if (isOperator && user.state !== 'active') {
    throw new LinekeeperError('USER_STATE_INVALID', 'an operator must be active');
  }
  await tx.user.update({
    where: { id: userId },
    data: { isOperator, version: { increment: 1 }, updatedAt: new Date() },
  });
  if (!isOperator) await throwOff(tx, [userId]);
  const entry = { actor: context.actor, action: 'user.operator_changed', objectType: 'user', objectId: userId };
  await recordAudit(tx, [
    { ...entry, companyId: user.companyId, details: { isOperator: [user.isOperator, isOperator] } },
  ]);
}
