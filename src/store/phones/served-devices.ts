import type { Reader } from '../database.ts';
import { queryJson } from '../sql.ts';

/** What the listener has to know of a device before it gives it anything. */
export interface ServedDeviceRow {
  id: string;
  companyId: string;
  siteId: string | null;
  mac: string;
  vendor: string;
  model: string | null;
  state: string;
  /** Milliseconds since 1970. */
  windowUntil: number | null;
  stage1Hash: string | null;
  stage2Hash: string;
  stage2OldHash: string | null;
  stage2Generation: number;
  /** JSON array of CIDRs, of its site. */
  networks: string | null;
  /** As it last said. */
  firmware: string | null;
}

export interface ServedSiteRow {
  id: string;
  companyId: string;
  phoneTokenHash: string;
  /** JSON array of CIDRs. */
  networks: string;
}

/** Devices that one of these tokens opens, or that have one of these MAC addresses; in one statement. */
export async function servedDevices(
  reader: Reader,
  hashes: readonly string[],
  macs: readonly string[],
): Promise<ServedDeviceRow[]> {
  return queryJson<ServedDeviceRow[]>(
    reader,
    `WITH "h" AS (SELECT value FROM json_each(?1)), "found" AS (
       SELECT "id" FROM "Device" WHERE "stage2Hash" IN (SELECT value FROM "h")
       UNION SELECT "id" FROM "Device" WHERE "stage2OldHash" IN (SELECT value FROM "h")
       UNION SELECT "id" FROM "Device" WHERE "stage1Hash" IN (SELECT value FROM "h")
       UNION SELECT "id" FROM "Device" WHERE "mac" IN (SELECT value FROM json_each(?2)))
     SELECT json_group_array(json_object('id', d."id", 'companyId', d."companyId", 'siteId', d."siteId", 'mac', d."mac",
       'vendor', d."vendor", 'model', d."model", 'state', d."state", 'windowUntil', d."windowUntil",
       'stage1Hash', d."stage1Hash", 'stage2Hash', d."stage2Hash", 'stage2OldHash', d."stage2OldHash",
       'stage2Generation', d."stage2Generation", 'networks', s."phoneNetworks",
       'firmware', n."firmware")) AS json
     FROM "found" JOIN "Device" d ON d."id" = "found"."id" LEFT JOIN "Site" s ON s."id" = d."siteId"
     LEFT JOIN "DeviceSeen" n ON n."deviceId" = d."id"`,
    JSON.stringify(hashes),
    JSON.stringify(macs),
  );
}

/** Sites whose DHCP hands out one of these tokens. */
export async function servedSites(reader: Reader, hashes: readonly string[]): Promise<ServedSiteRow[]> {
  return queryJson<ServedSiteRow[]>(
    reader,
    `SELECT json_group_array(json_object('id', "id", 'companyId', "companyId", 'phoneTokenHash', "phoneTokenHash",
       'networks', "phoneNetworks")) AS json
     FROM "Site" WHERE "phoneTokenHash" IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(hashes),
  );
}
