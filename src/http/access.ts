import { LinekeeperError } from '../errors.ts';
import { refuseHigherUser } from '../people/outrank.ts';
import type { Tx } from '../store/database.ts';
import { type CompanyObject, companyOf } from '../store/queries/company-of.ts';
import type { Principal } from './scopes.ts';

/**
 * Refuses objects of a company that the caller must not see, in the words used for objects that do not exist, so that
 * nobody can find out which is the case.
 */
export async function mustSee(tx: Tx, principal: Principal, type: CompanyObject, id: string): Promise<void> {
  const companyId = await companyOf(tx, type, id);
  if (companyId === undefined || !sees(principal, companyId)) throw notFound(type);
}

export function notFound(what: string): LinekeeperError {
  return new LinekeeperError('NOT_FOUND', `there is no such ${what}`);
}

export function sees(principal: Principal, companyId: string): boolean {
  return principal.companyId === undefined || principal.companyId === companyId;
}

/**
 * Refuses what would give somebody power over an account that may do more than he may: with a new password, another
 * e-mail address or a lifted second factor he would become that account.
 */
export async function mustManage(tx: Tx, principal: Principal, userId: string): Promise<void> {
  await mustSee(tx, principal, 'user', userId);
  await refuseHigherUser(tx, principal, userId);
}

/** The company in which a user's roles are to be changed: its own user, or a guest with a role there. */
export async function mustSeeMember(
  tx: Tx,
  principal: Principal,
  userId: string,
  wanted: string | undefined,
): Promise<string> {
  const home = await companyOf(tx, 'user', userId);
  if (home === undefined) throw notFound('user');
  const companyId = wanted ?? principal.companyId ?? home;
  if (!sees(principal, companyId) || (await companyOf(tx, 'company', companyId)) === undefined) throw notFound('user');
  if (home === companyId || principal.companyId === undefined) return companyId;
  if ((await tx.userRole.count({ where: { userId, role: { companyId } } })) === 0) throw notFound('user');
  return companyId;
}

/** PBXes and their sync belong to no company: a token of one company has no business there. */
export function mustBeGlobal(principal: Principal): void {
  if (principal.companyId !== undefined) {
    throw new LinekeeperError('FORBIDDEN', 'a token of one company cannot do this');
  }
}

/** The company that a new object shall belong to; a token of one company need not name it. */
export async function targetCompany(tx: Tx, principal: Principal, wanted: string | undefined): Promise<string> {
  const companyId = wanted ?? principal.companyId;
  const exists =
    companyId !== undefined &&
    sees(principal, companyId) &&
    (await tx.company.count({ where: { id: companyId } })) === 1;
  if (exists) return companyId;
  const message = wanted === undefined ? 'is needed' : 'there is no such company';
  throw new LinekeeperError('REFERENCE_INVALID', `companyId: ${message}`, {
    fields: [{ path: 'companyId', code: 'REFERENCE_INVALID', message }],
  });
}
