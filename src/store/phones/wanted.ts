import type { Reader, Tx } from '../database.ts';
import { execute, queryJson } from '../sql.ts';

/** What was wanted of a device when somebody looked last. */
export interface Wanted {
  revision: number;
  hash: string | null;
  /** JSON array of field errors. */
  problems: string | null;
}

/** What has become of it: a hash over its files, or why there are none. */
export interface Made {
  deviceId: string;
  hash: string | null;
  problems: string | null;
}

/** By device; those that are gone, or never were looked at, are missing. */
export async function wantedOf(reader: Reader, deviceIds: readonly string[]): Promise<Map<string, Wanted>> {
  const rows = await queryJson<[string, number, string | null, string | null][]>(
    reader,
    `SELECT json_group_array(json_array(s."deviceId", s."wantedRevision", s."wantedHash", s."problems")) AS json
     FROM json_each(?1) j CROSS JOIN "DeviceSeen" s ON s."deviceId" = j.value`,
    JSON.stringify(deviceIds),
  );
  return new Map(rows.map(([id, revision, hash, problems]) => [id, { revision, hash, problems }]));
}

/**
 * Raises the revision of each device whose hash is another one, and lets a phone that has ever fetched be told of it, after
 * `quietUntil` (milliseconds since 1970): a later change puts that off again. Devices that are gone are left out.
 */
export async function raiseWanted(tx: Tx, made: readonly Made[], quietUntil: number): Promise<void> {
  const rows = JSON.stringify(made.map(({ deviceId, hash, problems }) => [deviceId, hash, problems]));
  await execute(
    tx,
    `INSERT INTO "DeviceSeen" ("deviceId") SELECT d.id FROM json_each(?1) j CROSS JOIN "Device" d ON d.id = j.value->>0
     WHERE 1 ON CONFLICT DO NOTHING`,
    rows,
  );
  // What cannot be made keeps the revision of what was made last: the phone goes on with that.
  await execute(
    tx,
    `UPDATE "DeviceSeen" SET "problems" = j.value->>2 FROM json_each(?1) j WHERE "DeviceSeen"."deviceId" = j.value->>0`,
    rows,
  );
  await execute(
    tx,
    `UPDATE "DeviceSeen" SET "wantedRevision" = "wantedRevision" + 1, "wantedHash" = j.value->>1, "wantedAt" = ?2,
       "followState" = CASE WHEN "fetchedRevision" IS NULL THEN "followState" ELSE 'queued' END,
       "followKind" = CASE WHEN "fetchedRevision" IS NULL THEN "followKind" ELSE
         iif("followState" IN ('queued','postponed'), "followKind", 'resync') END,
       "followRevision" = CASE WHEN "fetchedRevision" IS NULL THEN "followRevision" ELSE "wantedRevision" + 1 END,
       "followReason" = NULL, "followAttempts" = 0,
       "followAt" = CASE WHEN "fetchedRevision" IS NULL THEN "followAt" ELSE ?3 END
     FROM json_each(?1) j
     WHERE "DeviceSeen"."deviceId" = j.value->>0 AND j.value->>1 IS NOT NULL AND "wantedHash" IS NOT j.value->>1`,
    rows,
    Date.now(),
    quietUntil,
  );
}
