import type { Reader, Tx } from './database.ts';
import { execute, executeEach, queryJson } from './sql.ts';

/** Ways in which an extension may point to another one. */
export const FORWARD_FIELDS = ['forwardAlways', 'forwardBusy', 'forwardNoAnswer', 'suspendedForward'] as const;
export type ForwardField = (typeof FORWARD_FIELDS)[number];

/** An extension that forwards to one that goes. */
export interface Forward {
  extensionId: string;
  /** Of the extension that forwards. */
  number: string;
  userId: string | null;
  field: ForwardField;
  target: string;
}

/** Everything that the deletion of a user touches. */
export interface Deletion {
  extensions: DeletionExtension[];
  numbers: DeletionNumber[];
  groups: { id: string; kind: string; name: string }[];
  roles: { id: string; name: string; companyId: string; company: string }[];
  externalIds: { name: string; value: string }[];
  forwards: Forward[];
  scheduled: { id: string; action: string; at: string }[];
  quarantineDays: number;
}

interface DeletionExtension {
  id: string;
  number: string;
  displayName: string;
  accounts: number;
  hasMailbox: boolean;
  suspended: boolean;
}

interface DeletionNumber {
  id: string;
  e164: string;
  extensionId: string;
  extension: string;
}

/** What the deletion of each of these users would touch, by his id. Forwards of those who go with him are not among it. */
export async function readDeletions(reader: Reader, userIds: readonly string[]): Promise<Map<string, Deletion>> {
  const ids = JSON.stringify(userIds);
  const of = (fields: string, from: string) =>
    `json((SELECT json_group_array(json(v)) FROM (SELECT json_object(${fields}) AS v ${from})))`;
  const rows = await queryJson<(Omit<Deletion, 'forwards'> & { userId: string })[]>(
    reader,
    `SELECT json_group_array(json_object(
      'userId', u.id,
      'extensions', ${of(
        `'id', e.id, 'number', e."number", 'displayName', e."displayName",
          'accounts', (SELECT count(*) FROM "SipAccount" a WHERE a."extensionId" = e.id),
          'hasMailbox', json(iif(EXISTS (SELECT 1 FROM "Mailbox" m WHERE m."extensionId" = e.id), 'true', 'false')),
          'suspended', json(iif(e."suspended", 'true', 'false'))`,
        'FROM "Extension" e WHERE e."userId" = u.id ORDER BY e."number"',
      )},
      'numbers', ${of(
        `'id', n.id, 'e164', n."e164", 'extensionId', e.id, 'extension', e."number"`,
        'FROM "Extension" e JOIN "PhoneNumber" n ON n."extensionId" = e.id WHERE e."userId" = u.id ORDER BY n."e164"',
      )},
      'groups', ${of(
        `'id', g.id, 'kind', g."kind", 'name', g."name"`,
        'FROM "UserGroupMember" m JOIN "UserGroup" g ON g.id = m."groupId" WHERE m."userId" = u.id ORDER BY g."kind", g."name"',
      )},
      'roles', ${of(
        `'id', r.id, 'name', r."name", 'companyId', c.id, 'company', c."name"`,
        `FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId" JOIN "Company" c ON c.id = r."companyId"
           WHERE ur."userId" = u.id ORDER BY c."name", r."name"`,
      )},
      'externalIds', ${of(`'name', x."name", 'value', x."value"`, 'FROM "ExternalId" x WHERE x."userId" = u.id ORDER BY x."name"')},
      'scheduled', ${of(
        `'id', s.id, 'action', s."action", 'at', strftime('%Y-%m-%dT%H:%M:%fZ', s."at" / 1000.0, 'unixepoch')`,
        'FROM "ScheduledAction" s WHERE s."userId" = u.id ORDER BY s."at"',
      )},
      'quarantineDays', h."quarantineDays")) AS json
     FROM json_each(?1) j CROSS JOIN "User" u ON u.id = j.value JOIN "Company" h ON h.id = u."companyId"`,
    ids,
  );
  const forwards = new Map<string, Forward[]>();
  for (const { owner, ...forward } of await forwardsTo(reader, ids)) {
    forwards.set(owner, [...(forwards.get(owner) ?? []), forward]);
  }
  return new Map(rows.map(({ userId, ...row }) => [userId, { ...row, forwards: forwards.get(userId) ?? [] }]));
}

