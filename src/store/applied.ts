import type { Ref } from '../plan/pbx-object.ts';
import type { Applied } from '../plan/plan.ts';
import type { Owner, OwnerType } from '../plan/source.ts';
import type { Database, Tx } from './database.ts';
import { execute, executeEach, queryJson } from './sql.ts';

export interface AppliedRow {
  ref: Ref;
  owner: Owner;
  /** "" records a delete. */
  fingerprint: string;
  /** The PIN that was read back last, then (joined by blanks) those that were written since. */
  pinFingerprint: string | null;
}

/** AstDB is saved once a second: what was applied later than this before an audit may not have been on its disk. */
const SAVE_MARGIN_MS = 2000;

type Row = [ref: string, type: OwnerType, id: string, fingerprint: string, pin: string | null, appliedAt: number];
const COLUMNS = `json_group_array(json_array(a."ref", a."ownerType", a."ownerId", a."fingerprint", a."pinFingerprint", a."appliedAt")) AS json`;

function toMap(rows: readonly Row[], lastAuditAt: number): Map<Ref, Applied> {
  const map = new Map<Ref, Applied>();
  for (const [ref, type, id, fingerprint, pinFingerprint, appliedAt] of rows) {
    const settled = appliedAt < lastAuditAt - SAVE_MARGIN_MS;
    map.set(ref, { owner: { type, id }, fingerprint, pinFingerprint, settled });
  }
  return map;
}

/** What we last applied for these refs. `lastAuditAt`: milliseconds since 1970 of the last audit, 0 for none. */
export async function appliedByRefs(
  db: Database,
  pbxId: string,
  refs: readonly Ref[],
  lastAuditAt: number,
): Promise<Map<Ref, Applied>> {
  if (refs.length === 0) return new Map();
  const rows = await queryJson<Row[]>(
    db.read,
    `SELECT ${COLUMNS} FROM json_each(?2) j CROSS JOIN "AppliedObject" a ON a."pbxId" = ?1 AND a."ref" = j.value`,
    pbxId,
    JSON.stringify(refs),
  );
  return toMap(rows, lastAuditAt);
}

/** What we last applied for these owners, and (whoever it was for) for these refs. */
export async function appliedOf(
  db: Database,
  pbxId: string,
  owners: readonly Owner[],
  refs: readonly Ref[],
  lastAuditAt: number,
): Promise<Map<Ref, Applied>> {
  const rows = await queryJson<Row[]>(
    db.read,
    `SELECT ${COLUMNS} FROM json_each(?2) j CROSS JOIN "AppliedObject" a
       ON a."pbxId" = ?1 AND a."ownerType" = j.value->>0 AND a."ownerId" = j.value->>1`,
    pbxId,
    JSON.stringify(owners.map((owner) => [owner.type, owner.id])),
  );
  const ofOwners = toMap(rows, lastAuditAt);
  const others = refs.filter((ref) => !ofOwners.has(ref));
  for (const [ref, applied] of await appliedByRefs(db, pbxId, others, lastAuditAt)) ofOwners.set(ref, applied);
  return ofOwners;
}

export async function recordApplied(tx: Tx, pbxId: string, rows: readonly AppliedRow[]): Promise<void> {
  const now = Date.now();
  await executeEach(
    tx,
    `INSERT INTO "AppliedObject" ("pbxId","ref","ownerType","ownerId","fingerprint","pinFingerprint","appliedAt")
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT ("pbxId","ref") DO UPDATE SET "ownerType" = excluded."ownerType", "ownerId" = excluded."ownerId",
       "fingerprint" = excluded."fingerprint", "pinFingerprint" = excluded."pinFingerprint", "appliedAt" = excluded."appliedAt"`,
    rows.map((row) => [pbxId, row.ref, row.owner.type, row.owner.id, row.fingerprint, row.pinFingerprint, now]),
  );
}

/** Objects of ours on a PBX (tombstones left out), with their owners. */
export async function recordedOwners(db: Database, pbxId: string): Promise<Map<Ref, Owner>> {
  const rows = await queryJson<[Ref, OwnerType, string][]>(
    db.read,
    `SELECT json_group_array(json_array("ref", "ownerType", "ownerId")) AS json
     FROM "AppliedObject" WHERE "pbxId" = ? AND "fingerprint" <> ''`,
    pbxId,
  );
  return new Map(rows.map(([ref, type, id]) => [ref, { type, id }]));
}

/**
 * Before a PIN is written over another one: that it is ours too. Otherwise, after a crash between the write and its
 * record, it would be taken for one that was changed by phone, and win over what was wanted since.
 */
export async function announcePins(
  tx: Tx,
  pbxId: string,
  pins: readonly { ref: Ref; fingerprint: string }[],
): Promise<void> {
  await execute(
    tx,
    `WITH x AS MATERIALIZED (SELECT value->>0 AS ref, value->>1 AS pin FROM json_each(?2))
     UPDATE "AppliedObject" SET "pinFingerprint" = "pinFingerprint" || ' ' || x.pin FROM x
     WHERE "AppliedObject"."pbxId" = ?1 AND "AppliedObject"."ref" = x.ref AND instr("pinFingerprint", x.pin) = 0`,
    pbxId,
    JSON.stringify(pins.map(({ ref, fingerprint }) => [ref, fingerprint])),
  );
}

/** An audit has seen that these deletes are kept: their tombstones go. */
export async function dropSettledTombstones(tx: Tx, pbxId: string, auditAt: number): Promise<void> {
  await execute(
    tx,
    `DELETE FROM "AppliedObject" WHERE "pbxId" = ? AND "fingerprint" = '' AND "appliedAt" < ?`,
    pbxId,
    auditAt - SAVE_MARGIN_MS,
  );
}
