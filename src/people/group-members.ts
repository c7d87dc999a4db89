import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';
import { insertMembers, notInCompany, notMembers } from '../store/group-members.ts';
import type { ChangeContext } from './context.ts';
import { auditGroup, groupAt } from './groups.ts';

/**
 * Puts users into a group, all or none; who is in it already stays. Answers how many are new.
 * @throws REFERENCE_INVALID naming each who is not of the company
 */
export async function addMembers(
  tx: Tx,
  context: ChangeContext,
  groupId: string,
  userIds: readonly string[],
): Promise<number> {
  const group = await groupAt(tx, context, groupId);
  const strangers = await notInCompany(tx, group.companyId, userIds);
  if (strangers.length > 0) {
    const message = 'there is no such user';
    throw new LinekeeperError('REFERENCE_INVALID', `userIds.${strangers[0]}: ${message}`, {
      fields: strangers.map((at) => ({ path: `userIds.${at}`, code: 'REFERENCE_INVALID', message })),
    });
  }
  const added = await notMembers(tx, groupId, userIds);
  if (added.length === 0) return 0;
  await insertMembers(tx, groupId, added);
  await auditGroup(tx, context, 'members_added', group, { count: added.length, userIds: added });
  return added.length;
}

/** Takes a user out of a group; who is not in it is no trouble. */
export async function removeMember(tx: Tx, context: ChangeContext, groupId: string, userId: string): Promise<void> {
  const group = await groupAt(tx, context, groupId);
  const { count } = await tx.userGroupMember.deleteMany({ where: { groupId, userId } });
  if (count > 0) await auditGroup(tx, context, 'members_removed', group, { count, userIds: [userId] });
}
