import type { RollOutDeviceState } from '../../domain/phones/roll-out.ts';
import type { Reader, Tx } from '../database.ts';
import { execute, queryJson } from '../sql.ts';

export type RollOutCounts = Record<RollOutDeviceState, number>;

export async function rollOutCounts(reader: Reader, rollOutId: string): Promise<RollOutCounts> {
  const rows = await queryJson<[RollOutDeviceState, number][]>(
    reader,
    `SELECT json_group_array(json_array("state", n)) AS json FROM
       (SELECT "state", count(*) AS n FROM "RollOutDevice" WHERE "rollOutId" = ?1 GROUP BY "state")`,
    rollOutId,
  );
  return { waiting: 0, asked: 0, done: 0, failed: 0, skipped: 0, ...Object.fromEntries(rows) };
}

/** Phones of a company that are held at older templates: one of each model first, then the others. */
export function devicesBehindTemplates(tx: Tx, companyId: string): Promise<string[]> {
  return ordered(tx, `d."companyId" = ?1 AND d."releaseHash" IS NOT NULL`, companyId);
}

/** Phones of a model that were ever seen, whatever they run: those that run the version already are done when they are asked. */
export function devicesOfModel(tx: Tx, companyId: string, vendor: string, model: string): Promise<string[]> {
  return ordered(
    tx,
    `d."companyId" = ?1 AND d."vendor" = ?2 AND d."model" = ?3 AND s."fetchedRevision" IS NOT NULL`,
    companyId,
    vendor,
    model,
  );
}

function ordered(tx: Tx, where: string, ...parameters: string[]): Promise<string[]> {
  return queryJson<string[]>(
    tx,
    `SELECT json_group_array(id) AS json FROM (SELECT d.id, row_number()
         OVER (PARTITION BY d."vendor", d."model" ORDER BY d."mac") AS nth, d."mac" AS mac
       FROM "Device" d LEFT JOIN "DeviceSeen" s ON s."deviceId" = d.id
       WHERE ${where} AND d."state" <> 'suspended' ORDER BY nth, mac)`,
    ...parameters,
  );
}

export async function insertRollOutDevices(tx: Tx, rollOutId: string, deviceIds: readonly string[]): Promise<void> {
  await execute(
    tx,
    `INSERT INTO "RollOutDevice" ("rollOutId", "position", "deviceId") SELECT ?1, key + 1, value FROM json_each(?2)`,
    rollOutId,
    JSON.stringify(deviceIds),
  );
}

/** How far a phone that was asked has come. */
export interface AskedDevice {
  position: number;
  deviceId: string;
  /** Milliseconds since 1970. */
  askedAt: number;
  /** false: it was deleted. */
  exists: boolean;
  problems: string | null;
  isDirty: boolean;
  wantedRevision: number;
  fetchedRevision: number | null;
  followState: string | null;
  followReason: string | null;
  firmware: string | null;
}

export function askedDevices(reader: Reader, rollOutId: string): Promise<AskedDevice[]> {
  return queryJson<AskedDevice[]>(
    reader,
    `SELECT json_group_array(json_object('position', r."position", 'deviceId', r."deviceId", 'askedAt', coalesce(r."at", 0),
       'exists', json(iif(d.id IS NULL, 'false', 'true')), 'problems', s."problems",
       'isDirty', json(iif(y."deviceId" IS NULL, 'false', 'true')), 'wantedRevision', coalesce(s."wantedRevision", 0),
       'fetchedRevision', s."fetchedRevision", 'followState', s."followState", 'followReason', s."followReason",
       'firmware', s."firmware")) AS json
     FROM "RollOutDevice" r LEFT JOIN "Device" d ON d.id = r."deviceId" LEFT JOIN "DeviceSeen" s ON s."deviceId" = d.id
       LEFT JOIN "DeviceDirty" y ON y."deviceId" = d.id
     WHERE r."rollOutId" = ?1 AND r."state" = 'asked'`,
    rollOutId,
  );
}

export async function waitingDevices(tx: Tx, rollOutId: string, limit: number): Promise<[number, string][]> {
  return queryJson<[number, string][]>(
    tx,
    `SELECT json_group_array(json_array("position", "deviceId")) AS json FROM (SELECT * FROM "RollOutDevice"
       WHERE "rollOutId" = ?1 AND "state" = 'waiting' ORDER BY "position" LIMIT ?2)`,
    rollOutId,
    limit,
  );
}

export type DeviceOutcome = [position: number, state: RollOutDeviceState, reason: string | null];

export async function setRollOutDevices(tx: Tx, rollOutId: string, outcomes: readonly DeviceOutcome[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "RollOutDevice" SET "state" = j.value->>1, "reason" = j.value->>2, "at" = ?3 FROM json_each(?2) j
     WHERE "rollOutId" = ?1 AND "position" = j.value->>0`,
    rollOutId,
    JSON.stringify(outcomes),
    Date.now(),
  );
}

/** What has not begun never will. */
export async function skipWaiting(tx: Tx, rollOutId: string, reason: string): Promise<void> {
  await execute(
    tx,
    `UPDATE "RollOutDevice" SET "state" = 'skipped', "reason" = ?2, "at" = ?3
     WHERE "rollOutId" = ?1 AND "state" IN ('waiting','asked')`,
    rollOutId,
    reason,
    Date.now(),
  );
}

const FIRMWARE = 'firmware.version';

/** The version for these devices alone, until all of their model have it. */
export async function setDeviceFirmware(
  tx: Tx,
  companyId: string,
  deviceIds: readonly string[],
  version: string,
): Promise<void> {
  await execute(
    tx,
    `INSERT INTO "PhoneSetting" ("companyId", "scope", "scopeId", "key", "value")
       SELECT ?1, 'device', value, '${FIRMWARE}', ?3 FROM json_each(?2) WHERE 1
     ON CONFLICT DO UPDATE SET "value" = excluded."value"`,
    companyId,
    JSON.stringify(deviceIds),
    JSON.stringify(version),
  );
}

/** The version for a model; what was set for single devices of the roll-out goes, for it says the same. */
export async function setModelFirmware(
  tx: Tx,
  rollOutId: string,
  place: { companyId: string; vendor: string; model: string; version: string },
): Promise<void> {
  const value = JSON.stringify(place.version);
  await execute(
    tx,
    `INSERT INTO "PhoneSetting" ("companyId", "scope", "scopeId", "key", "value") VALUES (?1, 'model', ?2, '${FIRMWARE}', ?3)
     ON CONFLICT DO UPDATE SET "value" = excluded."value"`,
    place.companyId,
    `${place.vendor}/${place.model}`,
    value,
  );
  await execute(
    tx,
    `DELETE FROM "PhoneSetting" WHERE "companyId" = ?1 AND "scope" = 'device' AND "key" = '${FIRMWARE}' AND "value" = ?2
       AND "scopeId" IN (SELECT "deviceId" FROM "RollOutDevice" WHERE "rollOutId" = ?3)`,
    place.companyId,
    value,
    rollOutId,
  );
}
