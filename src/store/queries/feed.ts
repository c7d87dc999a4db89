import type { LiveActivity, LiveJob } from '../../domain/feed/database-items.ts';
import type { Database, Reader } from '../database.ts';
import { queryJson } from '../sql.ts';
import { columns, iso, object } from './sql.ts';

/** The id of a row and all that the feed tells of it as one JSON text: what reads the same has not changed. */
export type FeedRow = readonly [id: string, text: string];

/** `fields` of every row of `from`. */
function rows(id: string, fields: Record<string, string>, from: string): string {
  // The sum with '' makes a text of the object, which is then one string of the array.
  return `SELECT json_group_array(json_array(${id}, '' || ${object(fields)})) AS json ${from}`;
}

const values = (column: string, from: string) => `json((SELECT json_group_array(${column}) ${from}))`;

const GOOD_SESSIONS = `FROM "Session" s JOIN "User" u ON u.id = s."userId"
   WHERE u."state" = 'active' AND s."expiresAt" > ?1 AND s."lastSeenAt" > ?2`;

/** Differs when a login came, ended or was used: a tenth of the price of reading them. */
export function sessionMark(reader: Reader, now: number, seenSince: number): Promise<number[]> {
  const sums = `json_array(count(*), max(s.rowid), total(s."lastSeenAt"))`;
  return queryJson(reader, `SELECT ${sums} AS json ${GOOD_SESSIONS}`, now, seenSince);
}

const SESSIONS = rows(
  's.id',
  {
    ...columns('s', 'id', 'companyId', 'userId', 'transport', 'address', 'userAgent'),
    username: 'u."username"',
    createdAt: iso('s."createdAt"'),
    lastSeenAt: iso('s."lastSeenAt"'),
    expiresAt: iso('s."expiresAt"'),
    userCompanyId: 'u."companyId"',
    siteId: 'u."siteId"',
    teamIds: values('m."groupId"', 'FROM "UserGroupMember" m WHERE m."userId" = u.id'),
    extensionIds: values('e.id', 'FROM "Extension" e WHERE e."userId" = u.id'),
  },
  GOOD_SESSIONS,
);

export interface SessionRow {
  id: string;
  companyId: string;
  userId: string;
  username: string;
  transport: 'cookie' | 'bearer';
  address: string;
  userAgent: string | null;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  userCompanyId: string;
  siteId: string | null;
  teamIds: string[];
  extensionIds: string[];
}

/** Logins that are good now: rows of `SessionRow`. `seenSince`: those not used since are over (milliseconds since 1970). */
export function sessionRows(reader: Reader, now: number, seenSince: number): Promise<FeedRow[]> {
  return queryJson(reader, SESSIONS, now, seenSince);
}

/** Broken JSON in one row, which only a hand in the database can write, must not hide all others. */
const DETAILS = `json(iif(json_valid(v."details"), v."details", 'null'))`;

const ACTIVITY = `SELECT json_group_array(json(v)) AS json FROM (SELECT ${object({
  id: 'v.id',
  ...columns('v', 'companyId', 'actor', 'action', 'objectType', 'objectId', 'address', 'requestId'),
  at: iso('v."at"'),
  details: DETAILS,
})} AS v FROM "AuditEvent" v WHERE v.id > ?1 ORDER BY v.id LIMIT ?2)`;

/** Lines of the activity log after one, oldest first. One writer numbers them, so that none appears before an older one. */
export function activityAfter(reader: Reader, id: number, limit: number): Promise<LiveActivity[]> {
  return queryJson(reader, ACTIVITY, id, limit);
}

/** 0: the log is empty. */
export async function newestActivity(reader: Reader): Promise<number> {
  const [id] = await queryJson<[number]>(reader, `SELECT json_array(coalesce(max(id), 0)) FROM "AuditEvent"`);
  return id;
}

