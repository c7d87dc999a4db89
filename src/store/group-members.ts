import type { Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

/** Which of the users, as places in the list, are neither at home in the company nor members of it by a role. */
export function notInCompany(tx: Tx, companyId: string, userIds: readonly string[]): Promise<number[]> {
  return queryJson<number[]>(
    tx,
    `SELECT json_group_array(j.key) AS json FROM json_each(?1) j WHERE NOT EXISTS (
       SELECT 1 FROM "User" u WHERE u.id = j.value AND (u."companyId" = ?2 OR EXISTS (
         SELECT 1 FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId"
          WHERE ur."userId" = u.id AND r."companyId" = ?2)))`,
    JSON.stringify(userIds),
    companyId,
  );
}

/** Those of the users who are not in the group yet, each once. */
export function notMembers(tx: Tx, groupId: string, userIds: readonly string[]): Promise<string[]> {
  return queryJson<string[]>(
    tx,
    `SELECT json_group_array(id) AS json FROM (SELECT DISTINCT value AS id FROM json_each(?1)) j
      WHERE NOT EXISTS (SELECT 1 FROM "UserGroupMember" m WHERE m."groupId" = ?2 AND m."userId" = j.id)`,
    JSON.stringify(userIds),
    groupId,
  );
}

export async function insertMembers(tx: Tx, groupId: string, userIds: readonly string[]): Promise<void> {
  await execute(
    tx,
    'INSERT OR IGNORE INTO "UserGroupMember" ("groupId", "userId") SELECT ?2, value FROM json_each(?1)',
    JSON.stringify(userIds),
    groupId,
  );
}

/** Puts a user into the groups of another, as far as they are groups of this company. */
export async function copyMemberships(tx: Tx, companyId: string, fromUserId: string, toUserId: string): Promise<void> {
  await execute(
    tx,
    `INSERT OR IGNORE INTO "UserGroupMember" ("groupId", "userId") SELECT m."groupId", ?3 FROM "UserGroupMember" m
       JOIN "UserGroup" g ON g.id = m."groupId" WHERE g."companyId" = ?1 AND m."userId" = ?2`,
    companyId,
    fromUserId,
    toUserId,
  );
}

/** Those of the users who are in the group. */
export async function membersAmong(tx: Tx, groupId: string, userIds: readonly string[]): Promise<Set<string>> {
  const found = await queryJson<string[]>(
    tx,
    `SELECT json_group_array(m."userId") AS json FROM json_each(?1) j
       CROSS JOIN "UserGroupMember" m ON m."groupId" = ?2 AND m."userId" = j.value`,
    JSON.stringify(userIds),
    groupId,
  );
  return new Set(found);
}

export async function removeMembers(tx: Tx, groupId: string, userIds: readonly string[]): Promise<void> {
  await execute(
    tx,
    'DELETE FROM "UserGroupMember" WHERE "groupId" = ?2 AND "userId" IN (SELECT value FROM json_each(?1))',
    JSON.stringify(userIds),
    groupId,
  );
}
