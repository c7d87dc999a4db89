import { holdsPermission, type Permission } from '../domain/permission.ts';
import type { Database } from '../store/database.ts';
import { findSessions, type KnownSession, ownerOfToken, rightsOfUser } from '../store/sessions.ts';
import { findTokenById, type StoredToken } from '../store/tokens.ts';
import { LOCAL, type Principal } from './scopes.ts';

/** `lastUsedAt` and `lastSeenAt` are for people who look on: once a minute is enough (milliseconds). */
export const NOTE_EVERY_MS = 60_000;

/** Who is behind a session; undefined: it is over. `idleMs`: without a request for so long it is. */
export function principalOfSession(session: KnownSession, now: number, idleMs: number): Principal | undefined {
  if (session.state !== 'active' || session.expiresAt <= now) return undefined;
  if (now - session.lastSeenAt >= idleMs + NOTE_EVERY_MS) return undefined;
  const { isOperator, mustChangePassword, lacksSecondFactor } = session;
  return {
    id: `user:${session.userId}`,
    actor: `user:${session.username}`,
    scopes: new Set(isOperator ? ['admin'] : session.permissions),
    companyId: isOperator ? undefined : session.companyId,
    userId: session.userId,
    sessionId: session.id,
    ...(mustChangePassword ? { restriction: 'password' } : lacksSecondFactor ? { restriction: 'second-factor' } : {}),
  };
}

/** Who is behind a token; undefined: it is over, or its user may no longer have it. */
export async function principalOfToken(db: Database, row: StoredToken, now: number): Promise<Principal | undefined> {
  if (row.expiresAt !== null && row.expiresAt.getTime() <= now) return undefined;
  const { id, name, companyId, userId } = row;
  let scopes = new Set(row.scopes);
  if (userId !== null) {
    const owner = await ownerOfToken(db, userId, companyId);
    if (owner === undefined || (companyId === null && !owner.isOperator)) return undefined;
    if (!owner.isOperator) scopes = common(scopes, new Set(owner.permissions));
  }
  return {
    id: `token:${id}`,
    actor: `token:${name}`,
    scopes,
    companyId: companyId ?? undefined,
    ...(userId === null ? {} : { userId }),
  };
}

/**
 * Looks logins up anew that were let in before, by the id of their session or else their own; those that are over are
 * missing. One query for all sessions; being looked at is no use of them.
 */
export async function livingPrincipals(
  db: Database,
  principals: readonly Pick<Principal, 'id' | 'sessionId'>[],
  idleMs: number,
): Promise<Map<string, Principal>> {
  const living = new Map<string, Principal>();
  const now = Date.now();
  const sessionIds = principals.map(({ sessionId }) => sessionId).filter((id) => id !== undefined);
  for (const session of sessionIds.length === 0 ? [] : await findSessions(db, sessionIds)) {
    const principal = principalOfSession(session, now, idleMs);
    if (principal !== undefined) living.set(session.id, principal);
  }
  for (const { id, sessionId } of principals) {
    if (sessionId !== undefined) continue;
    const row = id.startsWith('token:') ? await findTokenById(db, id.slice('token:'.length)) : undefined;
    const principal = id === LOCAL.id ? LOCAL : row && (await principalOfToken(db, row, now));
    if (principal !== undefined) living.set(id, principal);
  }
  return living;
}

/**
 * Who started something that still runs, as he stands now: by his own id, whatever became of the login that he used.
 * undefined: he may do nothing any more.
 */
export async function principalById(db: Database, id: string, companyId: string): Promise<Principal | undefined> {
  if (id === LOCAL.id) return LOCAL;
  if (id.startsWith('token:')) {
    const row = await findTokenById(db, id.slice('token:'.length));
    return row && (await principalOfToken(db, row, Date.now()));
  }
  const userId = id.slice('user:'.length);
  const user = await rightsOfUser(db, userId, companyId);
  if (user === undefined) return undefined;
  const { isOperator, username, permissions } = user;
  return {
    id,
    actor: `user:${username}`,
    scopes: new Set(isOperator ? ['admin'] : permissions),
    companyId: isOperator ? undefined : companyId,
    userId,
  };
}

/** What a personal token may do: no more than was asked for it, and no more than its user may now. */
function common(wanted: ReadonlySet<string>, held: ReadonlySet<string>): Set<string> {
  const narrower = [...wanted].filter((one) => holdsPermission(held, one as Permission));
  const ofUser = [...held].filter((one) => holdsPermission(wanted, one as Permission));
  return new Set([...narrower, ...ofUser]);
}
