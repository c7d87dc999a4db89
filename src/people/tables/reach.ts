import { holdsPermission } from '../../domain/permission.ts';
import { foldUsername } from '../../domain/user.ts';
import type { Caller } from '../../store/caller.ts';
import type { Tx } from '../../store/database.ts';
import { usersByUsername } from '../../store/references.ts';
import { higherUsers } from '../outrank.ts';

export interface Reached {
  username: string;
  /** null: none any more. */
  email: string | null;
}

/**
 * Whose e-mail address the caller may not change, with the reason, by folded user name: where a mail goes, a new password
 * goes. New users and addresses that stay as they are are nobody's trouble.
 */
export async function outOfReach(tx: Tx, caller: Caller, wanted: readonly Reached[]): Promise<Map<string, string>> {
  const emails = new Map(wanted.map(({ username, email }) => [foldUsername(username), email]));
  const known = await usersByUsername(
    tx,
    wanted.map(({ username }) => username),
  );
  const changed = known.filter(({ username, email }) => emails.get(foldUsername(username)) !== email);
  if (!holdsPermission(caller.scopes, 'users:write')) {
    return new Map(changed.map(({ username }) => [foldUsername(username), 'the e-mail of a user needs users:write']));
  }
  const higher = await higherUsers(
    tx,
    caller,
    changed.map(({ id }) => id),
  );
  return new Map(
    changed.flatMap(({ id, username }) => {
      const message = higher.get(id)?.message;
      return message === undefined ? [] : [[foldUsername(username), message]];
    }),
  );
}
