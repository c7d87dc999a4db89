import type { Reader } from '../database.ts';
import { queryJson } from '../sql.ts';

export interface NotifyFilter {
  ids?: readonly string[] | undefined;
  siteId?: string | undefined;
  vendor?: string | undefined;
  model?: string | undefined;
}

/** Devices of a company that are meant; undefined: of all. */
export function notifyTargets(
  reader: Reader,
  companyId: string | undefined,
  { ids, siteId, vendor, model }: NotifyFilter,
): Promise<string[]> {
  return queryJson<string[]>(
    reader,
    `SELECT json_group_array(d.id) AS json FROM "Device" d WHERE (?1 IS NULL OR d."companyId" = ?1)
       AND (?2 IS NULL OR d.id IN (SELECT value FROM json_each(?2))) AND (?3 IS NULL OR d."siteId" = ?3)
       AND (?4 IS NULL OR d."vendor" = ?4) AND (?5 IS NULL OR d."model" = ?5) AND d."state" <> 'suspended'`,
    companyId ?? null,
    ids === undefined ? null : JSON.stringify(ids),
    siteId ?? null,
    vendor ?? null,
    model ?? null,
  );
}
