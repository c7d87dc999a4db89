import type { Tx } from '../store/database.ts';
import { execute } from '../store/sql.ts';

/**
 * Ends every login of these users, in the transaction of whatever takes their right to be there: sessions, API tokens and
 * what was begun (reset links, logins that wait for a code). Requests look a session up each time, so the next one fails.
 * `exceptSession`: the one in which somebody changes his own password.
 */
export async function throwOff(tx: Tx, userIds: readonly string[], exceptSession?: string): Promise<void> {
  const ids = JSON.stringify(userIds);
  const ofUsers = 'WHERE "userId" IN (SELECT value FROM json_each(?1))';
  await execute(tx, `DELETE FROM "Session" ${ofUsers} AND id <> ?2`, ids, exceptSession ?? '');
  await execute(tx, `DELETE FROM "ApiToken" ${ofUsers}`, ids);
  await execute(tx, `DELETE FROM "OneTimeToken" ${ofUsers}`, ids);
}
