import { LinekeeperError } from '../errors.ts';
import { notFound } from './context.ts';
import { attemptFailed, attemptSucceeded, beginAttempt } from './login-throttle.ts';
import type { PeopleDeps } from './people-deps.ts';
import { prepareChosen, setPassword } from './set-password.ts';

export interface OwnPassword {
  /** As typed now; slowed down like a login. @throws INVALID_CREDENTIALS, TOO_MANY_REQUESTS */
  prove(userId: string, password: string, address: string): Promise<void>;
  /** Ends all other sessions and tokens of the user. @throws those of `prove`, PASSWORD_WEAK */
  change(userId: string, sessionId: string | undefined, current: string, next: string, address: string): Promise<void>;
}

export function createOwnPassword(deps: PeopleDeps): OwnPassword {
  const { db, hasher, factors } = deps;

  async function prove(userId: string, password: string, address: string): Promise<void> {
    const user = await db.read.user.findUnique({ where: { id: userId } });
    if (user === null) throw notFound('user');
    const attempt = { username: user.username, address };
    const { wait } = await db.write((tx) => beginAttempt(tx, attempt, Date.now()));
    if (wait > 0) {
      throw new LinekeeperError('TOO_MANY_REQUESTS', `too many wrong passwords; try again in ${wait} seconds`, {
        details: { retryAfterSeconds: wait },
      });
    }
    const { ok } = await hasher.verify(user.passwordHash, password);
    await db.write((tx) => (ok ? attemptSucceeded(tx, user.username) : attemptFailed(tx, attempt, Date.now())));
    if (!ok) throw new LinekeeperError('INVALID_CREDENTIALS', 'the present password is wrong');
  }

  return {
    prove,
    async change(userId, sessionId, current, next, address) {
      await prove(userId, current, address);
      const user = await db.read.user.findUniqueOrThrow({ where: { id: userId } });
      if (current.normalize('NFKC') === next.normalize('NFKC')) {
        const message = 'must differ from the present one';
        throw new LinekeeperError('PASSWORD_WEAK', `the password ${message}`, {
          fields: [{ path: 'password', code: 'PASSWORD_WEAK', message }],
        });
      }
      const hasFactor = (await db.write((tx) => factors.methodsOf(tx, userId))).length > 0;
      const chosen = await prepareChosen(deps, next, user, hasFactor);
      const how = { action: 'password.changed', exceptSession: sessionId };
      await db.write((tx) => setPassword(tx, `user:${user.username}`, userId, chosen, how));
    },
  };
}
