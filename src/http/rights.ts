import { notHeld, type Permission } from '../domain/permission.ts';
import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';
import type { Principal } from './scopes.ts';

/** Refuses to give what the caller does not have. @throws RIGHTS_NOT_HELD */
export function mustHold(principal: Principal, permissions: Iterable<Permission>): void {
  const tooMuch = notHeld(principal.scopes, permissions);
  if (tooMuch.length === 0) return;
  throw new LinekeeperError('RIGHTS_NOT_HELD', `you do not have ${tooMuch.join(', ')} yourself`, {
    details: { permissions: tooMuch },
  });
}

/**
 * Whoever gets at the account of another gets at its rights: so he must have them. Operators are above every company.
 * @throws FORBIDDEN, RIGHTS_NOT_HELD
 */
export async function mustHoldRightsOf(tx: Tx, principal: Principal, userId: string): Promise<void> {
  const { isOperator } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { isOperator: true } });
  if (isOperator && principal.companyId !== undefined) {
    throw new LinekeeperError('FORBIDDEN', 'this account operates the platform');
  }
  const roles = await tx.userRole.findMany({ where: { userId }, select: { role: { select: { permissions: true } } } });
  mustHold(
    principal,
    roles.flatMap(({ role }) => JSON.parse(role.permissions) as Permission[]),
  );
}
