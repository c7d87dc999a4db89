import { SET } from './page.ts';
import { outboxJoin, SYNC_STATE } from './sql.ts';

/**
 * Ids of users by what they belong to, as sub-queries that begin at the group, the role or the number: a team of ten is found
 * without looking at everybody. In the user's own company only: what somebody is elsewhere is nobody's business here.
 */
const memberOf = (
  kind: string,
) => `(SELECT m."userId" FROM json_each(?) w CROSS JOIN "UserGroup" g ON g."id" = w.value${kind}
  CROSS JOIN "UserGroupMember" m ON m."groupId" = g."id" CROSS JOIN "User" x ON x."id" = m."userId"
  WHERE x."companyId" = g."companyId")`;

/** Conditions on the id of a user, by the name of the filter. */
export function personFilters(userId: string): Record<'roleId' | 'groupId' | 'teamId' | 'labelId', string> {
  return {
    roleId: `${userId} IN (SELECT ur."userId" FROM json_each(?) w CROSS JOIN "Role" r ON r."id" = w.value
      CROSS JOIN "UserRole" ur ON ur."roleId" = r."id" CROSS JOIN "User" x ON x."id" = ur."userId"
      WHERE x."companyId" = r."companyId")`,
    groupId: `${userId} IN ${memberOf('')}`,
    teamId: `${userId} IN ${memberOf(` AND g."kind" = 'team'`)}`,
    labelId: `${userId} IN ${memberOf(` AND g."kind" NOT IN ('group', 'team')`)}`,
  };
}

/** Who has an extension of one of these numbers. */
export const WITH_EXTENSION = `(SELECT x."userId" FROM json_each(?) w CROSS JOIN "Company" k
  CROSS JOIN "Extension" x ON x."companyId" = k."id" AND x."number" = w.value WHERE x."userId" IS NOT NULL)`;

/** Who has an extension that is in one of these states on its PBX. */
export const WITH_SYNC = `(SELECT e."userId" FROM "Extension" e JOIN "Company" c ON c."id" = e."companyId"
  ${outboxJoin('extension', 'e.id', 'c."pbxId"')} WHERE e."userId" IS NOT NULL AND ${SYNC_STATE} IN ${SET})`;

/** One of the values of an indexed column, or (null among them) nothing. */
export function byIndex(table: string, column: string, id: string): string {
  return `${id} IN (SELECT x."id" FROM json_each(?) w CROSS JOIN "${table}" x ON x."${column}" IS w.value)`;
}
