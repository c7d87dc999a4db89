import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { notFound } from './context.ts';

/** Which sessions of a user end: one, all but the caller's, or all. */
export type WhichSessions = { id: string } | { except: string } | 'all';

/** Answers how many ended. @throws NOT_FOUND when one is named that the user does not have */
export async function endSessions(tx: Tx, actor: string, userId: string, which: WhichSessions): Promise<number> {
  const user = await tx.user.findUnique({ where: { id: userId }, select: { companyId: true } });
  if (user === null) throw notFound('user');
  const id = which === 'all' ? undefined : 'id' in which ? which.id : { not: which.except };
  const { count } = await tx.session.deleteMany({ where: { userId, ...(id === undefined ? {} : { id }) } });
  if (count === 0) {
    if (typeof id === 'string') throw notFound('session');
    return 0;
  }
  const entry = { actor, action: 'session.ended', objectType: 'user', objectId: userId, companyId: user.companyId };
  await recordAudit(tx, [{ ...entry, details: { sessions: count } }]);
  return count;
}
