import type { Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

/** The roles that users have in a company, by the user's id; in the order of their names. */
export async function rolesIn(
  tx: Tx,
  companyId: string,
  userIds: readonly string[],
): Promise<Map<string, { id: string; name: string }[]>> {
  const rows = await queryJson<[userId: string, id: string, name: string][]>(
    tx,
    `SELECT json_group_array(json_array(v.user, v.id, v.name)) AS json FROM (
       SELECT ur."userId" AS user, r.id AS id, r."name" AS name FROM json_each(?1) j
         CROSS JOIN "UserRole" ur ON ur."userId" = j.value CROSS JOIN "Role" r ON r.id = ur."roleId"
        WHERE r."companyId" = ?2 ORDER BY r."name") v`,
    JSON.stringify(userIds),
    companyId,
  );
  const roles = new Map<string, { id: string; name: string }[]>();
  for (const [user, id, name] of rows) {
    const known = roles.get(user);
    if (known === undefined) roles.set(user, [{ id, name }]);
    else known.push({ id, name });
  }
  return roles;
}

export async function giveRole(tx: Tx, userIds: readonly string[], roleId: string): Promise<void> {
  await execute(
    tx,
    'INSERT OR IGNORE INTO "UserRole" ("userId","roleId") SELECT value, ?2 FROM json_each(?1)',
    JSON.stringify(userIds),
    roleId,
  );
}

export async function takeRole(tx: Tx, userIds: readonly string[], roleId: string): Promise<void> {
  await execute(
    tx,
    'DELETE FROM "UserRole" WHERE "roleId" = ?2 AND "userId" IN (SELECT value FROM json_each(?1))',
    JSON.stringify(userIds),
    roleId,
  );
}
