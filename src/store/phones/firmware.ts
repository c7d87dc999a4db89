import type { Reader } from '../database.ts';
import { queryJson } from '../sql.ts';

/** Phones of a model with the version that they shall run and how many run it. */
export interface FirmwareTarget {
  companyId: string;
  vendor: string;
  model: string;
  /** Of the model, or of a device of a roll-out. */
  version: string;
  devices: number;
  /** Of them those that were seen to run another one. */
  behind: number;
}

// A device's own goes before its model's. Suspended phones fetch nothing.
const TARGETED = `SELECT d."companyId" AS company, d."vendor" AS vendor, d."model" AS model, d."mac" AS mac, d.id AS id,
    s."firmware" AS firmware, coalesce(
      (SELECT json_extract(p."value", '$') FROM "PhoneSetting" p WHERE p."companyId" = d."companyId"
         AND p."scope" = 'device' AND p."scopeId" = d.id AND p."key" = 'firmware.version'),
      (SELECT json_extract(p."value", '$') FROM "PhoneSetting" p WHERE p."companyId" = d."companyId"
         AND p."scope" = 'model' AND p."scopeId" = d."vendor" || '/' || d."model" AND p."key" = 'firmware.version')) AS version
  FROM "Device" d LEFT JOIN "DeviceSeen" s ON s."deviceId" = d.id
  WHERE d."model" IS NOT NULL AND d."state" <> 'suspended' AND (?1 IS NULL OR d."companyId" = ?1)`;

/** `companyId` undefined: of all companies. */
export function firmwareTargets(reader: Reader, companyId: string | undefined): Promise<FirmwareTarget[]> {
  return queryJson<FirmwareTarget[]>(
    reader,
    `SELECT json_group_array(json_object('companyId', company, 'vendor', vendor, 'model', model, 'version', version,
       'devices', n, 'behind', b)) AS json FROM
     (SELECT company, vendor, model, version, count(*) AS n, sum(firmware IS NOT NULL AND firmware <> version) AS b
      FROM (${TARGETED}) WHERE version IS NOT NULL GROUP BY company, vendor, model, version
      ORDER BY vendor, model, version)`,
    companyId ?? null,
  );
}

export interface BehindDevice {
  id: string;
  mac: string;
  vendor: string;
  model: string;
  firmware: string;
  version: string;
}

/** Those that were seen to run another version than they shall. */
export function devicesBehind(reader: Reader, companyId: string | undefined, limit: number): Promise<BehindDevice[]> {
  return queryJson<BehindDevice[]>(
    reader,
    `SELECT json_group_array(json_object('id', id, 'mac', mac, 'vendor', vendor, 'model', model, 'firmware', firmware,
       'version', version)) AS json FROM (SELECT * FROM (${TARGETED})
       WHERE version IS NOT NULL AND firmware IS NOT NULL AND firmware <> version ORDER BY vendor, model, mac LIMIT ?2)`,
    companyId ?? null,
    limit,
  );
}
