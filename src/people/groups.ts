import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { FIXED_KINDS, groupDescriptionSchema, groupNameSchema } from '../domain/group.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { checkLabelKind } from './company-lists.ts';
import { type ChangeContext, notFound } from './context.ts';
import { refuseNamedLayouts } from './key-layouts.ts';
import { beforeAfter, differing } from './patch.ts';

/** Groups, teams and labels are one thing under three names; the kind says which, and stays. */
export const groupInputSchema = z.strictObject({
  name: groupNameSchema,
  description: groupDescriptionSchema.nullable().optional(),
});
export type GroupInput = z.infer<typeof groupInputSchema>;
export const groupPatchSchema = groupInputSchema.partial();
export type GroupPatch = z.infer<typeof groupPatchSchema>;

/**
 * The caller has made sure that the company exists.
 * @throws REFERENCE_INVALID for a kind that the company does not have, CONFLICT for a name that is taken
 */
export async function createGroup(
  tx: Tx,
  context: ChangeContext,
  companyId: string,
  kind: string,
  input: GroupInput,
): Promise<string> {
  if (!FIXED_KINDS.some((one) => one === kind)) await checkLabelKind(tx, companyId, kind);
  await refuseName(tx, companyId, kind, input.name);
  const now = new Date();
  const id = uuid();
  const { name, description = null } = input;
  await tx.userGroup.create({ data: { id, companyId, kind, name, description, createdAt: now, updatedAt: now } });
  await auditGroup(tx, context, 'created', { id, companyId, kind, name }, {});
  return id;
}

export async function updateGroup(tx: Tx, context: ChangeContext, id: string, patch: GroupPatch): Promise<void> {
  const row = await groupAt(tx, context, id);
  const changed = differing(row, patch);
  if (Object.keys(changed).length === 0) return;
  if (changed.name !== undefined) await refuseName(tx, row.companyId, row.kind, changed.name);
  await tx.userGroup.update({ where: { id }, data: { ...changed, version: { increment: 1 }, updatedAt: new Date() } });
  await auditGroup(tx, context, 'updated', row, beforeAfter(row, changed));
}

/** Its members stay; they are no members any more. */
export async function removeGroup(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await groupAt(tx, context, id);
  const members = await tx.userGroupMember.count({ where: { groupId: id } });
  await refuseNamedLayouts(tx, { groupId: id });
  await tx.userGroup.delete({ where: { id } });
  await auditGroup(tx, context, 'deleted', row, { members });
}

/** @throws NOT_FOUND, PRECONDITION_FAILED when it is not the version that the caller saw */
export async function groupAt(tx: Tx, context: ChangeContext, id: string) {
  const row = await tx.userGroup.findUnique({ where: { id } });
  if (row === null) throw notFound('group');
  expectVersion(row, context.ifVersion);
  return row;
}

async function refuseName(tx: Tx, companyId: string, kind: string, name: string): Promise<void> {
  if ((await tx.userGroup.count({ where: { companyId, kind, name } })) === 0) return;
  throw new LinekeeperError('CONFLICT', `the company has a ${kind} called ${name}`, {
    fields: [{ path: 'name', code: 'GROUP_NAME_TAKEN', message: 'is taken' }],
  });
}

export function auditGroup(
  tx: Tx,
  context: ChangeContext,
  verb: string,
  group: { id: string; companyId: string; kind: string; name: string },
  details: Record<string, unknown>,
) {
  const { id, companyId, kind, name } = group;
  const entry = { actor: context.actor, action: `group.${verb}`, objectType: 'group', objectId: id, companyId };
  return recordAudit(tx, [{ ...entry, details: { kind, name, ...details } }]);
}
