import { maskValue } from '../plan/mask.ts';
import type { DriftFinding } from '../plan/plan.ts';
import { recordAudit } from './audit-log.ts';
import type { Database, Tx } from './database.ts';
import { execute } from './sql.ts';

/**
 * Replaces what the last audit of a PBX found. What was put right becomes an activity event; what stays (policy
 * `report`) does so when it is found first.
 */
export async function replaceDrift(
  tx: Tx,
  pbx: { id: string; name: string },
  findings: readonly DriftFinding[],
): Promise<void> {
  const known = new Set(
    (await tx.drift.findMany({ where: { pbxId: pbx.id }, select: { ref: true } })).map((row) => row.ref),
  );
  await tx.drift.deleteMany({ where: { pbxId: pbx.id } });
  const detailsOf = (finding: DriftFinding) => ({
    kind: finding.kind,
    action: finding.action,
    expected: finding.expected === undefined ? null : maskValue(finding.ref, finding.expected),
    observed: finding.observed === undefined ? null : maskValue(finding.ref, finding.observed),
  });
  const open = findings.filter((finding) => finding.action === 'reported');
  await execute(
    tx,
    `INSERT INTO "Drift" ("pbxId","ref","kind","ownerType","ownerId","detectedAt","details")
     SELECT ?1, value->>0, value->>1, value->>2, value->>3, ?3, value->>4 FROM json_each(?2)`,
    pbx.id,
    JSON.stringify(
      open.map((finding) => [
        finding.ref,
        finding.kind,
        finding.owner?.type ?? null,
        finding.owner?.id ?? null,
        JSON.stringify(detailsOf(finding)),
      ]),
    ),
    Date.now(),
  );
  const news = findings.filter(({ ref, action }) => action !== 'reported' || !known.has(ref));
  await recordAudit(
    tx,
    news.map((finding) => ({
      actor: `pbx:${pbx.name}`,
      action: `drift.${finding.action}`,
      objectType: finding.owner?.type ?? 'pbx',
      objectId: finding.owner?.id ?? pbx.id,
      details: { ref: finding.ref, ...detailsOf(finding) },
    })),
  );
}

export function countDrift(db: Database, pbxId: string): Promise<number> {
  return db.read.drift.count({ where: { pbxId } });
}
