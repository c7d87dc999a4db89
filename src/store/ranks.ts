import type { Permission } from '../domain/permission.ts';
import type { Tx } from './database.ts';
import { queryJson } from './sql.ts';

export interface HeldRole {
  id: string;
  name: string;
  permissions: Permission[];
}

/** Those of the users who operate the platform. */
export async function operatorsAmong(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const ids = await queryJson<string[]>(
    tx,
    `SELECT json_group_array(u.id) AS json FROM json_each(?1) j CROSS JOIN "User" u ON u.id = j.value WHERE u."isOperator"`,
    JSON.stringify(userIds),
  );
  return new Set(ids);
}

/** Every role that one of the users has, of whatever company, each once. */
export function rolesHeldBy(tx: Tx, userIds: readonly string[]): Promise<HeldRole[]> {
  return queryJson<HeldRole[]>(
    tx,
    `SELECT json_group_array(json_object('id', r.id, 'name', r."name", 'permissions', json(r."permissions"))) AS json
     FROM "Role" r WHERE r.id IN (SELECT ur."roleId" FROM json_each(?1) j CROSS JOIN "UserRole" ur ON ur."userId" = j.value)`,
    JSON.stringify(userIds),
  );
}

/** The names of those of these roles that users have, by the user's id. Who has none is missing. */
export async function roleNamesOf(
  tx: Tx,
  userIds: readonly string[],
  roleIds: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await queryJson<[userId: string, names: string[]][]>(
    tx,
    `SELECT json_group_array(json_array(id, json(names))) AS json FROM (
       SELECT ur."userId" AS id, json_group_array(r."name") AS names FROM json_each(?1) j
         CROSS JOIN "UserRole" ur ON ur."userId" = j.value CROSS JOIN "Role" r ON r.id = ur."roleId"
        WHERE r.id IN (SELECT value FROM json_each(?2)) GROUP BY ur."userId")`,
    JSON.stringify(userIds),
    JSON.stringify(roleIds),
  );
  return new Map(rows);
}

/**
 * Those of the users without whom a company would have no active administrator left, were all of them to go: of each such
 * company the last in the list. With the names of the companies. `companyId`: only of this one.
 */
export async function lastAdministrators(
  tx: Tx,
  userIds: readonly string[],
  companyId: string | undefined,
): Promise<Map<string, string[]>> {
  const administrators = `"Role" r CROSS JOIN "UserRole" ur ON ur."roleId" = r.id
    CROSS JOIN "User" u ON u.id = ur."userId" AND u."state" = 'active'`;
  const rows = await queryJson<[userId: string, company: string][]>(
    tx,
    `WITH chosen AS MATERIALIZED (SELECT key AS place, value AS id FROM json_each(?1))
     SELECT json_group_array(json_array(id, name)) AS json FROM (
       SELECT ch.id AS id, c."name" AS name, max(ch.place) FROM ${administrators}
         JOIN chosen ch ON ch.id = u.id JOIN "Company" c ON c.id = r."companyId"
        WHERE r."builtIn" = 'administrator' AND (?2 IS NULL OR c.id = ?2) GROUP BY c.id
        HAVING NOT EXISTS (SELECT 1 FROM ${administrators} WHERE r."builtIn" = 'administrator' AND r."companyId" = c.id
          AND u.id NOT IN (SELECT id FROM chosen)))`,
    JSON.stringify(userIds),
    companyId ?? null,
  );
  const companies = new Map<string, string[]>();
  for (const [id, name] of rows) companies.set(id, [...(companies.get(id) ?? []), name]);
  return companies;
}
