import { notHeld, type Permission } from '../domain/permission.ts';
import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';

/** Whoever asks: what he may do, and in which company (undefined: in all). */
export interface Caller {
  scopes: ReadonlySet<string>;
  companyId: string | undefined;
}

/**
 * Who can get into an account has its rights: nobody may open one that may do more than he may himself.
 * @throws RIGHTS_NOT_HELD
 */
export async function refuseHigherUser(tx: Tx, caller: Caller, userId: string): Promise<void> {
  // Nothing is above him.
  if (caller.scopes.has('admin') && caller.companyId === undefined) return;
  const user = await tx.user.findUnique({
    where: { id: userId },
    select: { isOperator: true, roles: { select: { role: { select: { name: true, permissions: true } } } } },
  });
  if (user === null) return;
  const roles = user.roles.map(({ role }) => role);
  refuseHigherPerson(caller, { isOperator: user.isOperator, roles });
}

/** The same for somebody whose roles, of all companies, are known. @throws RIGHTS_NOT_HELD */
export function refuseHigherPerson(
  caller: Caller,
  person: { isOperator: boolean; roles: readonly { name: string; permissions: string }[] },
): void {
  if (caller.scopes.has('admin') && caller.companyId === undefined) return;
  if (person.isOperator && (caller.companyId !== undefined || !caller.scopes.has('admin'))) {
    throw new LinekeeperError('RIGHTS_NOT_HELD', 'this account operates the platform');
  }
  refuseHigherRoles(caller, person.roles);
}

/** @throws RIGHTS_NOT_HELD naming the roles that allow more than the caller may do */
export function refuseHigherRoles(caller: Caller, roles: readonly { name: string; permissions: string }[]): void {
  const higher = roles.filter(
    ({ permissions }) => notHeld(caller.scopes, JSON.parse(permissions) as Permission[]).length > 0,
  );
  if (higher.length === 0) return;
  const names = higher.map(({ name }) => name);
  throw new LinekeeperError('RIGHTS_NOT_HELD', `you may not do all that these roles allow: ${names.join(', ')}`, {
    details: { roles: names },
  });
}
