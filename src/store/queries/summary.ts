import type { Reader } from '../database.ts';
import { queryJson } from '../sql.ts';
import { iso } from './sql.ts';

/** What is known of somebody, or of a company, at a glance; live figures are added by the caller. */
export interface StoredSummary {
  id: string;
  companyId: string;
  timezone: string;
  lastLoginAt: string | null;
  lastCallAt: string | null;
  lastRegistrationAt: string | null;
  lastChange: { at: string; actor: string; action: string } | null;
  extensionIds: string[];
}

const CHANGE = `SELECT json_object('at', ${iso('a."at"')}, 'actor', a."actor", 'action', a."action") FROM "AuditEvent" a`;

/** Both ways to the last call: the note of each minute, and the records, which say when it began. */
const lastCall = (where: string) => `(SELECT max(at) FROM (
  SELECT max(s."lastCallAt") AS at FROM "Extension" e JOIN "ExtensionSeen" s ON s."extensionId" = e.id WHERE ${where}
  UNION ALL SELECT max((SELECT max(r."startedAt") FROM "CallRecord" r WHERE r."fromExtensionId" = e.id)) FROM "Extension" e WHERE ${where}
  UNION ALL SELECT max((SELECT max(r."startedAt") FROM "CallRecord" r WHERE r."toExtensionId" = e.id)) FROM "Extension" e WHERE ${where}))`;
const lastRegistration = (where: string) => `(SELECT max(s."lastRegisteredAt") FROM "Extension" e
  JOIN "ExtensionSeen" s ON s."extensionId" = e.id WHERE ${where})`;
const extensionIds = (where: string) => `(SELECT json_group_array(e.id) FROM "Extension" e WHERE ${where})`;

const OF_USER = 'e."userId" = u.id';
const USER = `SELECT json_object('id', u.id, 'companyId', u."companyId", 'timezone', coalesce(u."timezone", c."timezone"),
  'lastLoginAt', ${iso('u."lastLoginAt"')}, 'lastCallAt', ${iso(lastCall(OF_USER))},
  'lastRegistrationAt', ${iso(lastRegistration(OF_USER))}, 'extensionIds', json(${extensionIds(OF_USER)}),
  'lastChange', json((${CHANGE} WHERE a.id = (SELECT max(id) FROM (
    SELECT max(x.id) AS id FROM "AuditEvent" x WHERE x."objectType" = 'user' AND x."objectId" = u.id
    UNION ALL SELECT max((SELECT max(x.id) FROM "AuditEvent" x WHERE x."objectType" = 'extension' AND x."objectId" = e.id))
      FROM "Extension" e WHERE ${OF_USER})))))
  FROM "User" u JOIN "Company" c ON c.id = u."companyId" WHERE u.id = ?1`;

const OF_COMPANY = 'e."companyId" = c.id';
const COMPANY = `SELECT json_object('id', c.id, 'companyId', c.id, 'timezone', c."timezone",
  'lastLoginAt', ${iso('(SELECT max(u."lastLoginAt") FROM "User" u WHERE u."companyId" = c.id)')},
  'lastCallAt', ${iso(`(SELECT max(at) FROM (
    SELECT max(r."startedAt") AS at FROM "CallRecord" r WHERE r."companyId" = c.id
    UNION ALL SELECT max(s."lastCallAt") FROM "Extension" e JOIN "ExtensionSeen" s ON s."extensionId" = e.id WHERE ${OF_COMPANY}))`)},
  'lastRegistrationAt', ${iso(lastRegistration(OF_COMPANY))}, 'extensionIds', json(${extensionIds(OF_COMPANY)}),
  'lastChange', json((${CHANGE} WHERE a.id = (SELECT max(x.id) FROM "AuditEvent" x WHERE x."companyId" = c.id))))
  FROM "Company" c WHERE c.id = ?1`;

/** undefined: there is none of this id. */
export async function readSummary(
  reader: Reader,
  of: 'user' | 'company',
  id: string,
): Promise<StoredSummary | undefined> {
  const found = await queryJson<StoredSummary | []>(reader, of === 'user' ? USER : COMPANY, id);
  return Array.isArray(found) ? undefined : found;
}

/** Calls (not records: a transferred call has several) of these extensions, or of a company, since a time. */
export function callsSince(
  reader: Reader,
  of: { companyId: string } | { extensionIds: readonly string[] },
  since: number,
): Promise<number> {
  if ('companyId' in of) {
    return queryJson<number>(
      reader,
      'SELECT count(DISTINCT r."callId") FROM "CallRecord" r WHERE r."companyId" = ?1 AND r."startedAt" >= ?2',
      of.companyId,
      since,
    );
  }
  const records = (column: string) =>
    `SELECT r."callId" FROM json_each(?1) j CROSS JOIN "CallRecord" r ON r."${column}" = j.value AND r."startedAt" >= ?2`;
  return queryJson<number>(
    reader,
    `SELECT count(*) FROM (${records('fromExtensionId')} UNION ${records('toExtensionId')})`,
    JSON.stringify(of.extensionIds),
    since,
  );
}
