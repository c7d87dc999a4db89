import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { insertSession } from '../store/sessions.ts';
import { execute, queryJson } from '../store/sql.ts';
import { hashToken } from '../store/tokens.ts';
import { attemptFailed, attemptSucceeded, beginAttempt } from './login-throttle.ts';
import type { PeopleDeps } from './people-deps.ts';
import type { FactorMethod } from './second-factor/verify.ts';

/** From where somebody logs in, and how the session is carried. */
export interface LoginOrigin {
  address: string;
  userAgent: string | null;
  transport: 'cookie' | 'bearer';
}

export type LoginResult =
  | { state: 'in'; token: string; userId: string; sessionId: string; expiresAt: Date }
  /** The password was right; a code is asked for. `challenge` works for five minutes and five codes. */
  | { state: 'second-factor'; challenge: string; methods: FactorMethod[]; expiresAt: Date };

const CHALLENGE_MS = 5 * 60_000;
const CHALLENGE_TRIES = 5;

export interface Login {
  /**
   * @throws INVALID_CREDENTIALS for unknown accounts and wrong passwords alike, TOO_MANY_REQUESTS, LOGIN_BUSY; only after
   * the right password ACCOUNT_NOT_ACTIVE, PASSWORD_EXPIRED
   */
  begin(username: string, password: string, origin: LoginOrigin): Promise<LoginResult>;
  /** @throws SECOND_FACTOR_WRONG, also for an unknown or used challenge */
  proceed(
    challenge: string,
    method: FactorMethod,
    code: string,
    origin: LoginOrigin,
  ): Promise<Extract<LoginResult, { state: 'in' }>>;
  /** Sends a code to the personal contact. An unknown challenge changes nothing and is not told. */
  sendCode(challenge: string): Promise<void>;
}

interface Account {
  id: string;
  companyId: string;
  username: string;
  state: string;
  passwordHash: string | null;
  /** Milliseconds since 1970. */
  passwordExpiresAt: number | null;
}

/**
 * Nothing here waits for the disk: what a power cut forgets of a login is the session with it.
 */
