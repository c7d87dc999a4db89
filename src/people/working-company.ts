import type { Tx } from '../store/database.ts';
import { notFound } from './context.ts';

/** The company that a session works in from now on: the user's own, or one in which there is a role. @throws NOT_FOUND */
export async function workIn(tx: Tx, userId: string, sessionId: string, companyId: string): Promise<void> {
  const own = await tx.user.count({ where: { id: userId, companyId } });
  const roles = await tx.userRole.count({ where: { userId, role: { companyId } } });
  if (own + roles === 0) throw notFound('company');
  await tx.session.update({ where: { id: sessionId }, data: { companyId } });
}
