import type { ErrorCode } from '../errors.ts';
import type { Owner, OwnerType } from '../plan/source.ts';
import type { Database, Reader, Tx } from './database.ts';
import { dataVersion, execute, executeEach, queryJson, queryRows } from './sql.ts';

/** An owner whose objects on a PBX may differ from what is wanted. */
export interface DirtyOwner extends Owner {
  generation: number;
  deleted: boolean;
  attempts: number;
  /** Position for the next `takeDue`. */
  position: number;
}

export interface DirtyMark {
  pbxId: string;
  type: OwnerType;
  id: string;
  deleted?: boolean;
}

/** No retry waits longer (milliseconds); also what tells a due time in the future from a clock that was set back. */
export const MAX_BACKOFF_MS = 5 * 60_000;

const AGAIN = `UPDATE SET "generation" = "generation" + 1,
       "deleted" = excluded."deleted", "dirtyAt" = excluded."dirtyAt", "nextAttemptAt" = excluded."nextAttemptAt",
       "attempts" = 0, "errorCode" = NULL, "errorReason" = NULL`;

/**
 * Says, in the transaction of the change itself, that these owners must be brought to the PBX. `keepState` leaves the
 * attempts and the reason of an owner that is dirty already as they are.
 */
export async function markDirty(
  tx: Tx,
  marks: readonly DirtyMark[],
  options: { keepState?: boolean } = {},
): Promise<void> {
  if (marks.length === 0) return;
  const before = marked.get(tx);
  if (before === undefined) marked.set(tx, [...marks]);
  else before.push(...marks);
  const now = Date.now();
  await executeEach(
    tx,
    `INSERT INTO "Outbox" ("pbxId","ownerType","ownerId","deleted","dirtyAt","nextAttemptAt") VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT ("pbxId","ownerType","ownerId") DO ${options.keepState === true ? 'NOTHING' : AGAIN}`,
    marks.map((mark) => [mark.pbxId, mark.type, mark.id, mark.deleted === true ? 1 : 0, now, now]),
  );
}

/** The next due owners of a PBX after `position`, oldest first. */
export async function takeDue(db: Database, pbxId: string, position: number, limit: number): Promise<DirtyOwner[]> {
  const now = Date.now();
  const list = await queryJson<[number, OwnerType, string, number, number, number][]>(
    db.read,
    `SELECT json_group_array(json_array(rowid, "ownerType", "ownerId", "generation", "deleted", "attempts")) AS json FROM (
       SELECT rowid, * FROM "Outbox" NOT INDEXED WHERE "pbxId" = ? AND rowid > ?
         AND ("nextAttemptAt" <= ? OR "nextAttemptAt" > ?) ORDER BY rowid LIMIT ?)`,
    pbxId,
    position,
    now,
    now + MAX_BACKOFF_MS * 2,
    limit,
  );
  return list.map(([at, type, id, generation, deleted, attempts]) => ({
    position: at,
    type,
    id,
    generation,
    deleted: deleted === 1,
    attempts,
  }));
}

/** Whether more than so many owners wait for their PBX, of any. */
export function hasMarks(reader: Reader, more: number): boolean {
  return queryRows(reader, 'SELECT 1 FROM "Outbox" LIMIT ?', more + 1).length > more;
}

/**
 * The marks that rows of [type, id, generation, ...] in ?2 name. CROSS JOIN is SQLite's way to say which side leads: left
 * to itself it would walk all marks of the PBX once for each row.
 */
const MARKED = `SELECT o.rowid AS mark, j.value AS value FROM json_each(?2) j CROSS JOIN "Outbox" o
  ON o."pbxId" = ?1 AND o."ownerType" = j.value->>0 AND o."ownerId" = j.value->>1 AND o."generation" = j.value->>2`;

/** Read back and found as wanted: the mark goes, unless the owner was changed again meanwhile. */
export async function settle(
  tx: Tx,
  pbxId: string,
  owners: readonly (Owner & { generation: number })[],
): Promise<void> {
  await execute(
    tx,
    `DELETE FROM "Outbox" WHERE rowid IN (SELECT mark FROM (${MARKED}))`,
    pbxId,
    JSON.stringify(owners.map((owner) => [owner.type, owner.id, owner.generation])),
  );
}

export interface Failure extends Owner {
  generation: number;
  attempts: number;
  code: ErrorCode;
  reason: string;
  retryable: boolean;
}

/** Keeps the mark with its reason and when to try again: 1 s, 2 s, 4 s ... 5 min; what cannot succeed as it is, at 5 min. */
export async function recordFailures(tx: Tx, pbxId: string, failures: readonly Failure[]): Promise<void> {
  const now = Date.now();
  const rows = failures.map((failure) => {
    const wait = failure.retryable ? Math.min(1000 * 2 ** failure.attempts, MAX_BACKOFF_MS) : MAX_BACKOFF_MS;
    return [failure.type, failure.id, failure.generation, now + wait, failure.code, failure.reason];
  });
  await execute(
    tx,
    `WITH x AS MATERIALIZED (${MARKED})
     UPDATE "Outbox" SET "attempts" = "attempts" + 1, "nextAttemptAt" = x.value->>3, "errorCode" = x.value->>4,
       "errorReason" = x.value->>5 FROM x WHERE "Outbox".rowid = x.mark`,
    pbxId,
    JSON.stringify(rows),
  );
}

