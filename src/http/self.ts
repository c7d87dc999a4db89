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

/** The user who asks; the auth plugin has made sure that there is one. */
export function selfOf({ principal }: AnyRequest): { userId: string; sessionId: string | undefined } {
  if (principal.userId === undefined) throw new LinekeeperError('INTERNAL', 'a route for users without one');
  return { userId: principal.userId, sessionId: principal.sessionId };
}
