import { notHeld, type Permission } from '../domain/permission.ts';
import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';
import { operatorsAmong, roleNamesOf, rolesHeldBy } from '../store/ranks.ts';

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
  await refuseHigherUsers(tx, caller, [userId]);
}

/** The same for many at once. @throws RIGHTS_NOT_HELD for the first of them */
export async function refuseHigherUsers(tx: Tx, caller: Caller, userIds: readonly string[]): Promise<void> {
  const higher = await higherUsers(tx, caller, userIds);
  const first = userIds.map((id) => higher.get(id)).find((reason) => reason !== undefined);
  if (first === undefined) return;
  const { message, roles } = first;
  throw new LinekeeperError('RIGHTS_NOT_HELD', message, roles === undefined ? {} : { details: { roles } });
}

/** Why somebody is above the caller. */
export interface Higher {
  message: string;
  /** Names of the roles that allow more than the caller may do. */
  roles?: string[];
}

/** Those of the users who may do more than the caller, whatever company it is in. In three statements, however many they are. */
export async function higherUsers(
  tx: Tx,
  caller: Caller,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Higher>> {
  const higher = new Map<string, Higher>();
  // Nothing is above him.
  if (caller.scopes.has('admin') && caller.companyId === undefined) return higher;
  const roles = (await rolesHeldBy(tx, userIds)).filter((role) => isHigher(caller, role.permissions));
  const ids = roles.map(({ id }) => id);
  for (const [id, names] of ids.length === 0 ? [] : await roleNamesOf(tx, userIds, ids)) {
    higher.set(id, { message: wordsOf(names), roles: names });
  }
  for (const id of await operatorsAmong(tx, userIds)) higher.set(id, { message: 'this account operates the platform' });
  return higher;
}

/** @throws RIGHTS_NOT_HELD naming the roles that allow more than the caller may do */
export function refuseHigherRoles(caller: Caller, roles: readonly { name: string; permissions: string }[]): void {
  const higher = roles.filter(({ permissions }) => isHigher(caller, JSON.parse(permissions) as Permission[]));
  if (higher.length === 0) return;
  const names = higher.map(({ name }) => name);
  throw new LinekeeperError('RIGHTS_NOT_HELD', wordsOf(names), { details: { roles: names } });
}

function isHigher({ scopes }: Caller, permissions: readonly Permission[]): boolean {
  return notHeld(scopes, permissions).length > 0;
}

function wordsOf(roles: readonly string[]): string {
  return `you may not do all that these roles allow: ${roles.join(', ')}`;
}
