import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { text } from '../../domain/text.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import type { Seal } from '../../store/seal.ts';
import { audit, beforeAfter, type ChangeContext, differing, notFound, wrongField } from '../change.ts';
import { checkedFields } from './fields.ts';
import type { RedirectClient, RedirectService } from './service.ts';
import { type RedirectServices, serviceOf } from './services.ts';

const credentialsSchema = z
  .record(z.string().max(60), z.string())
  .meta({ description: 'By the names that the service lists. Never shown again.' });
const fields = {
  name: text(60),
  url: z.url().max(300).optional().meta({ description: "Absent: the service's own." }),
  credentials: credentialsSchema,
};
export const accountInputSchema = z.strictObject({ service: z.string().max(40), ...fields });
export type AccountInput = z.output<typeof accountInputSchema>;
export const accountPatchSchema = z.strictObject(fields).partial();
export type AccountPatch = z.output<typeof accountPatchSchema>;

export interface RedirectDeps {
  seal: Seal;
  services: RedirectServices;
}

/** The caller has made sure that the company exists. @throws REFERENCE_INVALID, VALIDATION_FAILED, CONFLICT */
export async function createAccount(
  tx: Tx,
  { seal, services }: RedirectDeps,
  context: ChangeContext,
  companyId: string,
  input: AccountInput,
): Promise<string> {
  const service = serviceOf(services, input.service);
  const url = checkedUrl(service, input.url ?? service.url);
  const credentials = checkedFields('credentials', service.credentials, input.credentials);
  await refuseName(tx, companyId, input.name);
  const [id, now] = [uuid(), new Date()];
  await tx.redirectAccount.create({
    data: {
      ...{ id, companyId, service: service.id, name: input.name, url },
      credentialsSealed: sealed(seal, id, credentials),
      ...{ createdAt: now, updatedAt: now },
    },
  });
  await log(tx, context, 'created', { id, companyId }, { service: service.id, name: input.name, url });
  return id;
}

/** What the service refused is tried again at once: the reason may be gone. */
export async function updateAccount(
  tx: Tx,
  { seal, services }: RedirectDeps,
  context: ChangeContext,
  id: string,
  patch: AccountPatch,
): Promise<void> {
  const row = await accountAt(tx, context, id);
  const service = serviceOf(services, row.service);
  const url = patch.url === undefined ? undefined : checkedUrl(service, patch.url);
  const changed = differing(row, { name: patch.name, url });
  const credentials = patch.credentials && checkedFields('credentials', service.credentials, patch.credentials);
  if (Object.keys(changed).length === 0 && credentials === undefined) return;
  if (changed.name !== undefined) await refuseName(tx, row.companyId, changed.name);
  const now = new Date();
  await tx.redirectAccount.update({
    where: { id },
    data: {
      ...changed,
      ...(credentials === undefined ? {} : { credentialsSealed: sealed(seal, id, credentials) }),
      version: { increment: 1 },
      updatedAt: now,
    },
  });
  await tx.redirectEntry.updateMany({
    where: { accountId: id, state: { in: ['waiting', 'failed'] } },
    data: { state: 'waiting', attempts: 0, nextAttemptAt: now, updatedAt: now },
  });
  const details = {
    name: row.name,
    ...beforeAfter(row, changed),
    ...(credentials && { credentials: ['****', '****'] }),
  };
  await log(tx, context, 'updated', row, details);
}

/** What is listed at the service stays listed there, and is nobody's here: so it must be taken out first. */
export async function removeAccount(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await accountAt(tx, context, id);
  const listed = await tx.redirectEntry.count({
    where: { accountId: id, NOT: { wanted: 'remove', state: 'removed' } },
  });
  if (listed > 0) {
    throw new LinekeeperError('CONFLICT', `${listed} phones are listed with this account: take them out first`, {
      details: { listed },
    });
  }
  await tx.redirectAccount.delete({ where: { id } });
  await log(tx, context, 'deleted', row, { service: row.service, name: row.name });
}

/** A client of an account, with its secrets opened. */
export function openAccount(
  { seal, services }: RedirectDeps,
  row: { id: string; service: string; url: string; credentialsSealed: string },
): RedirectClient {
  const credentials = JSON.parse(seal.open(row.credentialsSealed, purposeOf(row.id))) as Record<string, string>;
  return serviceOf(services, row.service).open(row.url, credentials);
}

function sealed(seal: Seal, id: string, credentials: Record<string, string>): string {
  return seal.seal(JSON.stringify(credentials), purposeOf(id));
}

const purposeOf = (id: string) => `RedirectAccount:${id}`;

function checkedUrl(service: RedirectService, url: string): string {
  if (service.isAddress(new URL(url))) return url;
  throw wrongField('VALIDATION_FAILED', 'url', `must be an https address of ${service.name}`);
}

async function refuseName(tx: Tx, companyId: string, name: string): Promise<void> {
  if ((await tx.redirectAccount.count({ where: { companyId, name } })) === 0) return;
  throw wrongField('CONFLICT', 'name', 'is taken');
}

async function accountAt(tx: Tx, context: ChangeContext, id: string) {
  const row = await tx.redirectAccount.findUnique({ where: { id } });
  if (row === null) throw notFound('redirect account');
  expectVersion(row, context.ifVersion);
  return row;
}

function log(tx: Tx, context: ChangeContext, verb: string, row: { id: string; companyId: string }, details: object) {
  return audit(tx, context, `redirect_account.${verb}`, 'redirect_account', row, { ...details });
}
