import { LinekeeperError } from '../errors.ts';
import type { AnyRequest } from './types.ts';

/**
 * The person who asks, in a session of a login: what opens the account is not changed with an API token.
 * @throws FORBIDDEN
 */
export function inSession(request: AnyRequest): { userId: string; actor: string } {
  const { userId, sessionId, actor } = request.principal;
  if (userId === undefined || sessionId === undefined) {
    throw new LinekeeperError('FORBIDDEN', 'this is for users who have logged in');
  }
  return { userId, actor };
}
