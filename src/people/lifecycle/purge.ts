import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { notFound } from '../context.ts';

/** Forgets a deleted user for good. @throws NOT_FOUND */
export async function purgeDeletedUser(tx: Tx, actor: string, id: string): Promise<void> {
  const row = await tx.deletedUser.findUnique({ where: { id } });
  if (row === null) throw notFound('deleted user');
  await tx.deletedUser.delete({ where: { id } });
  await audit(tx, actor, [row]);
}

/** Forgets those whose time is over; answers how many. */
export async function purgeExpired(tx: Tx, now: Date): Promise<number> {
  const rows = await tx.deletedUser.findMany({
    where: { purgeAt: { lte: now } },
    select: { id: true, companyId: true, username: true },
    take: 500,
  });
  if (rows.length === 0) return 0;
  await tx.deletedUser.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
  await audit(tx, 'system', rows);
  return rows.length;
}

function audit(tx: Tx, actor: string, rows: readonly { id: string; companyId: string; username: string }[]) {
  return recordAudit(
    tx,
    rows.map(({ id, companyId, username }) => ({
      actor,
      action: 'user.purged',
      objectType: 'user',
      objectId: id,
      companyId,
      details: { username },
    })),
  );
}
