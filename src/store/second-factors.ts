import type { Reader, Tx } from './database.ts';
import { REQUIRES_SECOND_FACTOR } from './sessions.ts';
import { execute, queryJson } from './sql.ts';

/** Takes the code of a time step unless that one or a later one was taken: compared and set in one statement. */
export async function takeTotpStep(tx: Tx, userId: string, step: number): Promise<boolean> {
  const sql = `UPDATE "User" SET "totpLastStep" = ?2
    WHERE id = ?1 AND "totpSealed" IS NOT NULL AND ("totpLastStep" IS NULL OR "totpLastStep" < ?2)`;
  return (await execute(tx, sql, userId, step)) === 1;
}

export async function takeBackupCodeHash(tx: Tx, userId: string, hash: string): Promise<boolean> {
  return (await execute(tx, `DELETE FROM "BackupCode" WHERE "userId" = ?1 AND "hash" = ?2`, userId, hash)) === 1;
}

/** Uses a code up that was sent to somebody. A wrong one counts as a try of the code that is on its way. */
export async function takeContactCode(
  tx: Tx,
  userId: string,
  hash: string,
  { now, tries }: { now: number; tries: number },
): Promise<boolean> {
  const ofUser = `"userId" = ?1 AND "purpose" = 'contact-code'`;
  const open = `${ofUser} AND "expiresAt" > ?2 AND "attempts" < ?3`;
  const sql = `DELETE FROM "OneTimeToken" WHERE ${open} AND "hash" = ?4`;
  if ((await execute(tx, sql, userId, now, tries, hash)) === 1) return true;
  await execute(tx, `UPDATE "OneTimeToken" SET "attempts" = "attempts" + 1 WHERE ${ofUser}`, userId);
  return false;
}

/** Whether the company or one of the roles of a user asks for a second factor. */
export async function asksForSecondFactor(reader: Reader, userId: string): Promise<boolean> {
  const sql = `SELECT json_array(${REQUIRES_SECOND_FACTOR}) AS json FROM "User" u WHERE u.id = ?1`;
  return (await queryJson<number[]>(reader, sql, userId))[0] === 1;
}
