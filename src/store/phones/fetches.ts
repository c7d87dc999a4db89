import type { Tx } from '../database.ts';
import { execute, executeEach, queryJson, type SqlValue } from '../sql.ts';

export const FETCH_KINDS = [
  'probe',
  'common',
  'stage1',
  'device',
  'phonebook',
  'firmware',
  'upload',
  'refused',
] as const;
export type FetchKind = (typeof FETCH_KINDS)[number];

/** A request of a phone and what it got. */
export interface FetchRecord {
  deviceId: string | null;
  /** Milliseconds since 1970. */
  at: number;
  address: string;
  method: string;
  /** Without the token. */
  path: string;
  userAgent: string;
  kind: FetchKind;
  status: number;
  bytes: number;
  reason: string | null;
}

/** What a device was seen to be and to do; undefined leaves what is known. */
export interface SeenRecord {
  deviceId: string;
  seenAt: number;
  address: string;
  userAgent: string;
  firmware?: string | undefined;
  /** With this firmware its model can other things than with the one before. */
  changesFiles?: true | undefined;
  model?: string | undefined;
  certificate?: string | undefined;
  stage1At?: number | undefined;
  fetched?: { revision: number; at: number } | undefined;
}

/** What is over when a device used its newer address: as it was seen, so that what somebody gave it since stays. */
export interface SpentRecord {
  deviceId: string;
  stage1Hash: string | null;
  stage2OldHash: string | null;
  windowUntil: number | null;
}

/** Requests of devices that were deleted meanwhile are left out. */
export async function insertFetches(tx: Tx, fetches: readonly FetchRecord[]): Promise<void> {
  await executeEach(
    tx,
    `INSERT INTO "PhoneFetch" ("deviceId","at","address","method","path","userAgent","kind","status","bytes","reason")
     VALUES (?,?,?,?,?,?,?,?,?,?)`,
    fetches.map(({ deviceId, at, address, method, path, userAgent, kind, status, bytes, reason }): SqlValue[] => [
      deviceId,
      at,
      address,
      method,
      path,
      userAgent,
      kind,
      status,
      bytes,
      reason,
    ]),
  );
}

/** Marks a device of which another firmware makes another phone. */
export async function noteSeen(tx: Tx, seen: readonly SeenRecord[]): Promise<void> {
  await executeEach(
    tx,
    `INSERT INTO "DeviceDirty" ("deviceId","dirtyAt") SELECT d."id", ? FROM "Device" d
     LEFT JOIN "DeviceSeen" n ON n."deviceId" = d."id" WHERE d."id" = ? AND n."firmware" IS NOT ?
     ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1`,
    seen.flatMap(({ deviceId, seenAt, firmware, changesFiles }) =>
      firmware === undefined || changesFiles === undefined ? [] : [[seenAt, deviceId, firmware]],
    ),
  );
  await executeEach(
    tx,
    `INSERT INTO "DeviceSeen" ("deviceId","seenAt","address","userAgent","firmware","seenModel","certificate","stage1At","fetchedRevision","fetchedAt")
     SELECT ?,?,?,?,?,?,?,?,?,? FROM "Device" WHERE "id" = ?
     ON CONFLICT ("deviceId") DO UPDATE SET "seenAt" = excluded."seenAt", "address" = excluded."address",
       "userAgent" = excluded."userAgent", "firmware" = coalesce(excluded."firmware", "firmware"),
       "seenModel" = coalesce(excluded."seenModel", "seenModel"),
       "certificate" = coalesce(excluded."certificate", "certificate"),
       "stage1At" = coalesce(excluded."stage1At", "stage1At"),
       "fetchedRevision" = coalesce(excluded."fetchedRevision", "fetchedRevision"),
       "fetchedAt" = coalesce(excluded."fetchedAt", "fetchedAt")`,
    seen.map(
      ({ deviceId, seenAt, address, userAgent, firmware, model, certificate, stage1At, fetched }): SqlValue[] => [
        deviceId,
        seenAt,
        address,
        userAgent,
        firmware ?? null,
        model ?? null,
        certificate ?? null,
        stage1At ?? null,
        fetched?.revision ?? null,
        fetched?.at ?? null,
        deviceId,
      ],
    ),
  );
}

/** Phones that nobody told the model of say it themselves. */
export async function learnModels(tx: Tx, models: ReadonlyMap<string, string>): Promise<void> {
  await executeEach(
    tx,
    `UPDATE "Device" SET "model" = ? WHERE "id" = ? AND "model" IS NULL`,
    [...models].map(([id, model]) => [model, id]),
  );
}

/** No file says anything of what ends here, so that no phone has to be looked at again for it. */
export async function endFirstSteps(tx: Tx, spent: readonly SpentRecord[]): Promise<void> {
  if (spent.length === 0) return;
  const ids = JSON.stringify(spent.map(({ deviceId }) => deviceId));
  const marked = await queryJson<string[]>(
    tx,
    `SELECT json_group_array("deviceId") AS json FROM "DeviceDirty" WHERE "deviceId" IN (SELECT value FROM json_each(?))`,
    ids,
  );
  await executeEach(
    tx,
    `UPDATE "Device" SET "stage1Hash" = iif("stage1Hash" IS ?, NULL, "stage1Hash"),
       "stage2OldHash" = iif("stage2OldHash" IS ?, NULL, "stage2OldHash"),
       "windowUntil" = iif("windowUntil" IS ?, NULL, "windowUntil"),
       "state" = iif("state" = 'pending', 'active', "state") WHERE "id" = ?`,
    spent.map(({ deviceId, stage1Hash, stage2OldHash, windowUntil }) => [
      stage1Hash,
      stage2OldHash,
      windowUntil,
      deviceId,
    ]),
  );
  await execute(
    tx,
    `DELETE FROM "DeviceDirty" WHERE "deviceId" IN (SELECT value FROM json_each(?1))
       AND "deviceId" NOT IN (SELECT value FROM json_each(?2))`,
    ids,
    JSON.stringify(marked),
  );
}

/** Requests that are kept of one device, however often it asks. */
const KEPT_PER_DEVICE = 500;
const ROWS_AT_ONCE = 5000;

/** For housekeeping: what is older than `before`, and beyond the last 500 of a device. True: there is more to do. */
export async function forgetFetches(tx: Tx, before: number): Promise<boolean> {
  const old = await execute(
    tx,
    `DELETE FROM "PhoneFetch" WHERE "id" IN (SELECT "id" FROM "PhoneFetch" WHERE "at" < ?1 LIMIT ?2)`,
    before,
    ROWS_AT_ONCE,
  );
  const many = await execute(
    tx,
    `DELETE FROM "PhoneFetch" WHERE "id" IN (
       SELECT f."id" FROM (SELECT "deviceId" FROM "PhoneFetch" GROUP BY "deviceId" HAVING count(*) > ?1) b
       JOIN "PhoneFetch" f ON f."deviceId" IS b."deviceId"
       WHERE f."id" < (SELECT k."id" FROM "PhoneFetch" k WHERE k."deviceId" IS b."deviceId" ORDER BY k."id" DESC LIMIT 1 OFFSET ?1 - 1)
       LIMIT ?2)`,
    KEPT_PER_DEVICE,
    ROWS_AT_ONCE,
  );
  return old === ROWS_AT_ONCE || many === ROWS_AT_ONCE;
}
