import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { text } from '../domain/text.ts';
import { timezoneSchema } from '../domain/timezone.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { type ChangeContext, notFound } from './context.ts';
import { refuseNamedLayouts } from './key-layouts.ts';
import { beforeAfter, differing } from './patch.ts';

const nameSchema = text(60);
export const siteInputSchema = z.strictObject({ name: nameSchema, timezone: timezoneSchema.nullable().optional() });
export type SiteInput = z.infer<typeof siteInputSchema>;
export const sitePatchSchema = siteInputSchema.partial();
export type SitePatch = z.infer<typeof sitePatchSchema>;

/** The caller has made sure that the company exists. */
export async function createSite(tx: Tx, context: ChangeContext, companyId: string, input: SiteInput): Promise<string> {
  await refuseName(tx, companyId, input.name);
  const now = new Date();
  const id = uuid();
  await tx.site.create({
    data: { id, companyId, name: input.name, timezone: input.timezone ?? null, createdAt: now, updatedAt: now },
  });
  await audit(tx, context, 'created', { id, companyId }, { name: input.name });
  return id;
}

export async function updateSite(tx: Tx, context: ChangeContext, id: string, patch: SitePatch): Promise<void> {
  const row = await tx.site.findUnique({ where: { id } });
  if (row === null) throw notFound('site');
  expectVersion(row, context.ifVersion);
  const changed = differing(row, patch);
  if (Object.keys(changed).length === 0) return;
  if (changed.name !== undefined) await refuseName(tx, row.companyId, changed.name);
  await tx.site.update({ where: { id }, data: { ...changed, version: { increment: 1 }, updatedAt: new Date() } });
  await audit(tx, context, 'updated', row, beforeAfter(row, changed));
}

export async function removeSite(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await tx.site.findUnique({
    where: { id },
    include: { _count: { select: { users: true, extensions: true, devices: true } } },
  });
  if (row === null) throw notFound('site');
  expectVersion(row, context.ifVersion);
  const { users, extensions, devices } = row._count;
  if (users + extensions + devices > 0) {
    const counts = `${users} users, ${extensions} extensions and ${devices} phones`;
    throw new LinekeeperError('SITE_IN_USE', `${row.name} still has ${counts}`, { details: { ...row._count } });
  }
  await refuseNamedLayouts(tx, { siteId: id });
  await tx.phoneSetting.deleteMany({ where: { companyId: row.companyId, scope: 'site', scopeId: id } });
  await tx.site.delete({ where: { id } });
  await audit(tx, context, 'deleted', row, { name: row.name });
}

async function refuseName(tx: Tx, companyId: string, name: string): Promise<void> {
  if ((await tx.site.count({ where: { companyId, name } })) === 0) return;
  throw new LinekeeperError('CONFLICT', `the company has a site called ${name}`, {
    fields: [{ path: 'name', code: 'SITE_NAME_TAKEN', message: 'is taken' }],
  });
}

function audit(
  tx: Tx,
  context: ChangeContext,
  verb: string,
  site: { id: string; companyId: string },
  details: Record<string, unknown>,
) {
  const entry = { actor: context.actor, action: `site.${verb}`, objectType: 'site', objectId: site.id };
  return recordAudit(tx, [{ ...entry, companyId: site.companyId, details }]);
}
