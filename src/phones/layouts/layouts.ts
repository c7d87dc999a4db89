import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { phoneKeysSchema } from '../../domain/phones/key.ts';
import { text } from '../../domain/text.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { audit, badReference, beforeAfter, type ChangeContext, differing, notFound, wrongField } from '../change.ts';
import type { DeviceDeps } from '../devices/deps.ts';
import { refuseOverflow } from '../devices/judge.ts';
import { devicesOfLayout } from './reach.ts';

const id = z.string().max(64);

export const layoutInputSchema = z.strictObject({
  name: text(60),
  siteId: id.nullable().optional().meta({ description: 'All phones of this site have it.' }),
  groupId: id.nullable().optional().meta({ description: 'The phones of the people of this team have it.' }),
  keys: phoneKeysSchema,
});
export type LayoutInput = z.output<typeof layoutInputSchema>;
export const layoutPatchSchema = layoutInputSchema.partial();
export type LayoutPatch = z.output<typeof layoutPatchSchema>;

/** @throws KEYS_OVERFLOW naming the phones that have not so many keys */
export async function createLayout(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  companyId: string,
  input: LayoutInput,
): Promise<string> {
  const { name, siteId = null, groupId = null } = input;
  await check(tx, companyId, { name, siteId, groupId });
  const now = new Date();
  const row = { id: uuid(), companyId, name, siteId, groupId, keys: JSON.stringify(input.keys) };
  await tx.keyLayout.create({ data: { ...row, createdAt: now, updatedAt: now } });
  await refuseOverflow(tx, deps, await devicesOfLayout(tx, row.id), 'keys');
  await audit(tx, context, 'key_layout.created', 'key_layout', row, { name, siteId, groupId });
  return row.id;
}

export async function changeLayout(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  layoutId: string,
  patch: LayoutPatch,
): Promise<void> {
  const row = await tx.keyLayout.findUnique({ where: { id: layoutId } });
  if (row === null) throw notFound('key layout');
  expectVersion(row, context.ifVersion);
  const { keys, ...fields } = patch;
  const given = { ...fields, keys: keys === undefined ? undefined : JSON.stringify(keys) };
  const changed = differing(row, given);
  if (Object.keys(changed).length === 0) return;
  await check(tx, row.companyId, { siteId: row.siteId, groupId: row.groupId, ...changed });
  await tx.keyLayout.update({
    where: { id: layoutId },
    data: { ...changed, version: { increment: 1 }, updatedAt: new Date() },
  });
  await refuseOverflow(tx, deps, await devicesOfLayout(tx, layoutId), 'keys');
  await audit(tx, context, 'key_layout.updated', 'key_layout', row, { name: row.name, ...beforeAfter(row, changed) });
}

/** @throws KEY_LAYOUT_IN_USE while devices name it */
export async function removeLayout(tx: Tx, context: ChangeContext, layoutId: string): Promise<void> {
  const row = await tx.keyLayout.findUnique({
    where: { id: layoutId },
    include: { _count: { select: { devices: true } } },
  });
  if (row === null) throw notFound('key layout');
  expectVersion(row, context.ifVersion);
  const { devices } = row._count;
  if (devices > 0) {
    throw new LinekeeperError('KEY_LAYOUT_IN_USE', `${row.name} is the layout of ${devices} phones`, {
      details: { devices },
    });
  }
  await tx.phoneSetting.deleteMany({ where: { companyId: row.companyId, scope: 'layout', scopeId: layoutId } });
  await tx.keyLayout.delete({ where: { id: layoutId } });
  await audit(tx, context, 'key_layout.deleted', 'key_layout', row, { name: row.name });
}

async function check(
  tx: Tx,
  companyId: string,
  {
    name,
    siteId,
    groupId,
  }: { name?: string | undefined; siteId?: string | null | undefined; groupId?: string | null | undefined },
): Promise<void> {
  if (name !== undefined && (await tx.keyLayout.count({ where: { companyId, name } })) > 0) {
    throw wrongField('CONFLICT', 'name', `the company has a key layout called ${name}`);
  }
  if (siteId && groupId)
    throw wrongField('REFERENCE_INVALID', 'groupId', 'is of a site already: a layout has one of the two');
  if (siteId && (await tx.site.count({ where: { id: siteId, companyId } })) === 0) throw badReference('siteId', 'site');
  if (groupId && (await tx.userGroup.count({ where: { id: groupId, companyId } })) === 0)
    throw badReference('groupId', 'team');
}