export function createLogin({ db, hasher, settings, factors }: PeopleDeps): Login {
  async function begin(username: string, password: string, origin: LoginOrigin): Promise<LoginResult> {
    const attempt = { username, address: origin.address };
    const { wait, lock } = await db.note((tx) => beginAttempt(tx, attempt, Date.now()));
    if (wait > 0) {
      throw new LinekeeperError('TOO_MANY_REQUESTS', `too many failed logins; try again in ${wait} seconds`, {
        details: { retryAfterSeconds: wait },
      });
    }
    const account = await accountOf(username);
    const { ok, rehash } = await hasher.verify(account?.passwordHash ?? null, password);
    if (account === undefined || !ok) {
      await db.note((tx) => refuse(tx, attempt, account, lock));
      throw new LinekeeperError('INVALID_CREDENTIALS', 'the user name or the password is wrong');
    }
    if (account.state !== 'active') {
      await db.note((tx) => note(tx, 'login.refused', account, { state: account.state }));
      throw new LinekeeperError('ACCOUNT_NOT_ACTIVE', 'this account is not active; ask your administrator');
    }
    if (account.passwordExpiresAt !== null && account.passwordExpiresAt <= Date.now()) {
      throw new LinekeeperError('PASSWORD_EXPIRED', 'this temporary password is over; ask for a new one');
    }
    const renewed = rehash ? await hasher.hash(password) : undefined;
    return db.note(async (tx) => {
      const count = await execute(
        tx,
        'UPDATE "User" SET "passwordHash" = ?1 WHERE id = ?2 AND "passwordHash" = ?3',
        renewed ?? account.passwordHash,
        account.id,
        account.passwordHash,
      );
      // It was changed while it was being compared.
      if (count === 0) throw new LinekeeperError('INVALID_CREDENTIALS', 'the user name or the password is wrong');
      const methods = await factors.methodsOf(tx, account.id);
      return methods.length === 0 ? start(tx, account.id, origin) : challenge(tx, account, methods);
    });
  }

  async function accountOf(username: string): Promise<Account | undefined> {
    const rows = await queryJson<Account[]>(
      db.read,
      `SELECT json_group_array(json_object('id', id, 'companyId', "companyId", 'username', "username", 'state', "state",
         'passwordHash', "passwordHash", 'passwordExpiresAt', "passwordExpiresAt")) AS json
       FROM (SELECT * FROM "User" WHERE "username" = ? COLLATE NOCASE LIMIT 2)`,
      username.normalize('NFKC').trim(),
    );
    return rows.length === 1 ? rows[0] : rows.find((row) => row.username === username);
  }

  async function refuse(
    tx: Tx,
    attempt: { username: string; address: string },
    account: Account | undefined,
    lock: boolean,
  ) {
    await attemptFailed(tx, attempt, Date.now());
    if (account === undefined) {
      const entry = { actor: 'nobody', action: 'login.failed', objectType: 'login', objectId: '', companyId: null };
      return recordAudit(tx, [{ ...entry, details: { address: attempt.address } }]);
    }
    await note(tx, 'login.failed', account, { address: attempt.address });
    if (!lock || account.state !== 'active') return;
    await tx.user.update({ where: { id: account.id }, data: { state: 'locked', version: { increment: 1 } } });
    await note(tx, 'user.locked', account, { reason: 'too many failed logins' });
  }

  async function challenge(tx: Tx, account: Account, methods: FactorMethod[]): Promise<LoginResult> {
    const token = randomBytes(32).toString('base64url');
    const now = Date.now();
    const expiresAt = new Date(now + CHALLENGE_MS);
    const row = { hash: hashToken(token), purpose: 'login', userId: account.id, createdAt: new Date(now), expiresAt };
    await tx.oneTimeToken.create({ data: row });
    return { state: 'second-factor', challenge: token, methods, expiresAt };
  }

  async function start(tx: Tx, userId: string, { address, userAgent, transport }: LoginOrigin) {
    const [user] = await queryJson<Pick<Account, 'id' | 'companyId' | 'username'>[]>(
      tx,
      `SELECT json_group_array(json_object('id', id, 'companyId', "companyId", 'username', "username")) AS json
       FROM "User" WHERE id = ? AND "state" = 'active'`,
      userId,
    );
    // Between the password and this moment somebody may have disabled or deleted the account.
    if (user === undefined) throw new LinekeeperError('ACCOUNT_NOT_ACTIVE', 'this account is not active');
    // Not before the last factor: whoever has the password alone could try codes without end.
    await attemptSucceeded(tx, user.username);
    const sessionId = uuid();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + settings.sessionHours * 3_600_000);
    const { companyId } = user;
    const token = await insertSession(tx, {
      id: sessionId,
      userId,
      companyId,
      transport,
      address,
      userAgent,
      expiresAt,
    });
    await execute(tx, 'UPDATE "User" SET "lastLoginAt" = ? WHERE id = ?', now.getTime(), userId);
    await note(tx, 'session.started', user, { transport, address }, `user:${user.username}`);
    return { state: 'in' as const, token, userId, sessionId, expiresAt };
  }

  async function proceed(token: string, method: FactorMethod, code: string, origin: LoginOrigin) {
    const result = await db.note(async (tx) => {
      const where = { hash: hashToken(token), purpose: 'login', expiresAt: { gt: new Date() } };
      const known = await tx.oneTimeToken.findFirst({ where, include: { user: true } });
      if (known === null || known.attempts >= CHALLENGE_TRIES) return undefined;
      await tx.oneTimeToken.update({ where: { hash: known.hash }, data: { attempts: { increment: 1 } } });
      if (!(await factors.verify(tx, known.userId, method, code))) {
        await note(tx, 'login.failed', known.user, { secondFactor: method, address: origin.address });
        return undefined;
      }
      await tx.oneTimeToken.delete({ where: { hash: known.hash } });
      return start(tx, known.userId, origin);
    });
    if (result === undefined) throw new LinekeeperError('SECOND_FACTOR_WRONG', 'the code is wrong or was used');
    return result;
  }

  return {
    begin,
    proceed,
    async sendCode(token) {
      const sent = await db.note(async (tx) => {
        const where = { hash: hashToken(token), purpose: 'login', expiresAt: { gt: new Date() } };
        const known = await tx.oneTimeToken.findFirst({ where });
        return known === null ? undefined : factors.sendCode(tx, known.userId);
      });
      if (sent !== undefined) await factors.deliver(sent);
    },
  };
}

function note(
  tx: Tx,
  action: string,
  user: { id: string; companyId: string },
  details: Record<string, unknown>,
  actor = 'nobody',
): Promise<void> {
  return recordAudit(tx, [
    { actor, action, objectType: 'user', objectId: user.id, companyId: user.companyId, details },
  ]);
}
