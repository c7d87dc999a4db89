import { notHeld, type Permission } from '../domain/permission.ts';
import { LinekeeperError } from '../errors.ts';
import type { Principal } from './scopes.ts';

/** Refuses to give what the caller does not have. @throws RIGHTS_NOT_HELD */
export function mustHold(principal: Principal, permissions: Iterable<Permission>): void {
  const tooMuch = notHeld(principal.scopes, permissions);
  if (tooMuch.length === 0) return;
  throw new LinekeeperError('RIGHTS_NOT_HELD', `you do not have ${tooMuch.join(', ')} yourself`, {
    details: { permissions: tooMuch },
  });
}
