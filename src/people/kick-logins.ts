import type { Tx } from '../store/database.ts';
import { endSessions } from './sessions.ts';

/** Ends logins of a user, not his right to log in again; in the activity log it is part of the kick. Answers how many ended. */
export async function kickLogins(
  tx: Tx,
  actor: string,
  userId: string,
  { sessions, tokens }: { sessions: boolean; tokens: boolean },
): Promise<{ sessions: number; tokens: number }> {
  return {
    sessions: sessions ? await endSessions(tx, actor, userId, 'all') : 0,
    tokens: tokens ? (await tx.apiToken.deleteMany({ where: { userId } })).count : 0,
  };
}
