import type { NumberRange } from '../domain/company.ts';
import { endpointId } from '../domain/sip-account.ts';
import { recordAudit } from './audit-log.ts';
import type { Reader, Tx } from './database.ts';
import { markDirty } from './outbox.ts';
import { execute, queryJson } from './sql.ts';

/** `SipAccount.adoption`: the PBX's own endpoint of the same name still stands in pjsip.conf. */
export const WAITING = 'waiting';

/** A SIP account that was an endpoint of the PBX's own. */
export interface Adoption {
  endpoint: string;
  state: 'waiting' | 'adopted';
  accountId: string;
  extensionId: string;
  companyId: string;
  number: string;
  displayName: string;
}

type Row = Omit<Adoption, 'endpoint'> & { prefix: string; ordinal: number };

/** Everything of this PBX that was adopted, or is being adopted: by endpoint. */
export async function adoptionsOf(reader: Reader, pbxId: string): Promise<Adoption[]> {
  const rows = await queryJson<Row[]>(
    reader,
    `SELECT json_group_array(json_object('state', a."adoption", 'accountId', a.id, 'extensionId', e.id,
       'companyId', c.id, 'number', e."number", 'displayName', e."displayName", 'prefix', c."endpointPrefix",
       'ordinal', a."ordinal")) AS json
     FROM "SipAccount" a JOIN "Extension" e ON e.id = a."extensionId" JOIN "Company" c ON c.id = e."companyId"
     WHERE a."adoption" IS NOT NULL AND c."pbxId" = ?`,
    pbxId,
  );
  return rows.map(({ prefix, ordinal, ...row }) => ({ ...row, endpoint: endpointId(prefix, row.number, ordinal) }));
}

/** Adoptions whose endpoint is gone from the operator's files are complete; what they are on the PBX is written anew. */
export async function finishAdoptions(
  tx: Tx,
  { id: pbxId, name }: { id: string; name: string },
  foreign: ReadonlySet<string>,
): Promise<void> {
  const all = await adoptionsOf(tx, pbxId);
  const finished = all.filter(({ state, endpoint }) => state === WAITING && !foreign.has(endpoint));
  if (finished.length === 0) return;
  await execute(
    tx,
    `UPDATE "SipAccount" SET "adoption" = 'adopted' WHERE id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(finished.map(({ accountId }) => accountId)),
  );
  await markDirty(
    tx,
    finished.map(({ extensionId: id }) => ({ pbxId, type: 'extension' as const, id })),
  );
  await recordAudit(
    tx,
    finished.map(({ extensionId, companyId, number, endpoint }) => ({
      actor: `pbx:${name}`,
      action: 'extension.adopted',
      objectType: 'extension',
      objectId: extensionId,
      companyId,
      details: { number, endpoint },
    })),
  );
}

/** A company as far as it matters to whom an endpoint may go. */
export interface AdoptingCompany {
  id: string;
  slug: string;
  endpointPrefix: string;
  ranges: NumberRange[];
  /** Numbers that it has. */
  taken: string[];
}

export function companiesOfPbx(reader: Reader, pbxId: string): Promise<AdoptingCompany[]> {
  return queryJson<AdoptingCompany[]>(
    reader,
    `SELECT json_group_array(json_object('id', c.id, 'slug', c."slug", 'endpointPrefix', c."endpointPrefix",
       'ranges', json(c."ranges"), 'taken',
       (SELECT json_group_array(e."number") FROM "Extension" e WHERE e."companyId" = c.id))) AS json
     FROM "Company" c WHERE c."pbxId" = ?`,
    pbxId,
  );
}
