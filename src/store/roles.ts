import { v7 as uuid } from 'uuid';
import { BUILT_IN_ROLES, type BuiltInRole } from '../domain/permission.ts';
import type { Tx } from './database.ts';
import { execute } from './sql.ts';

/** The roles that every company starts with. */
export async function insertBuiltInRoles(tx: Tx, companyId: string): Promise<void> {
  const now = new Date();
  for (const [builtIn, { name, permissions }] of Object.entries(BUILT_IN_ROLES)) {
    await tx.role.create({
      data: {
        id: uuid(),
        companyId,
        name,
        builtIn,
        permissions: JSON.stringify(permissions),
        createdAt: now,
        updatedAt: now,
      },
    });
  }
}

/** Gives these users a built-in role of their own company; who has it keeps it. */
export async function giveBuiltInRole(tx: Tx, userIds: readonly string[], role: BuiltInRole): Promise<void> {
  await execute(
    tx,
    `INSERT OR IGNORE INTO "UserRole" ("userId","roleId") SELECT u.id, r.id FROM json_each(?1) j
       CROSS JOIN "User" u ON u.id = j.value JOIN "Role" r ON r."companyId" = u."companyId" AND r."builtIn" = ?2`,
    JSON.stringify(userIds),
    role,
  );
}

/** Gives a user a built-in role of any company: a member there from now on. */
export async function giveRoleIn(tx: Tx, userId: string, companyId: string, role: BuiltInRole): Promise<void> {
  await execute(
    tx,
    `INSERT OR IGNORE INTO "UserRole" ("userId","roleId")
     SELECT ?1, id FROM "Role" WHERE "companyId" = ?2 AND "builtIn" = ?3`,
    userId,
    companyId,
    role,
  );
}
