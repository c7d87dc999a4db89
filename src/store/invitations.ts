import type { Reader, Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

/**
 * Takes an invitation by the hash of its token: compared and set in one statement, so that of many who follow one link at
 * once one gets in. False: unknown, used, revoked or expired.
 */
export async function claimInvitation(tx: Tx, hash: string, now: number): Promise<boolean> {
  const sql = `UPDATE "Invitation" SET "state" = 'accepted', "updatedAt" = ?2
    WHERE "hash" = ?1 AND "state" = 'pending' AND "expiresAt" > ?2`;
  return (await execute(tx, sql, hash, now)) === 1;
}

/** Gives the roles of an invitation that still exist, or the role User when none does. */
export async function giveInvitedRoles(tx: Tx, userId: string, companyId: string, roleIds: string): Promise<void> {
  const given = await execute(
    tx,
    `INSERT OR IGNORE INTO "UserRole" ("userId","roleId")
     SELECT ?1, r.id FROM "Role" r WHERE r."companyId" = ?2 AND r.id IN (SELECT value FROM json_each(?3))`,
    userId,
    companyId,
    roleIds,
  );
  if (given > 0) return;
  await execute(
    tx,
    `INSERT INTO "UserRole" ("userId","roleId") SELECT ?1, r.id FROM "Role" r WHERE r."companyId" = ?2
       AND r."builtIn" = 'user' AND NOT EXISTS (SELECT 1 FROM "UserRole" ur JOIN "Role" x ON x.id = ur."roleId"
         WHERE ur."userId" = ?1 AND x."companyId" = ?2)`,
    userId,
    companyId,
  );
}

export interface Acquaintance {
  id: string;
  username: string;
  email: string | null;
  companyId: string;
  /** The account has no password yet and is not closed: it waits for its owner. */
  isWaiting: boolean;
}

const ACQUAINTANCE = `json_object('id', u.id, 'username', u."username", 'email', u."email", 'companyId', u."companyId",
  'isWaiting', json(iif(u."passwordHash" IS NULL AND u."state" IN ('invited', 'active'), 'true', 'false')))`;

/** Members of a company, by home or by a role, whose user name or e-mail is this address; capitals do not matter. */
export function membersByAddress(reader: Reader, companyId: string, address: string): Promise<Acquaintance[]> {
  return queryJson(
    reader,
    `SELECT json_group_array(${ACQUAINTANCE}) AS json FROM "User" u
     WHERE (u."username" = ?1 COLLATE NOCASE OR u."email" = ?1 COLLATE NOCASE) AND (u."companyId" = ?2 OR EXISTS (
       SELECT 1 FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId" WHERE ur."userId" = u.id AND r."companyId" = ?2))`,
    address,
    companyId,
  );
}

/** Whoever has this user name, however it is capitalized. */
export async function accountByName(reader: Reader, username: string): Promise<Acquaintance | undefined> {
  const sql = `SELECT json_group_array(${ACQUAINTANCE}) AS json FROM "User" u WHERE u."username" = ?1 COLLATE NOCASE`;
  return (await queryJson<Acquaintance[]>(reader, sql, username))[0];
}

/** The account that waits for its owner under this id, if it does. */
export async function waitingById(reader: Reader, id: string): Promise<Acquaintance | undefined> {
  const sql = `SELECT json_group_array(${ACQUAINTANCE}) AS json FROM "User" u WHERE u.id = ?1`;
  const [account] = await queryJson<Acquaintance[]>(reader, sql, id);
  return account?.isWaiting === true ? account : undefined;
}
