import { z } from 'zod';
import { extensionNumberSchema } from '../domain/extension.ts';
import type { Tx } from '../store/database.ts';
import { copyMemberships } from '../store/group-members.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { type ChangeContext, notFound } from './context.ts';
import { type Caller, refuseHigherRoles } from './outrank.ts';
import { userInputSchema } from './user-input.ts';
import { auditUser, createUser } from './users.ts';

export const duplicateSchema = userInputSchema
  .pick({ username: true, firstName: true, lastName: true, email: true })
  .extend({
    /** With an extension like that of the first user: this number, or the next one that is free. */
    extension: z.union([z.literal('next'), extensionNumberSchema]).optional(),
    /** The new user gets no mail: nothing else is possible, but it may be said. */
    sendNothing: z.literal(true).optional(),
  });
export type DuplicateInput = Pick<z.infer<typeof duplicateSchema>, 'username' | 'firstName' | 'lastName' | 'email'>;

/**
 * A second user like the first: place, language, type, roles, groups. Nothing that is secret or one person's alone:
 * no password, PIN, second factor, contact, external id or picture.
 * @throws RIGHTS_NOT_HELD when a role of the first allows what the caller may not do
 */
export async function duplicateUser(
  tx: Tx,
  context: ChangeContext & { caller: Caller },
  sourceId: string,
  input: DuplicateInput,
): Promise<string> {
  const source = await tx.user.findUnique({ where: { id: sourceId } });
  if (source === null) throw notFound('user');
  expectVersion(source, context.ifVersion);
  const { companyId, siteId, language, timezone, title, userType } = source;
  const roles = await tx.role.findMany({ where: { companyId, users: { some: { userId: sourceId } } } });
  refuseHigherRoles(context.caller, roles);
  const id = await createUser(tx, context, companyId, { ...input, siteId, language, timezone, title, userType });
  await tx.userRole.deleteMany({ where: { userId: id } });
  if (roles.length > 0) await tx.userRole.createMany({ data: roles.map((role) => ({ userId: id, roleId: role.id })) });
  await copyMemberships(tx, companyId, sourceId, id);
  const details = { from: source.username, roles: roles.map(({ name }) => name) };
  await auditUser(tx, context, 'duplicated', { id, companyId }, details);
  return id;
}
