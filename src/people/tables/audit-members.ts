import { type AuditEntry, recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import type { Pair } from '../../store/person-rows.ts';

/** One line of the activity log for each group, however many came or went. */
export async function auditMembers(
  tx: Tx,
  { actor, companyId }: { actor: string; companyId: string },
  verb: 'members_added' | 'members_removed',
  pairs: readonly Pair[],
  groups: { get(id: string): { kind: string; name: string } | undefined },
): Promise<void> {
  const byGroup = new Map<string, string[]>();
  for (const [userId, groupId] of pairs) {
    const users = byGroup.get(groupId);
    if (users === undefined) byGroup.set(groupId, [userId]);
    else users.push(userId);
  }
  const entries = [...byGroup].map(([id, userIds]): AuditEntry => {
    const { kind, name } = groups.get(id) ?? {};
    const entry = { actor, action: `group.${verb}`, objectType: 'group', objectId: id, companyId };
    return { ...entry, details: { kind, name, count: userIds.length, userIds } };
  });
  await recordAudit(tx, entries);
}
