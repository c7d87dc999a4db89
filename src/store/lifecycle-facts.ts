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
  const asked = reports.map(({ id, userId, companyId, subject }) => ({
    id,
    userId,
    companyId,
    pbxId: subject.pbxId,
    owners: [
      ...subject.extensions.map((extension) => extension.id),
      ...subject.numbers.map((number) => number.id),
      ...subject.otherExtensions,
    ],
    phoneNumbers: subject.numbers.map((number) => number.id),
    numbers: subject.extensions.map((extension) => extension.number),
  }));
  const count = (table: string) => `(SELECT count(*) FROM "${table}" x WHERE x."userId" = r.value->>'$.userId')`;
  const rows = await queryJson<{ id: string; facts: ReportFacts }[]>(
    reader,
    `SELECT json_group_array(json_object('id', r.value->>'$.id', 'facts', json_object(
       'userState', (SELECT "state" FROM "User" u WHERE u.id = r.value->>'$.userId'),
       'sessions', ${count('Session')}, 'tokens', ${count('ApiToken')}, 'links', ${count('OneTimeToken')},
       'roles', ${count('UserRole')}, 'groups', ${count('UserGroupMember')}, 'externalIds', ${count('ExternalId')},
       'marks', (SELECT json_group_array(json_object('code', o."errorCode", 'reason', o."errorReason",
           'isRead', json(iif(o."errorCode" IS NULL AND o."nextAttemptAt" > ?2, 'true', 'false'))))
         FROM json_each(r.value->'$.owners') w CROSS JOIN "Outbox" o ON o."ownerId" = w.value
           AND o."pbxId" = r.value->>'$.pbxId'),
       'numbers', (SELECT json_group_array(json_object('e164', n."e164", 'state', n."state",
           'until', strftime('%Y-%m-%d', n."quarantinedUntil" / 1000.0, 'unixepoch')))
         FROM json_each(r.value->'$.phoneNumbers') w CROSS JOIN "PhoneNumber" n ON n.id = w.value),
       'extensions', (SELECT json_group_array(json_object('number', e."number", 'id', e.id, 'userId', e."userId"))
         FROM json_each(r.value->'$.numbers') w CROSS JOIN "Extension" e
           ON e."companyId" = r.value->>'$.companyId' AND e."number" = w.value)))) AS json
     FROM json_each(?1) r`,
    JSON.stringify(asked),
    Date.now(),
  );
  return new Map(rows.map(({ id, facts }) => [id, facts]));
}
