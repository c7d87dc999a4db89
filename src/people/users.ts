import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { emailSchema } from '../domain/mailbox.ts';
import { rule } from '../domain/rule.ts';
import { text } from '../domain/text.ts';
import { timezoneSchema } from '../domain/timezone.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { giveBuiltInRole } from '../store/roles.ts';
import { badReference, type ChangeContext, notFound } from './context.ts';
import { beforeAfter, differing, given } from './patch.ts';

const languageSchema = rule(z.string(), 'LANGUAGE_INVALID', 'must be a language such as en, de or pt-BR', (v) =>
  /^[a-z]{2,3}(-[A-Z]{2})?$/.test(v),
);

export const userInputSchema = z.strictObject({
  username: text(120),
  firstName: text(60),
  lastName: text(60),
  email: emailSchema.nullable().optional(),
  /** Id of a site of the company. */
  siteId: z.string().max(64).nullable().optional(),
  language: languageSchema.optional(),
  timezone: timezoneSchema.nullable().optional(),
});
export type UserInput = z.infer<typeof userInputSchema>;
export const userPatchSchema = userInputSchema.partial();
export type UserPatch = z.infer<typeof userPatchSchema>;

/** The caller has made sure that the company exists. */
export async function createUser(tx: Tx, context: ChangeContext, companyId: string, input: UserInput): Promise<string> {
  await refuseUsername(tx, input.username);
  await checkSite(tx, companyId, input.siteId);
  const now = new Date();
  const id = uuid();
  const { username, firstName, lastName, ...others } = input;
  await tx.user.create({
    data: { id, companyId, username, firstName, lastName, ...given(others), createdAt: now, updatedAt: now },
  });
  await giveBuiltInRole(tx, [id], 'user');
  await audit(tx, context, 'created', { id, companyId }, { username: input.username });
  return id;
}

export async function updateUser(tx: Tx, context: ChangeContext, id: string, patch: UserPatch): Promise<void> {
  const row = await tx.user.findUnique({ where: { id } });
  if (row === null) throw notFound('user');
  expectVersion(row, context.ifVersion);
  const changed = differing(row, patch);
  if (Object.keys(changed).length === 0) return;
  if (changed.username !== undefined) await refuseUsername(tx, changed.username);
  await checkSite(tx, row.companyId, changed.siteId);
  await tx.user.update({ where: { id }, data: { ...changed, version: { increment: 1 }, updatedAt: new Date() } });
  await audit(tx, context, 'updated', row, beforeAfter(row, changed));
}

async function refuseUsername(tx: Tx, username: string): Promise<void> {
  if ((await tx.user.count({ where: { username } })) === 0) return;
  throw new LinekeeperError('USERNAME_TAKEN', 'this user name is taken', {
    fields: [{ path: 'username', code: 'USERNAME_TAKEN', message: 'is taken' }],
  });
}

async function checkSite(tx: Tx, companyId: string, siteId: string | null | undefined): Promise<void> {
  if (siteId === undefined || siteId === null) return;
  if ((await tx.site.count({ where: { id: siteId, companyId } })) === 0) throw badReference('siteId', 'site');
}

function audit(
  tx: Tx,
  context: ChangeContext,
  verb: string,
  user: { id: string; companyId: string },
  details: Record<string, unknown>,
) {
  const entry = { actor: context.actor, action: `user.${verb}`, objectType: 'user', objectId: user.id };
  return recordAudit(tx, [{ ...entry, companyId: user.companyId, details }]);
}