/** Extensions that forward to those of users: one look through the company, however many users they are. */
function forwardsTo(reader: Reader, ids: string): Promise<(Forward & { owner: string })[]> {
  const found = FORWARD_FIELDS.map(
    (
      field,
    ) => `SELECT g.owner, o.id AS "extensionId", o."number", o."userId", '${field}' AS field, o."${field}" AS target
      FROM "Extension" o CROSS JOIN going g ON g.company = o."companyId" AND g."number" = o."${field}"
      WHERE o."companyId" IN (SELECT company FROM going) AND o."${field}" IS NOT NULL
        AND (o."userId" IS NULL OR o."userId" NOT IN (SELECT value FROM json_each(?1)))`,
  ).join(' UNION ALL ');
  return queryJson(
    reader,
    `WITH going AS MATERIALIZED (SELECT e."userId" AS owner, e."companyId" AS company, e."number" AS number
       FROM json_each(?1) j CROSS JOIN "Extension" e ON e."userId" = j.value)
     SELECT json_group_array(json(v)) AS json FROM (
       SELECT json_object('owner', f.owner, 'extensionId', f."extensionId", 'number', f."number", 'userId', f."userId",
         'field', f.field, 'target', f.target) AS v FROM (${found}) f ORDER BY f."number", f.field)`,
    ids,
  );
}

/** Somebody who is deleted, and what brings him back, sealed. */
export interface DeletedRow {
  id: string;
  companyId: string;
  username: string;
  firstName: string;
  lastName: string;
  snapshotSealed: string;
}

export async function deleteUsers(tx: Tx, ids: readonly string[]): Promise<void> {
  await execute(tx, 'DELETE FROM "User" WHERE id IN (SELECT value FROM json_each(?1))', JSON.stringify(ids));
}

/** Keeps them until `purgeAt`. Times in milliseconds since 1970. */
export async function keepDeleted(
  tx: Tx,
  rows: readonly DeletedRow[],
  { actor, at, purgeAt }: { actor: string; at: number; purgeAt: number },
): Promise<void> {
  await executeEach(
    tx,
    `INSERT INTO "DeletedUser" (id, "companyId", "username", "firstName", "lastName", "actor", "deletedAt", "purgeAt",
       "snapshotSealed") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    rows.map((row) => {
      const { id, companyId, username, firstName, lastName, snapshotSealed } = row;
      return [id, companyId, username, firstName, lastName, actor, at, purgeAt, snapshotSealed];
    }),
  );
}

/** Clears a forwarding to an extension that goes; who left it so when he was disabled leaves callers to his mailbox now. */
export async function clearForward(tx: Tx, { extensionId, userId, field, target }: Forward): Promise<void> {
  await setForward(tx, extensionId, field, null);
  if (field !== 'suspendedForward' || userId === null) return;
  await execute(
    tx,
    `UPDATE "User" SET "disabled" = json_set("disabled", '$.extension', json('{"answer":"voicemail"}'))
       WHERE id = ?1 AND "disabled"->>'$.extension.forwardTo' = ?2`,
    userId,
    target,
  );
}

/** Puts a forwarding back that `clearForward` took away. */
export async function putForwardBack(tx: Tx, { extensionId, userId, field, target }: Forward): Promise<void> {
  await setForward(tx, extensionId, field, target);
  if (field !== 'suspendedForward' || userId === null) return;
  await execute(
    tx,
    `UPDATE "User" SET "disabled" = json_set("disabled", '$.extension', json_object('answer', 'forward', 'forwardTo', ?2))
       WHERE id = ?1 AND "state" = 'disabled'`,
    userId,
    target,
  );
}

async function setForward(tx: Tx, extensionId: string, field: ForwardField, target: string | null): Promise<void> {
  await execute(tx, `UPDATE "Extension" SET "${field}" = ?2 WHERE id = ?1`, extensionId, target);
}

/** Ids of those of these numbers that rang somewhere else after the given event of their history. */
export async function assignedSince(
  tx: Tx,
  numbers: readonly { id: string; lastEvent: number }[],
): Promise<Set<string>> {
  const ids = await queryJson<string[]>(
    tx,
    `SELECT json_group_array(j.value->>'$.id') AS json FROM json_each(?1) j WHERE EXISTS (
       SELECT 1 FROM "PhoneNumberEvent" h WHERE h."numberId" = j.value->>'$.id' AND h.id > j.value->>'$.lastEvent'
         AND h."toState" = 'assigned')`,
    JSON.stringify(numbers),
  );
  return new Set(ids);
}

/** The newest event of each number's history, by the number's id. */
export async function lastEvents(tx: Tx, numberIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await queryJson<[string, number][]>(
    tx,
    `SELECT json_group_array(json_array(j.value, coalesce((SELECT max(h.id) FROM "PhoneNumberEvent" h
       WHERE h."numberId" = j.value), 0))) AS json FROM json_each(?1) j`,
    JSON.stringify(numberIds),
  );
  return new Map(rows);
}
