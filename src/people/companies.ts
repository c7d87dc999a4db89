import { v7 as uuid } from 'uuid';
import { isInRanges, type NumberRange } from '../domain/company.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { markDirty } from '../store/outbox.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { insertBuiltInRoles } from '../store/roles.ts';
import type { CompanyInput, CompanyPatch } from './company-input.ts';
import { refuseLostKinds, refuseLostTypes } from './company-lists.ts';
import { badReference, type ChangeContext, notFound } from './context.ts';
import { beforeAfter, differing, given } from './patch.ts';

/** Fields of a company that its object on the PBX is made of. */
const ON_THE_PBX = ['ranges', 'country', 'trunk', 'outgoingCallerId', 'emergencyNumbers'];

export async function createCompany(tx: Tx, context: ChangeContext, input: CompanyInput): Promise<string> {
  const pbxId = await pickPbx(tx, input.pbxId);
  if ((await tx.company.count({ where: { slug: input.slug } })) > 0) {
    throw new LinekeeperError('COMPANY_SLUG_TAKEN', `another company is called ${input.slug}`, {
      fields: [{ path: 'slug', code: 'COMPANY_SLUG_TAKEN', message: 'is taken' }],
    });
  }
  const isFirst = (await tx.company.count({ where: { pbxId } })) === 0;
  const { ranges, ...others } = asColumns(input);
  const now = new Date();
  const row = await tx.company.create({
    data: {
      ...given(others),
      id: uuid(),
      pbxId,
      name: input.name,
      slug: input.slug,
      country: input.country,
      timezone: input.timezone,
      endpointPrefix: isFirst ? '' : `${input.slug}-`,
      ranges: ranges ?? '[]',
      createdAt: now,
      updatedAt: now,
    },
  });
  await insertBuiltInRoles(tx, row.id);
  await markDirty(tx, [{ pbxId, type: 'company', id: row.id }]);
  await audit(tx, context, 'created', row.id, { name: row.name, slug: row.slug });
  return row.id;
}

async function pickPbx(tx: Tx, wanted: string | undefined): Promise<string> {
  const found = await tx.pbx.findMany({
    where: wanted === undefined ? {} : { id: wanted },
    select: { id: true },
    take: 2,
  });
  const [pbx] = found;
  if (pbx === undefined) throw badReference('pbxId', 'PBX');
  if (found.length > 1) {
    const message = 'is needed: there is more than one PBX';
    throw new LinekeeperError('REFERENCE_INVALID', `pbxId ${message}`, {
      fields: [{ path: 'pbxId', code: 'REFERENCE_INVALID', message }],
    });
  }
  return pbx.id;
}

export async function updateCompany(tx: Tx, context: ChangeContext, id: string, patch: CompanyPatch): Promise<void> {
  const row = await tx.company.findUnique({ where: { id } });
  if (row === null) throw notFound('company');
  expectVersion(row, context.ifVersion);
  const { ranges, userTypes, labelKinds } = patch;
  const changed = differing(row, asColumns(patch));
  const names = Object.keys(changed);
  if (names.length === 0) return;
  if (changed.ranges !== undefined && ranges !== undefined) await refuseOutside(tx, id, ranges);
  if (changed.userTypes !== undefined) await refuseLostTypes(tx, id, userTypes ?? []);
  if (changed.labelKinds !== undefined) await refuseLostKinds(tx, id, labelKinds ?? []);
  await tx.company.update({
    where: { id },
    data: { ...changed, version: { increment: 1 }, updatedAt: new Date() },
  });
  if (names.some((name) => ON_THE_PBX.includes(name))) {
    await markDirty(tx, [{ pbxId: row.pbxId, type: 'company', id }]);
  }
  if (changed.timezone !== undefined) await markMailboxesWithoutTimezone(tx, row.pbxId, id);
  await audit(tx, context, 'updated', id, beforeAfter(row, changed));
}

/** Lists are kept as JSON. */
function asColumns({ ranges, emergencyNumbers, allowedDomains, userTypes, labelKinds, ...plain }: CompanyPatch) {
  const json = (list: unknown[] | undefined) => (list === undefined ? undefined : JSON.stringify(list));
  return {
    ...plain,
    ranges: json(ranges),
    emergencyNumbers: json(emergencyNumbers),
    allowedDomains: json(allowedDomains),
    userTypes: json(userTypes),
    labelKinds: json(labelKinds),
  };
}

async function refuseOutside(tx: Tx, companyId: string, ranges: readonly NumberRange[]): Promise<void> {
  const numbers = await tx.extension.findMany({
    where: { companyId },
    select: { number: true },
    orderBy: { number: 'asc' },
  });
  const outside = numbers.filter(({ number }) => !isInRanges(number, ranges));
  if (outside.length === 0) return;
  const message = `would leave out ${outside.length} extensions, the first is ${outside[0]?.number}`;
  throw new LinekeeperError('EXTENSION_OUT_OF_RANGE', `ranges: ${message}`, {
    fields: [{ path: 'ranges', code: 'EXTENSION_OUT_OF_RANGE', message }],
  });
}

/** Their voicemail speaks and mails in the company's time. */
async function markMailboxesWithoutTimezone(tx: Tx, pbxId: string, companyId: string): Promise<void> {
  const mailboxes = await tx.mailbox.findMany({
    where: { timezone: null, extension: { companyId } },
    select: { extensionId: true },
  });
  await markDirty(
    tx,
    mailboxes.map(({ extensionId }) => ({ pbxId, type: 'extension' as const, id: extensionId })),
  );
}

/** A company goes last: what still belongs to it would lose its number plan on the PBX. */
export async function removeCompany(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await tx.company.findUnique({
    where: { id },
    include: { _count: { select: { sites: true, users: true, extensions: true, numbers: true, devices: true } } },
  });
  if (row === null) throw notFound('company');
  expectVersion(row, context.ifVersion);
  const members = Object.entries(row._count).filter(([, count]) => count > 0);
  if (members.length > 0) {
    const list = members.map(([name, count]) => `${count} ${name}`).join(', ');
    throw new LinekeeperError('COMPANY_NOT_EMPTY', `${row.name} still has ${list}`, { details: { ...row._count } });
  }
  await tx.company.delete({ where: { id } });
  await tx.apiToken.deleteMany({ where: { companyId: id } });
  await markDirty(tx, [{ pbxId: row.pbxId, type: 'company', id, deleted: true }]);
  await audit(tx, context, 'deleted', id, { name: row.name, slug: row.slug });
}

function audit(tx: Tx, context: ChangeContext, verb: string, id: string, details: Record<string, unknown>) {
  const entry = { actor: context.actor, action: `company.${verb}`, objectType: 'company', objectId: id };
  return recordAudit(tx, [{ ...entry, companyId: id, details }]);
}
