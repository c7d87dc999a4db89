import type { Tx } from './database.ts';
import { queryJson } from './sql.ts';

/** Purpose that the telephone PIN of a user is sealed for. */
export function phonePinPurpose(userId: string): string {
  return `User:${userId}`;
}

/** The sealed telephone PINs of those users who have one. */
export async function phonePins(tx: Tx, userIds: readonly string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await queryJson<[id: string, sealed: string][]>(
    tx,
    `SELECT json_group_array(json_array(u.id, u."phonePinSealed")) AS json FROM json_each(?1) j
       CROSS JOIN "User" u ON u.id = j.value WHERE u."phonePinSealed" IS NOT NULL`,
    JSON.stringify(userIds),
  );
  return new Map(rows);
}

/** Whether somebody else, of any company, has this user name in whatever case. */
export async function isUsernameTaken(tx: Tx, username: string, exceptId = ''): Promise<boolean> {
  const found = await queryJson<string[]>(
    tx,
    'SELECT json_group_array(id) AS json FROM "User" WHERE "username" = ?1 COLLATE NOCASE AND id <> ?2',
    username,
    exceptId,
  );
  return found.length > 0;
}

export interface ExternalIdRow {
  name: string;
  value: string;
}

export function externalIdsOf(tx: Tx, userId: string): Promise<ExternalIdRow[]> {
  return tx.externalId.findMany({ where: { userId }, select: { name: true, value: true }, orderBy: { name: 'asc' } });
}

/** Those of the ids that somebody else of the company has already, as places in the list. */
export async function takenExternalIds(
  tx: Tx,
  companyId: string,
  userId: string,
  ids: readonly ExternalIdRow[],
): Promise<number[]> {
  return queryJson<number[]>(
    tx,
    `SELECT json_group_array(j.key) AS json FROM json_each(?1) j
       CROSS JOIN "ExternalId" x ON x."companyId" = ?2 AND x."name" = j.value->>'name' AND x."value" = j.value->>'value'
      WHERE x."userId" <> ?3`,
    JSON.stringify(ids),
    companyId,
    userId,
  );
}

export async function replaceExternalIds(
  tx: Tx,
  user: { id: string; companyId: string },
  ids: readonly ExternalIdRow[],
): Promise<void> {
  await tx.externalId.deleteMany({ where: { userId: user.id } });
  const data = ids.map(({ name, value }) => ({ companyId: user.companyId, userId: user.id, name, value }));
  if (data.length > 0) await tx.externalId.createMany({ data });
}
