import type { LiveSync } from '../../domain/feed/database-items.ts';
import type { Database } from '../../store/database.ts';
import { type CompanySync, companySync } from '../../store/queries/feed.ts';
import { dataVersion } from '../../store/sql.ts';
import type { ItemScope, Topic } from '../feed/topic.ts';
import { createShown } from './shown.ts';

/** What the reconcilers say of a PBX. */
export interface PbxSync {
  pbxId: string;
  name: string;
  state: string;
  reason: string | undefined;
  pending: number;
  failed: number;
  /** Milliseconds since 1970. */
  oldestPendingAt: number | null;
  lastAuditAt: number | null;
}

/** How far each PBX is in step, and how far each company with its own. */
export function createSyncLook(
  db: Database,
  topic: Topic<LiveSync>,
  status: () => Promise<readonly PbxSync[]>,
): () => Promise<void> {
  const show = createShown(topic, (text) => JSON.parse(text) as [LiveSync, ItemScope]);
  let counted: { version: number; companies: CompanySync[] } | undefined;

  /** States of a PBX change without the database; marks do not. */
  async function companies(): Promise<CompanySync[]> {
    const version = dataVersion(db.read);
    if (counted?.version !== version) counted = { version, companies: await companySync(db.read) };
    return counted.companies;
  }

  return async () => {
    const pbxes = new Map((await status()).map((pbx) => [pbx.pbxId, pbx]));
    const items = [...pbxes.values()].map(ofPbx);
    for (const company of await companies()) {
      const pbx = pbxes.get(company.pbxId);
      if (pbx !== undefined) items.push(ofCompany(pbx, company));
    }
    show(items.map((item) => [item.id, JSON.stringify([item, { companyId: item.companyId } satisfies ItemScope])]));
  };
}

function ofPbx({ pbxId, name, state, reason, pending, failed, oldestPendingAt, lastAuditAt }: PbxSync): LiveSync {
  const times = { oldestPendingAt: timeOf(oldestPendingAt), lastAuditAt: timeOf(lastAuditAt) };
  return { id: pbxId, pbxId, companyId: null, name, state, reason: reason ?? null, pending, failed, ...times };
}

/** Why the PBX is away is for who operates it: the words may name hosts. */
function ofCompany({ name, state, lastAuditAt }: PbxSync, { pbxId, companyId, ...marks }: CompanySync): LiveSync {
  const id = `${pbxId}/${companyId}`;
  return { id, pbxId, companyId, name, state, reason: null, ...marks, lastAuditAt: timeOf(lastAuditAt) };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
