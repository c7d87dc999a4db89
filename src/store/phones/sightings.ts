import type { Tx } from '../database.ts';
import { execute, executeEach } from '../sql.ts';

/** A phone that asked and was not served, for whoever may adopt it. */
export interface Sighting {
  mac: string;
  companyId: string | null;
  siteId: string | null;
  vendor: string | null;
  model: string | null;
  firmware: string | null;
  userAgent: string;
  address: string;
  /** Without the token. */
  path: string;
  reason: string;
  /** How often, since it was last written. */
  count: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** More than that are not kept: whoever has a site's token could fill the disk with invented phones. */
export const MAX_SIGHTINGS = 5000;

/** A known one is brought up to date; when the table is full the one that was not seen for longest gives way. */
export async function noteSightings(tx: Tx, sightings: readonly Sighting[]): Promise<void> {
  await executeEach(
    tx,
    `INSERT INTO "PhoneSighting" ("mac","companyId","siteId","vendor","model","firmware","userAgent","address","path","reason","count","firstAt","lastAt")
     VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
     ON CONFLICT ("mac") DO UPDATE SET "companyId" = excluded."companyId", "siteId" = excluded."siteId",
       "vendor" = excluded."vendor", "model" = excluded."model", "firmware" = excluded."firmware",
       "userAgent" = excluded."userAgent", "address" = excluded."address", "path" = excluded."path",
       "reason" = excluded."reason", "count" = "count" + excluded."count", "lastAt" = excluded."lastAt"`,
    sightings.map((one) => [
      one.mac,
      one.companyId,
      one.siteId,
      one.vendor,
      one.model,
      one.firmware,
      one.userAgent,
      one.address,
      one.path,
      one.reason,
      one.count,
      one.at,
      one.at,
    ]),
  );
  await execute(
    tx,
    `DELETE FROM "PhoneSighting" WHERE "mac" IN (
       SELECT "mac" FROM "PhoneSighting" ORDER BY "lastAt" DESC, "mac" LIMIT -1 OFFSET ?)`,
    MAX_SIGHTINGS,
  );
}

/** For housekeeping. */
export async function forgetSightings(tx: Tx, before: number): Promise<void> {
  await execute(tx, `DELETE FROM "PhoneSighting" WHERE "lastAt" < ?`, before);
}
