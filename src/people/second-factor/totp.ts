import type { Tx } from '../../store/database.ts';
import type { Seal } from '../../store/seal.ts';
import { takeTotpStep } from '../../store/second-factors.ts';

/**
 * Time-based one-time passwords as every authenticator app makes them: RFC 6238 with HMAC-SHA-1, six digits, steps of 30
 * seconds, a seed of 160 bits.
 *
 * A code is taken one step before and after its own. ASVS 6.5.5 wants codes to live 30 seconds at most; RFC 6238 (5.2)
 * allows a step for the way from the eye to us, and clocks of phones are off by seconds. Three codes of a million are good
 * at a time then, and each of them once: what stands against guessing is the slowing down of failed logins.
 */
const SETTINGS = { algorithm: 'sha1', digits: 6, period: 30 } as const;
const SEED_BYTES = 20;

/** Purpose that a user's seed is sealed for. */
export function totpPurpose(userId: string): string {
  return `User:${userId}:totp`;
}

/** 160 random bits in base32 (RFC 4648). */
export async function newSeed(): Promise<string> {
  const { generateSecret } = await import('otplib');
  return generateSecret({ length: SEED_BYTES });
}

/** The otpauth:// address that an authenticator app reads from the QR code. */
export async function keyUri(seed: string, account: string, issuer: string): Promise<string> {
  const { generateURI } = await import('otplib');
  // A colon parts the issuer from the account in the address, however it is written.
  return generateURI({ ...SETTINGS, secret: seed, label: account, issuer: issuer.replaceAll(':', ' ') });
}

/** Six ASCII digits: no spaces, no digits of other scripts, so that one code has one spelling (CVE-2025-6014). */
export function isSixDigits(code: string): boolean {
  return /^[0-9]{6}$/.test(code);
}

/** The time step whose code this is, among now and its neighbours; undefined: a wrong code. `now` in milliseconds. */
export async function stepOf(seed: string, code: string, now: number): Promise<number | undefined> {
  if (!isSixDigits(code)) return undefined;
  const { verify } = await import('otplib');
  const epoch = Math.floor(now / 1000);
  const result = await verify({ ...SETTINGS, secret: seed, token: code, epoch, epochTolerance: SETTINGS.period });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}

/** True: the code is right and was not used before; now it was. */
export async function takeTotp(
  tx: Tx,
  seal: Seal,
  user: { id: string; totpSealed: string | null },
  code: string,
  now: number,
): Promise<boolean> {
  if (user.totpSealed === null) return false;
  const step = await stepOf(seal.open(user.totpSealed, totpPurpose(user.id)), code, now);
  return step !== undefined && takeTotpStep(tx, user.id, step);
}
