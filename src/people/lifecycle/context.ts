import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { type LifecycleUser, lifecycleUsers } from '../../store/lifecycle.ts';
import { refuseLastAdministrator } from '../last-administrator.ts';

/** Who acts on whom. */
export interface LifecycleContext {
  /** For the activity log. */
  actor: string;
  /** The user behind the request; absent: a token, the local administrator, or the clock. */
  userId?: string | undefined;
  /** undefined: all companies. */
  companyId?: string | undefined;
  ifVersion?: number | undefined;
}

/** What a use-case did to one user; without a report nothing was to be done. */
export interface Done {
  userId: string;
  reportId: string | null;
}

/**
 * The users, all of them, of companies that the caller sees.
 *
 * @throws REFERENCE_INVALID names those that are missing
 */
export async function loadUsers(
  tx: Tx,
  context: LifecycleContext,
  ids: readonly string[],
): Promise<Map<string, LifecycleUser>> {
  const found = new Map((await lifecycleUsers(tx, ids)).map((user) => [user.id, user]));
  const missing = ids.filter((id) => {
    const user = found.get(id);
    return user === undefined || (context.companyId !== undefined && user.companyId !== context.companyId);
  });
  if (missing.length === 0) return found;
  throw new LinekeeperError('REFERENCE_INVALID', `there is no such user: ${missing.slice(0, 5).join(', ')}`, {
    fields: [{ path: 'ids', code: 'REFERENCE_INVALID', message: `there is no such user: ${missing[0]}` }],
    details: { missing: missing.slice(0, 20), count: missing.length },
  });
}

/**
 * What nobody may do by disabling or deleting: saw off the branch he sits on, leave a company without an administrator, or,
 * from within one company, touch who operates the platform.
 *
 * @throws FORBIDDEN, RIGHTS_NOT_HELD, LAST_ADMINISTRATOR
 */
export async function mayGo(
  tx: Tx,
  context: LifecycleContext,
  users: readonly LifecycleUser[],
  areLeaving: boolean,
): Promise<void> {
  if (users.some(({ id }) => id === context.userId)) {
    throw new LinekeeperError('FORBIDDEN', 'nobody disables or deletes himself');
  }
  if (context.companyId !== undefined && users.some(({ isOperator }) => isOperator)) {
    throw new LinekeeperError('RIGHTS_NOT_HELD', 'an operator of the platform cannot be touched from one company');
  }
  await refuseLastAdministrator(
    tx,
    users.map(({ id }) => id),
    { areLeaving },
  );
}
