import type { AccountKind } from '../../domain/sip-account.ts';
import type { Reader } from '../database.ts';
import { eachJson, queryJson } from '../sql.ts';

/** A line of a device with what it registers with. */
export interface LineRow {
  ordinal: number;
  label: string | null;
  accountId: string;
  /** Of the account: the n-th of its extension. */
  accountOrdinal: number;
  kind: AccountKind;
  secretSealed: string;
  nextSecretSealed: string | null;
  codecs: string[] | null;
  number: string;
  displayName: string;
  isEnabled: boolean;
  hasMailbox: boolean;
}

/** A device and everything that is one row to it. */
export interface PhoneRow {
  id: string;
  companyId: string;
  siteId: string | null;
  userId: string | null;
  mac: string;
  vendor: string;
  model: string | null;
  label: string | null;
  keyLayoutId: string | null;
  /** By which somebody may claim it, while it has no line. */
  claimCode: string | null;
  /** JSON array. */
  keys: string;
  passwordsSealed: string;
  stage2Generation: number;
  releaseHash: string | null;
  firmware: string | null;
  country: string;
  endpointPrefix: string;
  companyTimezone: string;
  siteTimezone: string | null;
  pbxHost: string;
  sipHost: string | null;
  sipPort: number | null;
  lines: LineRow[];
}

const LINES = `(SELECT json_group_array(json_object('ordinal', l."ordinal", 'label', l."label", 'accountId', a.id,
    'accountOrdinal', a."ordinal", 'kind', a."kind", 'secretSealed', a."secretSealed",
    'nextSecretSealed', a."nextSecretSealed", 'codecs', json(a."codecs"), 'number', e."number",
    'displayName', e."displayName", 'isEnabled', json(iif(e."enabled" AND NOT e."suspended", 'true', 'false')),
    'hasMailbox', json(iif(EXISTS (SELECT 1 FROM "Mailbox" m WHERE m."extensionId" = e.id AND m."enabled"), 'true', 'false')))
    ORDER BY l."ordinal")
  FROM "DeviceLine" l JOIN "SipAccount" a ON a.id = l."accountId" JOIN "Extension" e ON e.id = a."extensionId"
  WHERE l."deviceId" = d.id)`;

/** Devices that exist, in no order. `reader` may be an open transaction: a preview sees what it would commit. */
export function phoneRows(reader: Reader, ids: readonly string[]): PhoneRow[] {
  return [
    ...eachJson<PhoneRow>(
      reader,
      `SELECT json_object('id', d.id, 'companyId', d."companyId", 'siteId', d."siteId", 'userId', d."userId",
         'mac', d."mac", 'vendor', d."vendor", 'model', d."model", 'label', d."label", 'claimCode', d."claimCode", 'keyLayoutId', d."keyLayoutId",
         'keys', d."keys", 'passwordsSealed', d."passwordsSealed", 'stage2Generation', d."stage2Generation",
         'releaseHash', d."releaseHash", 'firmware', n."firmware", 'country', c."country",
         'endpointPrefix', c."endpointPrefix", 'companyTimezone', c."timezone", 'siteTimezone', s."timezone",
         'pbxHost', p."host", 'sipHost', p."sipHost", 'sipPort', p."sipPort", 'lines', json(${LINES})) AS json
       FROM json_each(?1) j CROSS JOIN "Device" d ON d.id = j.value JOIN "Company" c ON c.id = d."companyId"
       JOIN "Pbx" p ON p.id = c."pbxId" LEFT JOIN "Site" s ON s.id = d."siteId"
       LEFT JOIN "DeviceSeen" n ON n."deviceId" = d.id`,
      JSON.stringify(ids),
    ),
  ];
}

export interface SettingRow {
  companyId: string;
  scope: string;
  scopeId: string;
  key: string;
  /** JSON; of a secret one sealed. */
  value: string;
}

const SETTING = `json_group_array(json_object('companyId', s."companyId", 'scope', s."scope", 'scopeId', s."scopeId",
  'key', s."key", 'value', s."value") ORDER BY s."key")`;

/** The settings of all layers of companies but those of single devices. */
export function sharedSettings(reader: Reader, companyIds: readonly string[]): Promise<SettingRow[]> {
  return queryJson(
    reader,
    `SELECT ${SETTING} AS json FROM json_each(?1) j CROSS JOIN "PhoneSetting" s
       ON s."companyId" = j.value AND s."scope" IN ('company', 'vendor', 'family', 'model', 'site', 'layout')`,
    JSON.stringify(companyIds),
  );
}

export function deviceSettings(reader: Reader, ids: readonly string[]): Promise<SettingRow[]> {
  return queryJson(
    reader,
    `SELECT ${SETTING} AS json FROM json_each(?1) j CROSS JOIN "Device" d ON d.id = j.value CROSS JOIN "PhoneSetting" s
       ON s."companyId" = d."companyId" AND s."scope" = 'device' AND s."scopeId" = d.id`,
    JSON.stringify(ids),
  );
}

/** What is set in one layer, by key. */
export function settingRows(
  reader: Reader,
  { companyId, scope, scopeId }: Pick<SettingRow, 'companyId' | 'scope' | 'scopeId'>,
): Promise<SettingRow[]> {
  return queryJson(
    reader,
    `SELECT ${SETTING} AS json FROM "PhoneSetting" s
     WHERE s."companyId" = ?1 AND s."scope" = ?2 AND s."scopeId" = ?3`,
    ...[companyId, scope, scopeId],
  );
}

export interface LayoutRow {
  id: string;
  companyId: string;
  name: string;
  siteId: string | null;
  groupId: string | null;
  /** JSON array. */
  keys: string;
}

/** The key layouts of companies, by name. */
export function layoutRows(reader: Reader, companyIds: readonly string[]): Promise<LayoutRow[]> {
  return queryJson(
    reader,
    `SELECT json_group_array(json_object('id', y.id, 'companyId', y."companyId", 'name', y."name", 'siteId', y."siteId",
       'groupId', y."groupId", 'keys', y."keys") ORDER BY y."name", y.id) AS json
     FROM json_each(?1) j CROSS JOIN "KeyLayout" y ON y."companyId" = j.value`,
    JSON.stringify(companyIds),
  );
}

/** The groups with a layout that users are in. */
export function layoutMemberships(
  reader: Reader,
  userIds: readonly string[],
): Promise<[userId: string, groupId: string][]> {
  return queryJson(
    reader,
    `SELECT json_group_array(json_array(m."userId", m."groupId")) AS json
     FROM json_each(?1) j CROSS JOIN "UserGroupMember" m ON m."userId" = j.value
     WHERE EXISTS (SELECT 1 FROM "KeyLayout" y WHERE y."groupId" = m."groupId")`,
    JSON.stringify(userIds),
  );
}

/** Who is in the phonebook of a company: its extensions that work, by name. */
export function phonebookRows(reader: Reader, companyId: string): Promise<{ name: string; number: string }[]> {
  return queryJson(
    reader,
    `SELECT json_group_array(json_object('name', e."displayName", 'number', e."number")
       ORDER BY e."displayName" COLLATE NOCASE, e."number") AS json
     FROM "Extension" e WHERE e."companyId" = ?1 AND e."enabled" AND NOT e."suspended"`,
    companyId,
  );
}
