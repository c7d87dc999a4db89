import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Tx } from '../store/database.ts';
import { execute, queryJson } from '../store/sql.ts';

/** Tries that cost nothing: people mistype. Behind one address there may be a whole office. */
const FREE = { account: 3, address: 50, reset: 10 } as const;
type Kind = keyof typeof FREE;
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

/**
 * Lets an attempt through, or says how many seconds until one is looked at: 1, 2, 4 ... up to 15 minutes. It is counted as
 * failed before its password is looked at, so that many at once get no further than one after the other;
 * `attemptSucceeded` takes that back. Known and unknown accounts are treated alike.
 */
export async function beginAttempt(tx: Tx, attempt: Attempt, now: number): Promise<{ wait: number; lock: boolean }> {
  const wait = await secondsLeft(tx, [accountKey(attempt), addressKey('address', attempt)], now);
  if (wait > 0) return { wait, lock: false };
  const failures = await count(tx, 'account', accountKey(attempt), now);
  return { wait: 0, lock: failures >= LOCK_AFTER };
}

/** The address counts failures alone: fifty people may log in from one at the same moment. */
export async function attemptFailed(tx: Tx, attempt: Attempt, now: number): Promise<void> {
  await count(tx, 'address', addressKey('address', attempt), now);
}

/** The account starts from nothing. The address does not: it may try others. */
export async function attemptSucceeded(tx: Tx, username: string): Promise<void> {
  await execute(tx, 'DELETE FROM "LoginThrottle" WHERE "key" = ?', accountKey({ username }));
}

/** Whether somebody at this address may ask for another reset mail now. */
export async function mayAskForReset(tx: Tx, address: string, now: number): Promise<boolean> {
  const key = addressKey('reset', { address });
  if ((await secondsLeft(tx, [key], now)) > 0) return false;
  await count(tx, 'reset', key, now);
  return true;
}

/** For housekeeping. */
export async function forgetOldFailures(tx: Tx, now: number): Promise<void> {
  await tx.loginThrottle.deleteMany({ where: { lastAt: { lte: new Date(now - FORGET_MS) } } });
}

/** Spellings of a user name that Unicode holds equal share one counter. */
function accountKey({ username }: Pick<Attempt, 'username'>): string {
  const name = username.normalize('NFKC').replace(/\s+/g, '').toLowerCase().slice(0, 200);
  return hash('sha256', `account ${name}`);
}

/** Whoever has an IPv6 address has 2^64 of them. */
function addressKey(kind: Kind, { address }: Pick<Attempt, 'address'>): string {
  const place = isIPv6(address) && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address;
  return hash('sha256', `${kind} ${place}`);
}

/** Of the one that waits longest. */
async function secondsLeft(tx: Tx, keys: readonly string[], now: number): Promise<number> {
  const blockedUntil = await queryJson<number[]>(
    tx,
    `SELECT json_group_array("blockedUntil") AS json FROM "LoginThrottle" WHERE "key" IN (SELECT value FROM json_each(?))`,
    JSON.stringify(keys),
  );
  return Math.max(0, ...blockedUntil.map((until) => Math.ceil((until - now) / 1000)));
}

async function count(tx: Tx, kind: Kind, key: string, now: number): Promise<number> {
  const [known] = await queryJson<number[]>(
    tx,
    `SELECT json_group_array("failures") AS json FROM "LoginThrottle" WHERE "key" = ?1 AND "lastAt" > ?2`,
    key,
    now - FORGET_MS,
  );
  const failures = (known ?? 0) + 1;
  const beyond = failures - FREE[kind];
  const waitMs = beyond < 0 ? 0 : Math.min(1000 * 2 ** beyond, LONGEST_MS);
  await execute(
    tx,
    `INSERT INTO "LoginThrottle" ("key","failures","lastAt","blockedUntil") VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT ("key") DO UPDATE SET "failures" = ?2, "lastAt" = ?3, "blockedUntil" = ?4`,
    key,
    failures,
    now,
    now + waitMs,
  );
  return failures;
}
