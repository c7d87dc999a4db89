import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';

/** One line of the activity log for each user, as the single request writes it. */
export function auditUsers<U extends { id: string; companyId: string }>(
  tx: Tx,
  actor: string,
  action: string,
  users: readonly U[],
  details: (user: U) => Record<string, unknown>,
): Promise<void> {
  return recordAudit(
    tx,
    users.map((user) => {
      const { id, companyId } = user;
      return { actor, action, objectType: 'user', objectId: id, companyId, details: details(user) };
    }),
  );
}
