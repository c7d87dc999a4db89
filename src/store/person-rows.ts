import type { Tx } from './database.ts';
import { execute, executeEach, queryJson, type SqlValue } from './sql.ts';

/** What an import may change of a person. */
export const PERSON_FIELDS = [
  'email',
  'firstName',
  'lastName',
  'title',
  'personalContact',
  'userType',
  'siteId',
  'language',
  'timezone',
] as const;
export type PersonField = (typeof PERSON_FIELDS)[number];
export type PersonRow = { id: string } & Record<PersonField, string | null>;

export interface ExistingPerson extends PersonRow {
  companyId: string;
  username: string;
  state: string;
  isOperator: boolean;
  version: number;
  /** Permissions of all the roles that he has anywhere. */
  permissions: { name: string; permissions: string }[];
  /** Ids of his roles and groups in his own company. */
  roleIds: string[];
  groupIds: string[];
  externalIds: { name: string; value: string }[];
}

const EXISTING = `json_object('id', u.id, 'companyId', u."companyId", 'username', u."username", 'state', u."state",
  'isOperator', json(iif(u."isOperator", 'true', 'false')), 'version', u."version",
  ${PERSON_FIELDS.map((field) => `'${field}', u."${field}"`).join(', ')},
  'permissions', (SELECT json_group_array(json_object('name', r."name", 'permissions', r."permissions"))
     FROM "UserRole" ur CROSS JOIN "Role" r ON r.id = ur."roleId" WHERE ur."userId" = u.id),
  'roleIds', (SELECT json_group_array(r.id) FROM "UserRole" ur CROSS JOIN "Role" r ON r.id = ur."roleId"
     WHERE ur."userId" = u.id AND r."companyId" = u."companyId"),
  'groupIds', (SELECT json_group_array(g.id) FROM "UserGroupMember" m CROSS JOIN "UserGroup" g ON g.id = m."groupId"
     WHERE m."userId" = u.id AND g."companyId" = u."companyId"),
  'externalIds', (SELECT json_group_array(json(v)) FROM (SELECT json_object('name', x."name", 'value', x."value") AS v
     FROM "ExternalId" x WHERE x."userId" = u.id ORDER BY x."name")))`;

/** Persons by their user names, whatever the case of A to Z, of any company. */
export function personsByUsername(tx: Tx, usernames: readonly string[]): Promise<ExistingPerson[]> {
  return queryJson(
    tx,
    `SELECT json_group_array(json(p)) AS json FROM (SELECT ${EXISTING} AS p
       FROM json_each(?1) j CROSS JOIN "User" u ON u."username" = j.value COLLATE NOCASE)`,
    JSON.stringify(usernames),
  );
}

export function personsById(tx: Tx, ids: readonly string[]): Promise<ExistingPerson[]> {
  return queryJson(
    tx,
    `SELECT json_group_array(json(p)) AS json FROM (SELECT ${EXISTING} AS p
       FROM json_each(?1) j CROSS JOIN "User" u ON u.id = j.value)`,
    JSON.stringify(ids),
  );
}

export interface KnownRole {
  id: string;
  name: string;
  builtIn: string | null;
  permissions: string;
}

export function rolesOf(tx: Tx, companyId: string): Promise<KnownRole[]> {
  return tx.role.findMany({
    where: { companyId },
    select: { id: true, name: true, builtIn: true, permissions: true },
  });
}

export interface KnownGroup {
  id: string;
  kind: string;
  name: string;
  description: string | null;
  version: number;
}

const GROUP = `json_object('id', g.id, 'kind', g."kind", 'name', g."name", 'description', g."description", 'version', g."version")`;

export function groupsByName(
  tx: Tx,
  companyId: string,
  names: readonly { kind: string; name: string }[],
): Promise<KnownGroup[]> {
  return queryJson(
    tx,
    `SELECT json_group_array(${GROUP}) AS json FROM (SELECT DISTINCT value->>'kind' AS kind, value->>'name' AS name FROM json_each(?2)) j
       CROSS JOIN "UserGroup" g ON g."companyId" = ?1 AND g."kind" = j.kind AND g."name" = j.name`,
    companyId,
    JSON.stringify(names.map(({ kind, name }) => ({ kind, name }))),
  );
}

