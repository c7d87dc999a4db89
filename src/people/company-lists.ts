import { FIXED_KINDS } from '../domain/group.ts';
import { type ErrorCode, LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';

/** Refuses a list of user types that leaves out one that people have. */
export async function refuseLostTypes(tx: Tx, companyId: string, kept: readonly string[]): Promise<void> {
  const lost = await tx.user.findFirst({
    where: { companyId, userType: { not: null, notIn: [...kept] } },
    select: { userType: true },
    orderBy: { userType: 'asc' },
  });
  if (lost === null) return;
  const users = await tx.user.count({ where: { companyId, userType: lost.userType } });
  throw inUse('USER_TYPE_IN_USE', 'userTypes', `${users} users are of the type ${lost.userType}`);
}

/** Refuses a list of kinds of labels that leaves out one that there are labels of. */
export async function refuseLostKinds(tx: Tx, companyId: string, kept: readonly string[]): Promise<void> {
  const lost = await tx.userGroup.findFirst({
    where: { companyId, kind: { notIn: [...FIXED_KINDS, ...kept] } },
    select: { kind: true },
    orderBy: { kind: 'asc' },
  });
  if (lost === null) return;
  const labels = await tx.userGroup.count({ where: { companyId, kind: lost.kind } });
  throw inUse('LABEL_KIND_IN_USE', 'labelKinds', `there are ${labels} labels of the kind ${lost.kind}`);
}

function inUse(code: ErrorCode, path: string, message: string): LinekeeperError {
  return new LinekeeperError(code, `${path}: ${message}`, { fields: [{ path, code, message }] });
}

/** @throws REFERENCE_INVALID for a type that is not in the company's list. */
export async function checkUserType(tx: Tx, companyId: string, userType: string | null | undefined): Promise<void> {
  if (userType === undefined || userType === null) return;
  await checkListed(tx, companyId, 'userTypes', 'userType', userType);
}

/** @throws REFERENCE_INVALID for a kind of labels that is not in the company's list. */
export function checkLabelKind(tx: Tx, companyId: string, kind: string): Promise<void> {
  return checkListed(tx, companyId, 'labelKinds', 'kind', kind);
}

async function checkListed(
  tx: Tx,
  companyId: string,
  list: 'userTypes' | 'labelKinds',
  path: string,
  value: string,
): Promise<void> {
  const company = await tx.company.findUniqueOrThrow({
    where: { id: companyId },
    select: { userTypes: true, labelKinds: true },
  });
  if ((JSON.parse(company[list]) as string[]).includes(value)) return;
  const message = `is not among the ${list} of the company`;
  throw new LinekeeperError('REFERENCE_INVALID', `${path}: ${message}`, {
    fields: [{ path, code: 'REFERENCE_INVALID', message }],
  });
}