export interface OutboxStats {
  pending: number;
  failed: number;
  /** Milliseconds since 1970 of the oldest mark; null when there is none. */
  oldestAt: number | null;
  /** When the next failed owner is due. */
  nextAttemptAt: number | null;
}

/** What was counted last, until the database changes: everybody who waits for a PBX asks again and again. */
const counted = new WeakMap<Database, { version: number; stats: Map<string, OutboxStats> }>();

export async function outboxStats(db: Database, pbxId: string): Promise<OutboxStats> {
  const version = dataVersion(db.read);
  let known = counted.get(db);
  if (known?.version !== version) {
    known = { version, stats: new Map() };
    counted.set(db, known);
  }
  let stats = known.stats.get(pbxId);
  if (stats === undefined) {
    stats = await countOutbox(db, pbxId);
    known.stats.set(pbxId, stats);
  }
  return stats;
}

async function countOutbox(db: Database, pbxId: string): Promise<OutboxStats> {
  const [total, failed, oldestAt, nextAttemptAt] = await queryJson<[number, number, number | null, number | null]>(
    db.read,
    `SELECT json_array(count(*), count("errorCode"), min("dirtyAt"), min("nextAttemptAt")) AS json
     FROM "Outbox" WHERE "pbxId" = ?`,
    pbxId,
  );
  return { pending: total - failed, failed, oldestAt, nextAttemptAt };
}

/** Owners of a PBX that somebody deleted on purpose and whose objects may still be there. */
export function deletedOwners(db: Database, pbxId: string): Promise<Set<string>> {
  return dirtyOwners(db, pbxId, { deleted: true });
}

/** Owners with a mark: what was written for them may not be recorded yet. */
export async function dirtyOwners(db: Database, pbxId: string, which: { deleted?: true } = {}): Promise<Set<string>> {
  const rows = await db.read.outbox.findMany({
    where: { pbxId, ...which },
    select: { ownerType: true, ownerId: true },
  });
  return new Set(rows.map((row) => `${row.ownerType}:${row.ownerId}`));
}

/** The PBX is back: whatever waited for a retry is due now. */
export async function retryAllNow(db: Database, pbxId: string): Promise<void> {
  await db.note((tx) => tx.outbox.updateMany({ where: { pbxId }, data: { nextAttemptAt: new Date() } }));
}

/** What failed for a reason that is gone need not wait for its retry: due now, but for the owners named (`type:id`). */
export async function retryFailedNow(tx: Tx, pbxId: string, except: Iterable<string>): Promise<void> {
  await execute(
    tx,
    `UPDATE "Outbox" SET "nextAttemptAt" = ?2 WHERE "pbxId" = ?1 AND "errorCode" IS NOT NULL
       AND "ownerType" || ':' || "ownerId" NOT IN (SELECT value FROM json_each(?3))`,
    pbxId,
    Date.now(),
    JSON.stringify([...except]),
  );
}

/** What a transaction has marked so far. */
export function marksOf(tx: Tx): readonly DirtyMark[] {
  return marked.get(tx) ?? [];
}

const marked = new WeakMap<Tx, DirtyMark[]>();

/** Where an owner stands with its PBX: no mark means synced. */
export async function markOf(
  db: Database,
  pbxId: string,
  owner: Owner,
): Promise<{ errorCode: string | null; errorReason: string | null } | null> {
  return db.read.outbox.findUnique({
    where: { pbxId_ownerType_ownerId: { pbxId, ownerType: owner.type, ownerId: owner.id } },
    select: { errorCode: true, errorReason: true },
  });
}

/** Those of these owners that have a mark, as `pbx type:id`: one statement for any number of them. */
export async function marksAmong(
  db: Database,
  owners: readonly { pbxId: string; owner: Owner }[],
): Promise<ReadonlySet<string>> {
  const marks = await queryJson<string[]>(
    db.read,
    `SELECT json_group_array(o."pbxId" || ' ' || o."ownerType" || ':' || o."ownerId") AS json FROM json_each(?1) j
       CROSS JOIN "Outbox" o ON o."pbxId" = j.value->>0 AND o."ownerType" = j.value->>1 AND o."ownerId" = j.value->>2`,
    JSON.stringify(owners.map(({ pbxId, owner }) => [pbxId, owner.type, owner.id])),
  );
  return new Set(marks);
}

/** These owners wait for a reload: not due before `until` (milliseconds since 1970), unless they are changed again. */
export async function postpone(
  tx: Tx,
  pbxId: string,
  owners: readonly (Owner & { generation: number })[],
  until: number,
): Promise<void> {
  await execute(
    tx,
    `UPDATE "Outbox" SET "nextAttemptAt" = ?3 WHERE rowid IN (SELECT mark FROM (${MARKED}))`,
    pbxId,
    JSON.stringify(owners.map((owner) => [owner.type, owner.id, owner.generation])),
    until,
  );
}