export function groupsById(tx: Tx, ids: readonly string[]): Promise<KnownGroup[]> {
  return queryJson(
    tx,
    `SELECT json_group_array(${GROUP}) AS json FROM (SELECT DISTINCT value AS id FROM json_each(?1)) j
       CROSS JOIN "UserGroup" g ON g.id = j.id`,
    JSON.stringify(ids),
  );
}

/** Whose these external ids are, as `[name, value, user id]`. */
export function ownersOfExternalIds(
  tx: Tx,
  companyId: string,
  ids: readonly { name: string; value: string }[],
): Promise<[name: string, value: string, userId: string][]> {
  return queryJson(
    tx,
    `SELECT json_group_array(json_array(x."name", x."value", x."userId")) AS json FROM json_each(?2) j
       CROSS JOIN "ExternalId" x ON x."companyId" = ?1 AND x."name" = j.value->>'name' AND x."value" = j.value->>'value'`,
    companyId,
    JSON.stringify(ids),
  );
}

/** Who may do everything in a company and can log in: ids. */
export function activeAdministrators(tx: Tx, companyId: string): Promise<string[]> {
  return queryJson(
    tx,
    `SELECT json_group_array(u.id) AS json FROM "Role" r JOIN "UserRole" ur ON ur."roleId" = r.id
       JOIN "User" u ON u.id = ur."userId" AND u."state" = 'active' WHERE r."companyId" = ?1 AND r."builtIn" = 'administrator'`,
    companyId,
  );
}

export interface NewPerson extends PersonRow {
  companyId: string;
  username: string;
}

