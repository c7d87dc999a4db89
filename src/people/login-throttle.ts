import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Database, Tx } from '../store/database.ts';
import { execute, queryJson } from '../store/sql.ts';

/** Failures that cost nothing: people mistype. Behind one address there may be a whole office. */
const FREE = { account: 3, address: 20 } as const;
const LONGEST_MS = 15 * 60_000;
/** After so many failures in a row the account is locked (NIST SP 800-63B: at most 100). */
const LOCK_AFTER = 100;
/** Milliseconds without a failure after which the earlier ones are forgotten. */
const FORGET_MS = 24 * 3_600_000;

export interface Attempt {
  /** As typed. */
  username: string;
  address: string;
}

/** Keys under which failures are counted. Spellings of a user name that Unicode holds equal share one counter. */
function keysOf({ username, address }: Attempt): { account: string; address: string } {
  const name = username.normalize('NFKC').replace(/\s+/g, '').toLowerCase().slice(0, 200);
  // Whoever has an IPv6 address has 2^64 of them.
  const place = isIPv6(address) && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address;
  return { account: hash('sha256', `account ${name}`), address: hash('sha256', `address ${place}`) };
}

/** Seconds until the next try is looked at; 0: now. Known and unknown accounts are treated alike. */
export async function secondsToWait(db: Database, attempt: Attempt, now: number): Promise<number> {
  const until = await queryJson<(number | null)[]>(
    db.read,
    `SELECT json_array(max("blockedUntil")) AS json FROM "LoginThrottle" WHERE "key" IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(Object.values(keysOf(attempt))),
  );
  return Math.max(0, Math.ceil(((until[0] ?? 0) - now) / 1000));
}

/** Counts a failure and sets when the next try is looked at: 1 s, 2 s, 4 s ... up to 15 minutes. Answers whether to lock. */
export async function countFailure(tx: Tx, attempt: Attempt, now: number): Promise<{ lock: boolean }> {
  const keys = keysOf(attempt);
  let lock = false;
  for (const kind of ['account', 'address'] as const) {
    const [known] = await queryJson<number[]>(
      tx,
      `SELECT json_array("failures") AS json FROM "LoginThrottle" WHERE "key" = ?1 AND "lastAt" > ?2`,
      keys[kind],
      now - FORGET_MS,
    );
    const failures = (known ?? 0) + 1;
    const beyond = failures - FREE[kind];
    const waitMs = beyond <= 0 ? 0 : Math.min(1000 * 2 ** (beyond - 1), LONGEST_MS);
    await execute(
      tx,
      `INSERT INTO "LoginThrottle" ("key","failures","lastAt","blockedUntil") VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT ("key") DO UPDATE SET "failures" = ?2, "lastAt" = ?3, "blockedUntil" = ?4`,
      keys[kind],
      failures,
      now,
      now + waitMs,
    );
    if (kind === 'account') lock = failures >= LOCK_AFTER;
  }
  return { lock };
}

/** A login that succeeded, or a password set anew: the account starts from nothing. The address does not: it may try others. */
export async function forgetFailures(tx: Tx, username: string): Promise<void> {
  await tx.loginThrottle.deleteMany({ where: { key: keysOf({ username, address: '' }).account } });
}

/** For housekeeping. */
export async function forgetOldFailures(tx: Tx, now: number): Promise<void> {
  await tx.loginThrottle.deleteMany({ where: { lastAt: { lte: new Date(now - FORGET_MS) } } });
}
