import type { Reader } from './database.ts';
import type { WorkingReport } from './lifecycle.ts';
import { queryJson } from './sql.ts';

/** What the database says now of the user of a report. */
export interface ReportFacts {
  /** null: there is no such user. */
  userState: string | null;
  sessions: number;
  tokens: number;
  links: number;
  roles: number;
  groups: number;
  externalIds: number;
  /** What still waits for the PBX. */
  marks: Mark[];
  numbers: { e164: string; state: string; until: string | null }[];
  /** Who has the extension numbers of the report now. */
  extensions: { number: string; id: string; userId: string | null }[];
}

export interface Mark {
  code: string | null;
  reason: string | null;
  /** Written and read back; only a reload is missing. */
  isRead: boolean;
}

/** Facts by the id of the report; one statement for any number of them. */
export async function factsOf(reader: Reader, reports: readonly WorkingReport[]): Promise<Map<string, ReportFacts>> {
  const asked = reports.map(({ id, userId, companyId, subject: { pbxId, extensions, numbers, otherExtensions } }) => {
    const owners = [...extensions.map((one) => one.id), ...numbers.map((one) => one.id), ...otherExtensions];
    const phoneNumbers = numbers.map((one) => one.id);
    return [id, userId, companyId, pbxId, owners, phoneNumbers, extensions.map((one) => one.number)];
  });
  const count = (table: string) => `(SELECT count(*) FROM "${table}" x WHERE x."userId" = r."userId")`;
  const rows = await queryJson<{ id: string; facts: ReportFacts }[]>(
    reader,
    `WITH r AS MATERIALIZED (SELECT value->>0 AS id, value->>1 AS "userId", value->>2 AS "companyId", value->>3 AS "pbxId",
       value->4 AS owners, value->5 AS "phoneNumbers", value->6 AS numbers FROM json_each(?1))
     SELECT json_group_array(json_object('id', r.id, 'facts', json_object(
       'userState', (SELECT "state" FROM "User" u WHERE u.id = r."userId"),
       'sessions', ${count('Session')}, 'tokens', ${count('ApiToken')}, 'links', ${count('OneTimeToken')},
       'roles', ${count('UserRole')}, 'groups', ${count('UserGroupMember')}, 'externalIds', ${count('ExternalId')},
       'marks', (SELECT json_group_array(json_object('code', o."errorCode", 'reason', o."errorReason",
           'isRead', json(iif(o."errorCode" IS NULL AND o."nextAttemptAt" > ?2, 'true', 'false'))))
         FROM json_each(r.owners) w CROSS JOIN "Outbox" o ON o."ownerId" = w.value AND o."pbxId" = r."pbxId"),
       'numbers', (SELECT json_group_array(json_object('e164', n."e164", 'state', n."state",
           'until', strftime('%Y-%m-%d', n."quarantinedUntil" / 1000.0, 'unixepoch')))
         FROM json_each(r."phoneNumbers") w CROSS JOIN "PhoneNumber" n ON n.id = w.value),
       'extensions', (SELECT json_group_array(json_object('number', e."number", 'id', e.id, 'userId', e."userId"))
         FROM json_each(r.numbers) w CROSS JOIN "Extension" e
           ON e."companyId" = r."companyId" AND e."number" = w.value)))) AS json
     FROM r`,
    JSON.stringify(asked),
    Date.now(),
  );
  return new Map(rows.map(({ id, facts }) => [id, facts]));
}
