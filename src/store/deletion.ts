import type { Reader, Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

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

export async function readDeletion(reader: Reader, userId: string): Promise<Deletion> {
  const of = (fields: string, from: string) =>
    `(SELECT json_group_array(json(v)) FROM (SELECT json_object(${fields}) AS v ${from}))`;
  const forwards = FORWARD_FIELDS.map(
    (field) => `SELECT o.id AS "extensionId", o."number", o."userId", '${field}' AS field, o."${field}" AS target
      FROM "Extension" e JOIN "Extension" o ON o."companyId" = e."companyId" AND o."${field}" = e."number"
      WHERE e."userId" = ?1 AND o."userId" IS NOT ?1`,
  ).join(' UNION ALL ');
  return queryJson<Deletion>(
    reader,
    `SELECT json_object(
      'extensions', ${of(
        `'id', e.id, 'number', e."number", 'displayName', e."displayName",
          'accounts', (SELECT count(*) FROM "SipAccount" a WHERE a."extensionId" = e.id),
          'hasMailbox', json(iif(EXISTS (SELECT 1 FROM "Mailbox" m WHERE m."extensionId" = e.id), 'true', 'false')),
          'suspended', json(iif(e."suspended", 'true', 'false'))`,
        'FROM "Extension" e WHERE e."userId" = ?1 ORDER BY e."number"',
      )},
      'numbers', ${of(
        `'id', n.id, 'e164', n."e164", 'extensionId', e.id, 'extension', e."number"`,
        'FROM "Extension" e JOIN "PhoneNumber" n ON n."extensionId" = e.id WHERE e."userId" = ?1 ORDER BY n."e164"',
      )},
      'groups', ${of(
        `'id', g.id, 'kind', g."kind", 'name', g."name"`,
        'FROM "UserGroupMember" m JOIN "UserGroup" g ON g.id = m."groupId" WHERE m."userId" = ?1 ORDER BY g."kind", g."name"',
      )},
      'roles', ${of(
        `'id', r.id, 'name', r."name", 'companyId', c.id, 'company', c."name"`,
        `FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId" JOIN "Company" c ON c.id = r."companyId"
           WHERE ur."userId" = ?1 ORDER BY c."name", r."name"`,
      )},
      'externalIds', ${of(`'name', x."name", 'value', x."value"`, 'FROM "ExternalId" x WHERE x."userId" = ?1 ORDER BY x."name"')},
      'forwards', ${of(
        `'extensionId', f."extensionId", 'number', f."number", 'userId', f."userId", 'field', f.field, 'target', f.target`,
        `FROM (${forwards}) f ORDER BY f."number", f.field`,
      )},
      'scheduled', ${of(
        `'id', s.id, 'action', s."action", 'at', strftime('%Y-%m-%dT%H:%M:%fZ', s."at" / 1000.0, 'unixepoch')`,
        'FROM "ScheduledAction" s WHERE s."userId" = ?1 ORDER BY s."at"',
      )},
      'quarantineDays', (SELECT c."quarantineDays" FROM "User" u JOIN "Company" c ON c.id = u."companyId" WHERE u.id = ?1)
    ) AS json`,
    userId,
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
