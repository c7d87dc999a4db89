import { hash, randomInt } from 'node:crypto';
import type { Database, Tx } from '../../store/database.ts';
import { stage1Token } from '../../store/phones/tokens.ts';

/** Crockford's base 32: no letter that looks like a digit. Eight of them are 40 bits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;
/** Milliseconds; long enough to type it, too short to guess it: misses are counted by the listener. */
export const SHORT_CODE_MS = 3_600_000;

/** A new code for a device's own first address; an older one is over. Only its hash is kept. */
export async function issueShortCode(tx: Tx, deviceId: string, now: Date): Promise<{ code: string; expiresAt: Date }> {
  const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  const expiresAt = new Date(now.getTime() + SHORT_CODE_MS);
  const row = { hash: hashCode(code), expiresAt };
  await tx.phoneShortCode.upsert({ where: { deviceId }, create: { deviceId, ...row }, update: row });
  return { code, expiresAt };
}

export interface ShortCodes {
  /**
   * The first address behind what somebody typed, with the slash at its end; what the phone asked for after the code goes
   * behind it. undefined: there is none, it is over, or the phone's window is closed: all of them one miss.
   */
  resolve(code: string): Promise<string | undefined>;
}

/** For the provisioning listener: `GET /s/<code>` and `GET /s/<code>/<file>` are sent on with 302. */
export function createShortCodes(db: Database, publicUrl: string, now: () => number = Date.now): ShortCodes {
  return {
    async resolve(code) {
      const row = await db.read.phoneShortCode.findUnique({
        where: { hash: hashCode(normalCode(code) ?? '') },
        include: { device: true },
      });
      if (row === null || row.expiresAt.getTime() <= now()) return undefined;
      const { id, state, stage1Hash, stage1Generation, windowUntil } = row.device;
      const isOpen =
        state !== 'suspended' && stage1Hash !== null && windowUntil !== null && windowUntil.getTime() > now();
      return isOpen ? `${publicUrl}/p/${stage1Token(db.seal, id, stage1Generation)}/` : undefined;
    },
  };
}

/** What people make of it: small letters, a dash in the middle, O for 0, I and L for 1. */
export function normalCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replaceAll('-', '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return code.length === LENGTH && [...code].every((char) => ALPHABET.includes(char)) ? code : undefined;
}

function hashCode(code: string): string {
  return hash('sha256', `short code ${code}`, 'hex');
}
