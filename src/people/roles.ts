import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { notHeld, PERMISSION_NAMES, type Permission } from '../domain/permission.ts';
import { rule } from '../domain/rule.ts';
import { text } from '../domain/text.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { badReference, type ChangeContext, notFound } from './context.ts';
import { refuseLastAdministrator } from './last-administrator.ts';
import { beforeAfter, differing } from './patch.ts';
import { throwOff } from './throw-off.ts';

const permissionsSchema = rule(
  z.array(z.enum(PERMISSION_NAMES)).max(PERMISSION_NAMES.length),
  'PERMISSIONS_REPEATED',
  'must not name a permission twice',
  (v) => new Set(v).size === v.length,
);

export const roleInputSchema = z.strictObject({
  name: text(60),
  permissions: permissionsSchema,
  requiresSecondFactor: z.boolean().optional(),
});
export type RoleInput = z.infer<typeof roleInputSchema>;
export const rolePatchSchema = roleInputSchema.partial();
export type RolePatch = z.infer<typeof rolePatchSchema>;

/** Who gives rights: nobody gives more than he has. */
export interface RoleContext extends ChangeContext {
  held: ReadonlySet<string>;
}

/** The caller has made sure that the company exists. @throws RIGHTS_NOT_HELD */
export async function createRole(tx: Tx, context: RoleContext, companyId: string, input: RoleInput): Promise<string> {
  refuseNotHeld(context, input.permissions);
  await refuseName(tx, companyId, input.name);
  const id = uuid();
  const now = new Date();
  const { permissions, requiresSecondFactor = false, name } = input;
  await tx.role.create({
    data: {
      id,
      companyId,
      name,
      permissions: JSON.stringify(permissions),
      requiresSecondFactor,
      createdAt: now,
      updatedAt: now,
    },
  });
  await audit(tx, context, 'created', { id, companyId }, { name, permissions });
  return id;
}

/** Of a built-in role only `requiresSecondFactor` can be changed. @throws ROLE_BUILT_IN, RIGHTS_NOT_HELD */
export async function updateRole(tx: Tx, context: RoleContext, id: string, patch: RolePatch): Promise<void> {
  const row = await tx.role.findUnique({ where: { id } });
  if (row === null) throw notFound('role');
  expectVersion(row, context.ifVersion);
  const { permissions, ...plain } = patch;
  const changed = differing(row, {
    ...plain,
    permissions: permissions === undefined ? undefined : JSON.stringify(permissions),
  });
  if (Object.keys(changed).length === 0) return;
  if (row.builtIn !== null && (changed.name !== undefined || changed.permissions !== undefined)) {
    throw new LinekeeperError('ROLE_BUILT_IN', `the role ${row.name} is built in: copy it to a role of your own`);
  }
  // A role that can do more than the caller is not his to change, not even to make it weaker.
  refuseNotHeld(context, JSON.parse(row.permissions) as Permission[]);
  if (permissions !== undefined) refuseNotHeld(context, permissions);
  if (changed.name !== undefined) await refuseName(tx, row.companyId, changed.name);
  await tx.role.update({ where: { id }, data: { ...changed, version: { increment: 1 }, updatedAt: new Date() } });
  await audit(tx, context, 'updated', row, beforeAfter(row, changed));
}

/** @throws ROLE_BUILT_IN, ROLE_IN_USE */
export async function removeRole(tx: Tx, context: RoleContext, id: string): Promise<void> {
  const row = await tx.role.findUnique({ where: { id }, include: { _count: { select: { users: true } } } });
  if (row === null) throw notFound('role');
  expectVersion(row, context.ifVersion);
  if (row.builtIn !== null) throw new LinekeeperError('ROLE_BUILT_IN', `the role ${row.name} is built in`);
  const { users } = row._count;
  if (users > 0) {
    throw new LinekeeperError('ROLE_IN_USE', `${users} users have the role ${row.name}`, { details: { users } });
  }
  await tx.role.delete({ where: { id } });
  await audit(tx, context, 'deleted', row, { name: row.name });
}

/**
 * Gives a user exactly these roles of a company; roles in other companies stay. No role of a company that is not the
 * user's own means that he is no longer a member there. Whoever loses a role is thrown off.
 * @throws REFERENCE_INVALID, RIGHTS_NOT_HELD, LAST_ADMINISTRATOR
 */
export async function setUserRoles(
  tx: Tx,
  context: RoleContext,
  userId: string,
  companyId: string,
  roleIds: readonly string[],
): Promise<void> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) throw notFound('user');
  expectVersion(user, context.ifVersion);
  const wanted = await tx.role.findMany({ where: { id: { in: [...roleIds] }, companyId } });
  if (wanted.length !== new Set(roleIds).size) throw badReference('roleIds', 'role');
  const present = await tx.userRole.findMany({ where: { userId, role: { companyId } }, include: { role: true } });
  const added = wanted.filter(({ id }) => !present.some(({ roleId }) => roleId === id));
  const taken = present.filter(({ roleId }) => !wanted.some(({ id }) => id === roleId)).map(({ role }) => role);
  if (added.length === 0 && taken.length === 0) return;
  for (const role of [...added, ...taken]) refuseNotHeld(context, JSON.parse(role.permissions) as Permission[]);
  if (taken.some(({ builtIn }) => builtIn === 'administrator'))
    await refuseLastAdministrator(tx, [userId], { companyId });
  await tx.userRole.deleteMany({ where: { userId, roleId: { in: taken.map(({ id }) => id) } } });
  await tx.userRole.createMany({ data: added.map(({ id }) => ({ userId, roleId: id })) });
  // Who is no longer a member of a company is in none of its groups.
  if (wanted.length === 0 && user.companyId !== companyId) {
    await tx.userGroupMember.deleteMany({ where: { userId, group: { companyId } } });
  }
  await tx.user.update({ where: { id: userId }, data: { version: { increment: 1 }, updatedAt: new Date() } });
  if (taken.length > 0) await throwOff(tx, [userId]);
  const names = (roles: readonly { name: string }[]) => roles.map(({ name }) => name).sort();
  const details = { roles: [names(present.map(({ role }) => role)), names(wanted)] };
  const entry = { actor: context.actor, action: 'user.roles_changed', objectType: 'user', objectId: userId };
  await recordAudit(tx, [{ ...entry, companyId, details }]);
}

function refuseNotHeld({ held }: RoleContext, permissions: readonly Permission[]): void {
  const missing = notHeld(held, permissions);
  if (missing.length === 0) return;
  throw new LinekeeperError('RIGHTS_NOT_HELD', `you cannot give or take what you do not have: ${missing.join(', ')}`, {
    details: { permissions: missing },
  });
}

async function refuseName(tx: Tx, companyId: string, name: string): Promise<void> {
  if ((await tx.role.count({ where: { companyId, name } })) === 0) return;
  throw new LinekeeperError('CONFLICT', `the company has a role called ${name}`, {
    fields: [{ path: 'name', code: 'ROLE_NAME_TAKEN', message: 'is taken' }],
  });
}

function audit(tx: Tx, context: ChangeContext, verb: string, role: { id: string; companyId: string }, details: object) {
  const entry = { actor: context.actor, action: `role.${verb}`, objectType: 'role', objectId: role.id };
  return recordAudit(tx, [{ ...entry, companyId: role.companyId, details: { ...details } }]);
}