/** Without what takes two looks to know. */
export type JobProgress = Omit<LiveJob, 'rowsPerSecond' | 'secondsLeft'>;

const JOBS = `SELECT json_group_array(json(v)) AS json FROM (SELECT ${object({
  ...columns(
    'j',
    'id',
    'companyId',
    'type',
    'kind',
    'actor',
    'state',
    'total',
    'processed',
    'created',
    'updated',
    'skipped',
  ),
  ...columns('j', 'failed', 'error'),
  pause: `json(j."pause")`,
  createdAt: iso('j."createdAt"'),
  finishedAt: iso('j."finishedAt"'),
})} AS v FROM "Job" j WHERE j."state" IN (SELECT value FROM json_each(?1)) OR max(j."createdAt", coalesce(j."startedAt", 0),
  coalesce(j."finishedAt", 0)) > ?2 OR j.id IN (SELECT value FROM json_each(?3)) ORDER BY j.id)`;

/** Jobs in these states, those to which something happened since (milliseconds since 1970), and those of these ids. */
export function jobRows(
  reader: Reader,
  states: readonly string[],
  since: number,
  ids: Iterable<string>,
): Promise<JobProgress[]> {
  return queryJson(reader, JOBS, JSON.stringify(states), since, JSON.stringify([...ids]));
}

export interface CompanySync {
  companyId: string;
  pbxId: string;
  pending: number;
  failed: number;
  oldestPendingAt: string | null;
}

/** Each mark is looked up by its key, once; a mark whose owner is gone belongs to no company any more. */
const COMPANY_SYNC = `WITH marks AS (
    SELECT o."pbxId", coalesce(e."companyId", n."companyId", iif(o."ownerType" = 'company', o."ownerId", NULL)) AS "companyId",
      count(*) AS marks, count(o."errorCode") AS failed, min(o."dirtyAt") AS oldest
    FROM "Outbox" o LEFT JOIN "Extension" e ON o."ownerType" = 'extension' AND e.id = o."ownerId"
      LEFT JOIN "PhoneNumber" n ON o."ownerType" = 'number' AND n.id = o."ownerId" GROUP BY 1, 2)
  SELECT json_group_array(${object({
    companyId: 'c.id',
    pbxId: 'c."pbxId"',
    pending: 'coalesce(m.marks - m.failed, 0)',
    failed: 'coalesce(m.failed, 0)',
    oldestPendingAt: iso('m.oldest'),
  })}) AS json FROM "Company" c LEFT JOIN marks m ON m."companyId" = c.id AND m."pbxId" = c."pbxId"`;

/** How far each company is in step with its PBX. */
export function companySync(reader: Reader): Promise<CompanySync[]> {
  return queryJson(reader, COMPANY_SYNC);
}

export interface FeedBroadcast {
  id: string;
  companyId: string;
  category: string;
  text: string;
}

const BROADCASTS = `SELECT json_group_array(json(v)) AS json FROM (SELECT ${object({
  ...columns('b', 'id', 'companyId', 'category', 'text'),
})} AS v FROM "Broadcast" b WHERE b."state" IN ('sending', 'sent') AND b."sendAt" >= ?1 ORDER BY b."sendAt" DESC, b.id DESC)`;

/** What was sent since (milliseconds since 1970), the newest first. */
export function sentBroadcasts(reader: Reader, since: number): Promise<FeedBroadcast[]> {
  return queryJson(reader, BROADCASTS, since);
}

/** Who has a broadcast in the feed, and since when. They are written once, with the state that makes it `sending`. */
export function feedReceivers(
  db: Pick<Database, 'read'>,
  broadcastId: string,
): Promise<[userId: string, at: string][]> {
  return queryJson(
    db.read,
    `SELECT json_group_array(json_array(d."userId", ${iso('d."at"')})) AS json FROM "BroadcastDelivery" d
     WHERE d."broadcastId" = ?1 AND d."channel" = 'feed'`,
    broadcastId,
  );
}
