import type { Tx } from './database.ts';
import { execute, executeEach, queryJson } from './sql.ts';

export interface ResetLink {
  userId: string;
  /** SHA-256 of the token, hex. */
  hash: string;
}

/** New links by which users may set a password; those they had before are void. */
export async function replaceResetLinks(
  tx: Tx,
  links: readonly ResetLink[],
  { now, expiresAt }: { now: number; expiresAt: number },
): Promise<void> {
  await execute(
    tx,
    `DELETE FROM "OneTimeToken" WHERE "purpose" = 'reset' AND "userId" IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(links.map(({ userId }) => userId)),
  );
  await executeEach(
    tx,
    `INSERT INTO "OneTimeToken" ("hash","purpose","userId","createdAt","expiresAt") VALUES (?, 'reset', ?, ?, ?)`,
    links.map(({ hash, userId }) => [hash, userId, now, expiresAt]),
  );
}

/** Makes links void. Answers the hashes of those that were still good. */
export async function voidResetLinks(tx: Tx, hashes: readonly string[], now: number): Promise<Set<string>> {
  const json = JSON.stringify(hashes);
  const good = await queryJson<string[]>(
    tx,
    `SELECT json_group_array(t."hash") AS json FROM json_each(?1) j CROSS JOIN "OneTimeToken" t ON t."hash" = j.value
      WHERE t."purpose" = 'reset' AND t."expiresAt" > ?2`,
    json,
    now,
  );
  await execute(
    tx,
    `DELETE FROM "OneTimeToken" WHERE "purpose" = 'reset' AND "hash" IN (SELECT value FROM json_each(?1))`,
    json,
  );
  return new Set(good);
}
