import { v7 as uuid } from 'uuid';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { giveBuiltInRole } from '../store/roles.ts';
import { isUsernameTaken } from '../store/user-rows.ts';
import { checkUserType } from './company-lists.ts';
import { badReference, type ChangeContext, notFound } from './context.ts';
import { changeExternalIds } from './external-ids.ts';
import { beforeAfter, differing, given } from './patch.ts';
import type { SealPin } from './phone-pin.ts';
import type { UserInput, UserPatch } from './user-input.ts';

/** The caller has made sure that the company exists. */
export async function createUser(
  tx: Tx,
  context: ChangeContext,
  companyId: string,
  input: UserInput,
  sealPin?: SealPin,
): Promise<string> {
  await refuseUsername(tx, input.username);
  await checkSite(tx, companyId, input.siteId);
  await checkUserType(tx, companyId, input.userType);
  const now = new Date();
  const id = uuid();
  const { username, firstName, lastName, externalIds = [], ...others } = input;
  const phonePinSealed = sealPin?.(id) ?? null;
  const names = { username, firstName, lastName };
  await tx.user.create({
    data: { id, companyId, ...names, ...given(others), phonePinSealed, createdAt: now, updatedAt: now },
  });
  await changeExternalIds(tx, { id, companyId }, externalIds);
  await giveBuiltInRole(tx, [id], 'user');
  await auditUser(tx, context, 'created', { id, companyId }, { username });
  return id;
}

export async function updateUser(
  tx: Tx,
  context: ChangeContext,
  id: string,
  patch: UserPatch,
  sealPin?: SealPin,
): Promise<void> {
  const row = await tx.user.findUnique({ where: { id } });
  if (row === null) throw notFound('user');
  expectVersion(row, context.ifVersion);
  const { externalIds, ...fields } = patch;
  const changed = differing(row, fields);
  if (changed.username !== undefined) await refuseUsername(tx, changed.username, id);
  await checkSite(tx, row.companyId, changed.siteId);
  await checkUserType(tx, row.companyId, changed.userType);
  const ids = externalIds === undefined ? undefined : await changeExternalIds(tx, row, externalIds);
  const details: Record<string, unknown> = {
    ...beforeAfter(row, changed),
    ...(ids === undefined ? {} : { externalIds: ids }),
  };
  const pin = pinChange(row, sealPin);
  if (pin !== undefined) details.phonePin = [masked(row.phonePinSealed), masked(pin.phonePinSealed)];
  if (Object.keys(details).length === 0) return;
  // Codes go where their owner has shown that they arrive: another address has to show it anew.
  const codes = changed.personalContact === undefined ? {} : { codeByContact: false };
  await tx.user.update({
    where: { id },
    data: { ...changed, ...pin, ...codes, version: { increment: 1 }, updatedAt: new Date() },
  });
  await auditUser(tx, context, 'updated', row, details);
}

function pinChange(
  row: { id: string; phonePinSealed: string | null },
  sealPin: SealPin | undefined,
): { phonePinSealed: string | null } | undefined {
  if (sealPin === undefined) return undefined;
  const phonePinSealed = sealPin(row.id);
  return phonePinSealed === row.phonePinSealed ? undefined : { phonePinSealed };
}

function masked(secret: string | null): string | null {
  return secret === null ? null : '****';
}

async function refuseUsername(tx: Tx, username: string, exceptId?: string): Promise<void> {
  if (!(await isUsernameTaken(tx, username, exceptId))) return;
  throw new LinekeeperError('USERNAME_TAKEN', 'this user name is taken', {
    fields: [{ path: 'username', code: 'USERNAME_TAKEN', message: 'is taken' }],
  });
}

async function checkSite(tx: Tx, companyId: string, siteId: string | null | undefined): Promise<void> {
  if (siteId === undefined || siteId === null) return;
  if ((await tx.site.count({ where: { id: siteId, companyId } })) === 0) throw badReference('siteId', 'site');
}

export function auditUser(
  tx: Tx,
  context: ChangeContext,
  verb: string,
  user: { id: string; companyId: string },
  details: Record<string, unknown>,
) {
  const entry = { actor: context.actor, action: `user.${verb}`, objectType: 'user', objectId: user.id };
  return recordAudit(tx, [{ ...entry, companyId: user.companyId, details }]);
}
