import type { Tx } from './database.ts';
import { bool, columns, object } from './queries/sql.ts';
import { execute, executeEach, queryJson, type SqlValue } from './sql.ts';

/** What mass actions need to know of a user. */
export interface UserInSet {
  id: string;
  companyId: string;
  username: string;
  firstName: string;
  email: string | null;
  language: string;
  timezone: string | null;
  siteId: string | null;
  userType: string | null;
  state: string;
  /** JSON: how the account was disabled. */
  disabled: string | null;
  mustChangePassword: boolean;
  hasPassword: boolean;
  passwordIsShort: boolean;
  hasTotp: boolean;
  codeByContact: boolean;
  hasContact: boolean;
  backupCodes: number;
  sessions: number;
  tokens: number;
  version: number;
}

const count = (table: string) => `(SELECT count(*) FROM "${table}" x WHERE x."userId" = u.id)`;
const FIELDS = object({
  ...columns('u', 'id', 'companyId', 'username', 'firstName', 'email', 'language', 'timezone', 'siteId', 'userType'),
  ...columns('u', 'state', 'disabled', 'version'),
  mustChangePassword: bool('u."mustChangePassword"'),
  hasPassword: bool('u."passwordHash" IS NOT NULL'),
  passwordIsShort: bool('u."passwordIsShort"'),
  hasTotp: bool('u."totpSealed" IS NOT NULL'),
  codeByContact: bool('u."codeByContact"'),
  hasContact: bool('u."personalContact" IS NOT NULL'),
  backupCodes: count('BackupCode'),
  sessions: count('Session'),
  tokens: count('ApiToken'),
});

/** Users of a company in the order of their ids; who is not of it, or does not exist, is missing. */
export function usersInSet(tx: Tx, companyId: string, ids: readonly string[]): Promise<UserInSet[]> {
  return queryJson<UserInSet[]>(
    tx,
    `SELECT json_group_array(${FIELDS}) AS json FROM json_each(?1) j CROSS JOIN "User" u ON u.id = j.value
      WHERE u."companyId" = ?2`,
    JSON.stringify(ids),
    companyId,
  );
}

/** Those of the ids that are users of a company. */
export function idsInSet(tx: Tx, companyId: string, ids: readonly string[]): Promise<string[]> {
  return queryJson<string[]>(
    tx,
    `SELECT json_group_array(u.id) AS json FROM json_each(?1) j CROSS JOIN "User" u ON u.id = j.value
      WHERE u."companyId" = ?2`,
    JSON.stringify(ids),
    companyId,
  );
}

/** Columns of users that mass actions write. */
export type SetColumn = keyof Pick<UserInSet, 'language' | 'timezone' | 'siteId' | 'userType' | 'mustChangePassword'>;

/** The same value for all of them. Each has a new version. */
export async function setForUsers(
  tx: Tx,
  ids: readonly string[],
  column: SetColumn,
  value: string | boolean | null,
): Promise<void> {
  await execute(
    tx,
    `UPDATE "User" SET "${column}" = ?2, "version" = "version" + 1, "updatedAt" = ?3 WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    typeof value === 'boolean' ? Number(value) : value,
    Date.now(),
  );
}

/** A value of its own for each. */
export async function setForEachUser(
  tx: Tx,
  column: SetColumn,
  rows: readonly { id: string; value: string | boolean | null }[],
): Promise<void> {
  const now = Date.now();
  await executeEach(
    tx,
    `UPDATE "User" SET "${column}" = ?, "version" = "version" + 1, "updatedAt" = ? WHERE id = ?`,
    rows.map(({ id, value }): SqlValue[] => [typeof value === 'boolean' ? Number(value) : value, now, id]),
  );
}

/** Something that hangs on these users changed. */
export async function touchUsers(tx: Tx, ids: readonly string[]): Promise<void> {
  await execute(
    tx,
    'UPDATE "User" SET "version" = "version" + 1, "updatedAt" = ?2 WHERE id IN (SELECT value FROM json_each(?1))',
    JSON.stringify(ids),
    Date.now(),
  );
}

/** No password is good any more, a temporary one neither. */
export async function forgetPasswords(tx: Tx, ids: readonly string[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "User" SET "passwordHash" = NULL, "passwordChangedAt" = ?2, "passwordIsShort" = 0, "passwordExpiresAt" = NULL,
       "mustChangePassword" = 0, "version" = "version" + 1, "updatedAt" = ?2 WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    Date.now(),
  );
}

/**
 * No second factor is left, and nothing that was begun with one. A password that was short was good together with a second
 * factor (NIST SP 800-63B): it must be changed.
 */
export async function forgetSecondFactors(tx: Tx, ids: readonly string[]): Promise<void> {
  const json = JSON.stringify(ids);
  const ofUsers = '"userId" IN (SELECT value FROM json_each(?1))';
  await execute(tx, `DELETE FROM "BackupCode" WHERE ${ofUsers}`, json);
  await execute(
    tx,
    `DELETE FROM "OneTimeToken" WHERE ${ofUsers} AND "purpose" IN ('contact-code', 'totp-setup')`,
    json,
  );
  await execute(
    tx,
    `UPDATE "User" SET "totpSealed" = NULL, "totpLastStep" = NULL, "codeByContact" = 0,
       "mustChangePassword" = "mustChangePassword" OR "passwordIsShort", "version" = "version" + 1, "updatedAt" = ?2
      WHERE id IN (SELECT value FROM json_each(?1))`,
    json,
    Date.now(),
  );
}

/** Ends their logins, but nothing else that was begun. */
export async function endLogins(tx: Tx, ids: readonly string[], options: { tokens: boolean }): Promise<void> {
  const json = JSON.stringify(ids);
  await execute(tx, 'DELETE FROM "Session" WHERE "userId" IN (SELECT value FROM json_each(?1))', json);
  if (!options.tokens) return;
  await execute(tx, 'DELETE FROM "ApiToken" WHERE "userId" IN (SELECT value FROM json_each(?1))', json);
}

/** How these users were disabled, as JSON; who is not disabled is missing. */
export async function disabledFor(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await queryJson<[string, string][]>(
    tx,
    `SELECT json_group_array(json_array(u.id, u."disabled")) AS json FROM json_each(?1) j
       CROSS JOIN "User" u ON u.id = j.value WHERE u."state" = 'disabled' AND u."disabled" IS NOT NULL`,
    JSON.stringify(ids),
  );
  return new Map(rows);
}
