import type { PinConflict } from '../plan/merge-pin.ts';
import type { DriftPolicy } from '../plan/plan.ts';
import type { Database } from './database.ts';

export const AMI_ROLES = ['events', 'query', 'sync', 'config'] as const;
interface PbxLogin {
  username: string;
  secret: string;
}
/** `act` is optional: without it nothing but transfers and test calls is missing. */
export type PbxLogins = Record<(typeof AMI_ROLES)[number], PbxLogin> & { act?: PbxLogin | undefined };

/** A PBX as the daemon connects to it. Holds AMI secrets in clear: never log it. */
export interface PbxRow {
  id: string;
  name: string;
  host: string;
  amiPort: number;
  tls: boolean;
  logins: PbxLogins;
  wsUrl: string | null;
  policy: DriftPolicy;
  pinConflict: PinConflict;
  enabled: boolean;
  lastAuditAt: number;
  version: number;
}

export async function listPbxes(db: Database): Promise<PbxRow[]> {
  const rows = await db.read.pbx.findMany({ orderBy: { createdAt: 'asc' } });
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    host: row.host,
    amiPort: row.amiPort,
    tls: row.tls,
    logins: openLogins(db, row.id, row.loginsSealed),
    wsUrl: row.wsUrl,
    policy: row.driftPolicy as DriftPolicy,
    pinConflict: row.pinConflict as PinConflict,
    enabled: row.enabled,
    lastAuditAt: row.lastAuditAt?.getTime() ?? 0,
    version: row.version,
  }));
}

export function sealLogins(db: Database, pbxId: string, logins: PbxLogins): string {
  return db.seal.seal(JSON.stringify(logins), `Pbx:${pbxId}`);
}

export function openLogins(db: Database, pbxId: string, sealed: string): PbxLogins {
  return JSON.parse(db.seal.open(sealed, `Pbx:${pbxId}`)) as PbxLogins;
}

export async function companiesOf(db: Database, pbxId: string | null): Promise<string[]> {
  const where = pbxId === null ? {} : { pbxId };
  return (await db.read.company.findMany({ where, select: { id: true } })).map(({ id }) => id);
}
