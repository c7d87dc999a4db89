import type { BroadcastTarget } from '../domain/broadcast.ts';
import type { Database, Reader, Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

/** Of a company are its own people and those who have a role in it. */
const OF_COMPANY = `(u."companyId" = ?1 OR EXISTS (SELECT 1 FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId"
  WHERE ur."userId" = u.id AND r."companyId" = ?1))`;

/** Those of these ids that are no people of the company. */
export function strangers(tx: Tx, companyId: string, userIds: readonly string[]): Promise<string[]> {
  const known = `SELECT u.id FROM json_each(?2) j CROSS JOIN "User" u ON u.id = j.value WHERE ${OF_COMPANY}`;
  return missing(tx, known, companyId, userIds);
}

/** Those of these ids that are no groups of the company. */
export function strangeGroups(tx: Tx, companyId: string, groupIds: readonly string[]): Promise<string[]> {
  return missing(tx, 'SELECT id FROM "UserGroup" WHERE "companyId" = ?1', companyId, groupIds);
}

function missing(tx: Tx, known: string, companyId: string, ids: readonly string[]): Promise<string[]> {
  const sql = `SELECT json_group_array(value) FROM json_each(?2) WHERE value NOT IN (${known})`;
  return queryJson<string[]>(tx, sql, companyId, JSON.stringify(ids));
}

export interface StartedBroadcast {
  id: string;
  companyId: string;
  target: BroadcastTarget;
  channels: readonly string[];
}

/** Writes down who gets it by which channel: the active people of the target at this moment. In the feed it stands at once. */
export async function insertDeliveries(tx: Tx, broadcast: StartedBroadcast, now: Date): Promise<void> {
  const { id, companyId, target, channels } = broadcast;
  const everyone = 'everyone' in target;
  await execute(
    tx,
    `INSERT INTO "BroadcastDelivery" ("broadcastId","userId","channel","state","at")
     SELECT ?2, u.id, c.value, iif(c.value = 'feed', 'delivered', 'waiting'), ?3 FROM "User" u CROSS JOIN json_each(?4) c
     WHERE u.state = 'active' AND ${OF_COMPANY} AND (?5 OR u.id IN (SELECT value FROM json_each(?6))
       OR u.id IN (SELECT m."userId" FROM "UserGroupMember" m WHERE m."groupId" IN (SELECT value FROM json_each(?7))))
     ORDER BY u.username`,
    companyId,
    id,
    now.getTime(),
    JSON.stringify(channels),
    Number(everyone),
    JSON.stringify(everyone ? [] : target.userIds),
    JSON.stringify(everyone ? [] : target.groupIds),
  );
}

export interface MailReceiver {
  userId: string;
  /** null: deleted since. */
  username: string | null;
  email: string | null;
  language: string | null;
}

/** Deliveries by mail that are not in the mail queue yet. */
export function mailReceivers(tx: Tx, broadcastId: string, limit: number): Promise<MailReceiver[]> {
  return queryJson<MailReceiver[]>(
    tx,
    `SELECT json_group_array(json(v)) FROM (
       SELECT json_object('userId', d."userId", 'username', u.username, 'email', u.email, 'language', u.language) AS v
       FROM "BroadcastDelivery" d LEFT JOIN "User" u ON u.id = d."userId"
       WHERE d."broadcastId" = ?1 AND d.channel = 'mail' AND d.state = 'waiting' AND d."mailId" IS NULL LIMIT ?2)`,
    broadcastId,
    limit,
  );
}

export interface PhoneReceiver {
  userId: string;
  endpoints: { pbxId: string; prefix: string; number: string; ordinal: number }[];
}

/** Deliveries to phones that were not tried yet, with the SIP accounts of each person that work now. */
export function phoneReceivers(db: Database, broadcastId: string, limit: number): Promise<PhoneReceiver[]> {
  return queryJson<PhoneReceiver[]>(
    db.read,
    `SELECT json_group_array(json(v)) FROM (
       SELECT json_object('userId', d."userId", 'endpoints', json((
         SELECT json_group_array(json_object('pbxId', c."pbxId", 'prefix', c."endpointPrefix", 'number', e.number,
           'ordinal', a.ordinal)) FROM "Extension" e JOIN "Company" c ON c.id = e."companyId"
         JOIN "SipAccount" a ON a."extensionId" = e.id
         WHERE e."userId" = d."userId" AND e.enabled AND NOT e.suspended))) AS v
       FROM "BroadcastDelivery" d WHERE d."broadcastId" = ?1 AND d.channel = 'sip' AND d.state = 'waiting' LIMIT ?2)`,
    broadcastId,
    limit,
  );
}

export interface DeliveryResult {
  userId: string;
  state: 'waiting' | 'delivered' | 'failed' | 'unreachable';
  detail: string | null;
  mailId?: string;
}

export async function recordDeliveries(
  tx: Tx,
  broadcastId: string,
  channel: 'mail' | 'sip',
  results: readonly DeliveryResult[],
): Promise<void> {
  const now = Date.now();
  for (const { userId, state, detail, mailId } of results) {
    await execute(
      tx,
      `UPDATE "BroadcastDelivery" SET state = ?1, detail = ?2, "mailId" = ?3, at = ?4
       WHERE "broadcastId" = ?5 AND "userId" = ?6 AND channel = ?7 AND state = 'waiting'`,
      ...[state, detail, mailId ?? null, now, broadcastId, userId, channel],
    );
  }
}

/** Deliveries that nobody has taken in hand yet: no mail queued, no phone tried. */
export async function untouched(reader: Reader, broadcastId: string): Promise<number> {
  const [count] = await queryJson<[number]>(
    reader,
    `SELECT json_array(count(*)) FROM "BroadcastDelivery" WHERE "broadcastId" = ?1 AND state = 'waiting'
       AND (channel = 'sip' OR "mailId" IS NULL)`,
    broadcastId,
  );
  return count;
}
