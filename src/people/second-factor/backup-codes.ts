import { randomInt } from 'node:crypto';
import type { Tx } from '../../store/database.ts';
import type { Seal } from '../../store/seal.ts';
import { takeBackupCodeHash } from '../../store/second-factors.ts';

/** For the day when the phone is gone: ten codes of 50 random bits, each works once. */
const COUNT = 10;
const LENGTH = 10;
/** base32 (RFC 4648) in small letters. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Makes ten new codes, `xxxxx-xxxxx`; the old ones die. Only their keyed hashes are kept, so they are shown this once. */
export async function renewBackupCodes(tx: Tx, seal: Seal, userId: string): Promise<string[]> {
  const codes = new Set<string>();
  while (codes.size < COUNT) codes.add(randomCode());
  await tx.backupCode.deleteMany({ where: { userId } });
  await tx.backupCode.createMany({ data: [...codes].map((code) => ({ userId, hash: hashOf(seal, userId, code) })) });
  return [...codes].map((code) => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`);
}

/** True: it was one of the user's codes; now it is none. Capitals and dashes do not matter. */
export async function takeBackupCode(tx: Tx, seal: Seal, userId: string, typed: string): Promise<boolean> {
  const code = typed.replaceAll('-', '').toLowerCase();
  return /^[a-z2-7]{10}$/.test(code) && takeBackupCodeHash(tx, userId, hashOf(seal, userId, code));
}

function randomCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function hashOf(seal: Seal, userId: string, code: string): string {
  return seal.fingerprint(`backup-code:${userId}:${code}`);
}