export async function insertPersons(tx: Tx, persons: readonly NewPerson[]): Promise<void> {
  const now = Date.now();
  const names = ['id', 'companyId', 'username', ...PERSON_FIELDS, 'createdAt', 'updatedAt'];
  await executeEach(
    tx,
    `INSERT INTO "User" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    persons.map((one): SqlValue[] => [one.id, one.companyId, one.username, ...fieldsOf(one), now, now]),
  );
}

/** Writes all fields and raises the versions. Codes go only where their owner has shown that they arrive. */
export async function updatePersons(tx: Tx, persons: readonly PersonRow[]): Promise<void> {
  const now = Date.now();
  await executeEach(
    tx,
    `UPDATE "User" SET "codeByContact" = iif("personalContact" IS ?, "codeByContact", 0),
       ${PERSON_FIELDS.map((field) => `"${field}" = ?`).join(', ')}, "version" = "version" + 1, "updatedAt" = ? WHERE id = ?`,
    persons.map((one): SqlValue[] => [one.personalContact, ...fieldsOf(one), now, one.id]),
  );
}

function fieldsOf(person: PersonRow): SqlValue[] {
  return PERSON_FIELDS.map((field) => person[field]);
}

/** A user and a role or a group of his. */
export type Pair = readonly [userId: string, otherId: string];

const PAIRS = {
  roles: { table: '"UserRole"', other: '"roleId"' },
  groups: { table: '"UserGroupMember"', other: '"groupId"' },
} as const;

export async function addPairs(tx: Tx, what: keyof typeof PAIRS, pairs: readonly Pair[]): Promise<void> {
  const { table, other } = PAIRS[what];
  await executeEach(tx, `INSERT OR IGNORE INTO ${table} ("userId", ${other}) VALUES (?, ?)`, pairs);
}

export async function removePairs(tx: Tx, what: keyof typeof PAIRS, pairs: readonly Pair[]): Promise<void> {
  const { table, other } = PAIRS[what];
  await executeEach(tx, `DELETE FROM ${table} WHERE "userId" = ? AND ${other} = ?`, pairs);
}

/** Those of the pairs that are there. */
export async function membershipsAmong(tx: Tx, pairs: readonly Pair[]): Promise<Set<string>> {
  const found = await queryJson<string[]>(
    tx,
    `SELECT json_group_array(m."userId" || ' ' || m."groupId") AS json FROM json_each(?1) j
       CROSS JOIN "UserGroupMember" m ON m."userId" = j.value->>0 AND m."groupId" = j.value->>1`,
    JSON.stringify(pairs),
  );
  return new Set(found);
}

/** All external ids of these users; what is not named is gone. */
export async function replaceExternalIdsOf(
  tx: Tx,
  companyId: string,
  users: readonly { id: string; externalIds: readonly { name: string; value: string }[] }[],
): Promise<void> {
  if (users.length === 0) return;
  await execute(
    tx,
    'DELETE FROM "ExternalId" WHERE "userId" IN (SELECT value FROM json_each(?1))',
    JSON.stringify(users.map(({ id }) => id)),
  );
  await executeEach(
    tx,
    'INSERT INTO "ExternalId" ("companyId", "userId", "name", "value") VALUES (?, ?, ?, ?)',
    users.flatMap(({ id, externalIds }) =>
      externalIds.map(({ name, value }): SqlValue[] => [companyId, id, name, value]),
    ),
  );
}

export async function insertGroups(
  tx: Tx,
  companyId: string,
  groups: readonly { id: string; kind: string; name: string; description: string | null }[],
): Promise<void> {
  const now = Date.now();
  await executeEach(
    tx,
    `INSERT INTO "UserGroup" ("id", "companyId", "kind", "name", "description", "createdAt", "updatedAt") VALUES (?, ?, ?, ?, ?, ?, ?)`,
    groups.map((one) => [one.id, companyId, one.kind, one.name, one.description, now, now]),
  );
}

export async function describeGroups(
  tx: Tx,
  groups: readonly { id: string; description: string | null }[],
): Promise<void> {
  await executeEach(
    tx,
    'UPDATE "UserGroup" SET "description" = ?, "version" = "version" + 1, "updatedAt" = ? WHERE id = ?',
    groups.map(({ id, description }) => [description, Date.now(), id]),
  );
}

/** Those of the groups that nobody is in. */
export function emptyAmong(tx: Tx, groupIds: readonly string[]): Promise<string[]> {
  return queryJson(
    tx,
    `SELECT json_group_array(id) AS json FROM (SELECT DISTINCT value AS id FROM json_each(?1)) j
      WHERE NOT EXISTS (SELECT 1 FROM "UserGroupMember" m WHERE m."groupId" = j.id)`,
    JSON.stringify(groupIds),
  );
}

export async function deleteGroups(tx: Tx, ids: readonly string[]): Promise<void> {
  await execute(tx, 'DELETE FROM "UserGroup" WHERE id IN (SELECT value FROM json_each(?1))', JSON.stringify(ids));
}

/** The versions that users have now. */
export async function versionsOfUsers(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await queryJson<[string, number][]>(
    tx,
    `SELECT json_group_array(json_array(u.id, u."version")) AS json FROM json_each(?1) j CROSS JOIN "User" u ON u.id = j.value`,
    JSON.stringify(ids),
  );
  return new Map(rows);
}

/** Who is at home in the company, or a member by a role there: by user name in the case of the list. */
export function membersByUsername(
  tx: Tx,
  companyId: string,
  usernames: readonly string[],
): Promise<[asked: string, userId: string][]> {
  return queryJson(
    tx,
    `SELECT json_group_array(json_array(j.value, u.id)) AS json FROM json_each(?2) j
       CROSS JOIN "User" u ON u."username" = j.value COLLATE NOCASE AND (u."companyId" = ?1 OR EXISTS (
         SELECT 1 FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId" WHERE ur."userId" = u.id AND r."companyId" = ?1))`,
    companyId,
    JSON.stringify(usernames),
  );
}
