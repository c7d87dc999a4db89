import type { Permission } from '../domain/permission.ts';
import type { Tx } from './database.ts';

/** What a user may do in the company that owns the account, and whether in all companies. */
export async function permissionsOf(
  tx: Tx,
  userId: string,
): Promise<{ isOperator: boolean; permissions: Permission[] }> {
  const user = await tx.user.findUniqueOrThrow({
    where: { id: userId },
    select: { isOperator: true, companyId: true, roles: { select: { role: true } } },
  });
  const own = user.roles.filter(({ role }) => role.companyId === user.companyId);
  const permissions = own.flatMap(({ role }) => JSON.parse(role.permissions) as Permission[]);
  return { isOperator: user.isOperator, permissions: [...new Set(permissions)] };
}
