import { holdsPermission } from '../../domain/permission.ts';
import { foldUsername } from '../../domain/user.ts';
import type { Caller } from '../../store/caller.ts';
import type { Tx } from '../../store/database.ts';
import { usersByUsername } from '../../store/references.ts';
import { higherUsers } from '../outrank.ts';

/** Somebody whose e-mail address stays as it is, and why. */
export interface OutOfReach {
  email: string | null;
  reason: string;
}

/**
 * Those of the users whose e-mail address the caller may not change, by folded user name: where a mail goes, a new password
 * goes. Who does not exist yet is nobody's trouble.
 */
export async function outOfReach(
  tx: Tx,
  caller: Caller,
  usernames: readonly string[],
): Promise<Map<string, OutOfReach>> {
  const known = await usersByUsername(tx, [...new Set(usernames)]);
  const ids = known.map(({ id }) => id);
  const may = holdsPermission(caller.scopes, 'users:write');
  const higher = may ? await higherUsers(tx, caller, ids) : undefined;
  return new Map(
    known.flatMap(({ id, username, email }) => {
      const reason = may ? higher?.get(id)?.message : 'to change the e-mail of a user needs users:write';
      return reason === undefined ? [] : [[foldUsername(username), { email, reason }]];
    }),
  );
}
