import type { Reader, Tx } from '../database.ts';
import { execute, queryJson } from '../sql.ts';

/** Definitions and templates that phones have, or had. */
export interface ReleaseRow {
  hash: string;
  note: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Phones that are held at it. */
  devices: number;
}

/** Newest first. */
export function releaseRows(reader: Reader): Promise<ReleaseRow[]> {
  return queryJson<ReleaseRow[]>(
    reader,
    `SELECT json_group_array(json_object('hash', r."hash", 'note', r."note", 'createdAt', r."createdAt",
       'devices', (SELECT count(*) FROM "Device" d WHERE d."releaseHash" = r."hash")) ORDER BY r."createdAt" DESC) AS json
     FROM "TemplateRelease" r`,
  );
}

export async function newestRelease(reader: Reader): Promise<string | undefined> {
  const [hash] = await queryJson<[string] | []>(
    reader,
    `SELECT json_array("hash") AS json FROM "TemplateRelease" ORDER BY "createdAt" DESC LIMIT 1`,
  );
  return hash;
}

export async function releaseFiles(reader: Reader, hash: string): Promise<Record<string, string> | undefined> {
  const rows = await queryJson<[string] | []>(
    reader,
    `SELECT json_array("files") AS json FROM "TemplateRelease" WHERE "hash" = ?1`,
    hash,
  );
  return rows[0] === undefined ? undefined : (JSON.parse(rows[0]) as Record<string, string>);
}

/** Makes this the newest one. */
export async function putRelease(tx: Tx, hash: string, files: string, note: string | null): Promise<void> {
  // Never before one that is there: the clock may have been set.
  await execute(
    tx,
    `INSERT INTO "TemplateRelease" ("hash", "files", "note", "createdAt")
       VALUES (?1, ?2, ?3, max(?4, coalesce((SELECT max("createdAt") + 1 FROM "TemplateRelease"), 0)))
     ON CONFLICT ("hash") DO UPDATE SET "note" = excluded."note", "createdAt" = excluded."createdAt"`,
    hash,
    files,
    note,
    Date.now(),
  );
}

/**
 * Phones that have fetched files of the one before stay with it; those that never fetched, or are held at the new one, get the
 * newest. Answers how many are held now.
 */
export async function holdDevices(tx: Tx, before: string, now: string): Promise<number> {
  await execute(
    tx,
    `UPDATE "Device" SET "releaseHash" = ?1 WHERE "releaseHash" IS NULL
       AND id IN (SELECT "deviceId" FROM "DeviceSeen" WHERE "fetchedRevision" IS NOT NULL)`,
    before,
  );
  await execute(tx, `UPDATE "Device" SET "releaseHash" = NULL WHERE "releaseHash" = ?1`, now);
  const [held] = await queryJson<[number]>(
    tx,
    `SELECT json_array(count(*)) AS json FROM "Device" WHERE "releaseHash" IS NOT NULL`,
  );
  return held;
}

/** Takes the newest for these. */
export async function releaseDevices(tx: Tx, deviceIds: readonly string[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "Device" SET "releaseHash" = NULL WHERE id IN (SELECT value FROM json_each(?1)) AND "releaseHash" IS NOT NULL`,
    JSON.stringify(deviceIds),
  );
}

/** What nobody is held at, but for the newest few. */
export async function forgetReleases(tx: Tx, kept: number): Promise<void> {
  await execute(
    tx,
    `DELETE FROM "TemplateRelease" WHERE "hash" NOT IN (SELECT "hash" FROM "TemplateRelease" ORDER BY "createdAt" DESC LIMIT ?1)
       AND NOT EXISTS (SELECT 1 FROM "Device" d WHERE d."releaseHash" = "TemplateRelease"."hash")`,
    kept,
  );
}

/** Releases of these devices; those with the newest are missing. */
export async function heldReleases(reader: Reader, deviceIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await queryJson<[string, string][]>(
    reader,
    `SELECT json_group_array(json_array(d.id, d."releaseHash")) AS json FROM json_each(?1) j
       CROSS JOIN "Device" d ON d.id = j.value WHERE d."releaseHash" IS NOT NULL`,
    JSON.stringify(deviceIds),
  );
  return new Map(rows);
}

/** Devices that are held, by vendor and MAC. undefined: of all companies. */
export function heldDevices(reader: Reader, companyId: string | undefined): Promise<string[]> {
  return queryJson<string[]>(
    reader,
    `SELECT json_group_array(id) AS json FROM (SELECT id FROM "Device"
       WHERE "releaseHash" IS NOT NULL AND (?1 IS NULL OR "companyId" = ?1) ORDER BY "vendor", "mac")`,
    companyId ?? null,
  );
}
