import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { LinekeeperError } from '../errors.ts';
import { createRandomPool } from './random-pool.ts';

/** Secrets at rest and keyed fingerprints, from one 256-bit key that lives in a file beside the database. */
export interface Seal {
  /** AES-256-GCM, base64 of nonce (12) + tag (16) + ciphertext. `purpose` is bound in: a value cannot be moved elsewhere. */
  seal(plain: string, purpose: string): string;
  /** @throws KEY_MISMATCH when the value was sealed with another key, for another purpose, or was changed. */
  open(sealed: string, purpose: string): string;
  /** Keyed hash, 128 bits: equal values can be found equal, and a four-digit PIN cannot be guessed from it. */
  fingerprint(value: string): string;
  /** A secret made of the key file and `purpose` alone, always the same: 192 bits, 32 characters of base64url. */
  derive(purpose: string): string;
}

const NONCE = 12;
const TAG = 16;

export function createSeal(master: Uint8Array): Seal {
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', master, '', info, 32));
  const sealKey = createSecretKey(derive('linekeeper seal v1'));
  const deriveKey = createSecretKey(derive('linekeeper derive v1'));
  const printKey = derive('linekeeper fingerprint v1').toString('base64url');
  const random = createRandomPool();
  return {
    seal(plain, purpose) {
      const nonce = random(NONCE);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
      cipher.setAAD(Buffer.from(purpose));
      const body = cipher.update(plain, 'utf8');
      cipher.final();
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, purpose) {
      try {
        const bytes = Buffer.from(sealed, 'base64');
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, NONCE), { authTagLength: TAG });
        decipher.setAAD(Buffer.from(purpose));
        decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
        return decipher.update(bytes.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new LinekeeperError('KEY_MISMATCH', 'a stored secret cannot be opened with this key file', { cause });
      }
    },
    // Cut to 128 of 256 bits, so that a prefix key is as good as HMAC here and a third of its price.
    fingerprint: (value) => hash('sha256', printKey + value, 'base64url').slice(0, 22),
    derive: (purpose) => createHmac('sha256', deriveKey).update(purpose).digest('base64url').slice(0, 32),
  };
}

/** Reads the key file, or writes a new one (0600, synced: a key that is lost takes every secret with it). */
export function readOrCreateKey(file: string): Buffer {
  if (!existsSync(file)) {
    const handle = openSync(file, 'wx', 0o600);
    writeSync(handle, `${randomBytes(32).toString('hex')}\n`);
    fsyncSync(handle);
    closeSync(handle);
  }
  const text = readFileSync(file, 'utf8').trim();
  // Decoding stops without a word at the first character that is no digit: what is a key is judged before.
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new LinekeeperError('KEY_MISMATCH', `${file} does not hold exactly 64 hexadecimal digits`);
  }
  chmodSync(file, 0o600);
  return Buffer.from(text, 'hex');
}
