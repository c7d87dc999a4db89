import type { Tx } from './database.ts';
import { giveBuiltInRole } from './roles.ts';
import { execute, queryJson } from './sql.ts';

/** The company of a change, as rules need it. */
export interface CompanyRules {
  id: string;
  pbxId: string;
  slug: string;
  endpointPrefix: string;
  ranges: [string, string][];
  quarantineDays: number;
}

export async function companyRules(tx: Tx, companyId: string): Promise<CompanyRules | undefined> {
  const row = await tx.company.findUnique({ where: { id: companyId } });
  if (row === null) return undefined;
  const { id, pbxId, slug, endpointPrefix, quarantineDays } = row;
  return { id, pbxId, slug, endpointPrefix, ranges: JSON.parse(row.ranges), quarantineDays };
}

export interface KnownUser {
  id: string;
  companyId: string;
  username: string;
  firstName: string;
  lastName: string;
  email: string | null;
  version: number;
}

/** Users by their names, whatever the case of A to Z. */
export async function usersByUsername(tx: Tx, usernames: readonly string[]): Promise<KnownUser[]> {
  if (usernames.length === 0) return [];
  return queryJson<KnownUser[]>(
    tx,
    `SELECT json_group_array(json_object('id', u.id, 'companyId', u."companyId", 'username', u."username",
       'firstName', u."firstName", 'lastName', u."lastName", 'email', u."email", 'version', u."version")) AS json
       FROM json_each(?1) j CROSS JOIN "User" u ON u."username" = j.value COLLATE NOCASE`,
    JSON.stringify(usernames),
  );
}

export async function userIds(tx: Tx, companyId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.user.findMany({ where: { companyId, id: { in: [...ids] } }, select: { id: true } });
  return new Set(rows.map((row) => row.id));
}

export async function sitesOf(tx: Tx, companyId: string): Promise<{ id: string; name: string }[]> {
  return tx.site.findMany({ where: { companyId }, select: { id: true, name: true } });
}

export interface UserValues {
  id: string;
  companyId: string;
  username: string;
  firstName: string | undefined;
  lastName: string | undefined;
  /** undefined: unchanged. */
  email: string | null | undefined;
}

/** Adds users, or changes the named fields of those that exist. */
export async function upsertUsers(tx: Tx, users: readonly UserValues[]): Promise<void> {
  if (users.length === 0) return;
  const rows = users.map((user) => [user.id, user.companyId, user.username, user.firstName, user.lastName, user.email]);
  const cleared = users.filter(({ email }) => email === null).map(({ id }) => id);
  await execute(
    tx,
    `INSERT INTO "User" ("id","companyId","username","firstName","lastName","email","createdAt","updatedAt")
     SELECT value->>0, value->>1, value->>2, coalesce(value->>3, ''), coalesce(value->>4, ''), value->>5, ?2, ?2
       FROM json_each(?1) WHERE true
     ON CONFLICT ("id") DO UPDATE SET
       "firstName" = iif(excluded."firstName" = '', "firstName", excluded."firstName"),
       "lastName" = iif(excluded."lastName" = '', "lastName", excluded."lastName"),
       "email" = coalesce(excluded."email", "email"), "version" = "version" + 1, "updatedAt" = excluded."updatedAt"`,
    JSON.stringify(rows),
    Date.now(),
  );
  await giveBuiltInRole(
    tx,
    users.map(({ id }) => id),
    'user',
  );
  if (cleared.length > 0) await tx.user.updateMany({ where: { id: { in: cleared } }, data: { email: null } });
}
