import { randomBytes } from 'node:crypto';
import { LinekeeperError } from '../errors.ts';
import type { Argon2 } from './argon2.ts';

/**
 * argon2id in PHC strings (RFC 9106). Hashes are computed `workers` at a time and wait in a queue of `queue`: a hundred
 * logins at once would take every core, and a hundred times the memory.
 */
export interface PasswordHasher {
  /** @throws LOGIN_BUSY when too many wait already */
  hash(password: string): Promise<string>;
  /**
   * As slow for an account that does not exist, or has no password (`stored` is null), as for any other.
   * `rehash`: the hash was made under other settings and should be made anew.
   * @throws LOGIN_BUSY
   */
  verify(stored: string | null, password: string): Promise<{ ok: boolean; rehash: boolean }>;
}

/** RFC 9106: memory in KiB, passes over it, lanes. */
export interface Argon2Settings {
  memoryKib: number;
  passes: number;
  lanes: number;
  /** Hashes computed at once. */
  workers: number;
  /** Hashes that may wait. */
  queue: number;
}

export function createPasswordHasher(settings: Argon2Settings, argon2: Argon2): PasswordHasher {
  const turn = createTurns(settings.workers, settings.queue);
  const cost = { memoryCost: settings.memoryKib, timeCost: settings.passes, parallelism: settings.lanes };
  let nobodys: Promise<string> | undefined;

  /** Of a password that nobody knows, at the cost of today: what unknown accounts are compared with. */
  async function nobodysHash(): Promise<string> {
    nobodys ??= turn(() => argon2.hash(randomBytes(32).toString('base64'), cost)).catch((error) => {
      nobodys = undefined;
      throw error;
    });
    return nobodys;
  }

  return {
    hash: (password) => turn(() => argon2.hash(prepared(password), cost)),
    async verify(stored, password) {
      const against = stored ?? (await nobodysHash());
      const { ok, rehash } = await turn(() => argon2.verify(against, prepared(password), cost));
      return stored === null ? { ok: false, rehash: false } : { ok, rehash };
    },
  };
}

/** The same characters typed on another keyboard are the same password (NIST SP 800-63B, 3.1.1.2). */
function prepared(password: string): string {
  return password.normalize('NFKC');
}

function createTurns(width: number, queue: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= width) {
      if (waiting.length >= queue) throw new LinekeeperError('LOGIN_BUSY', 'too many logins at once; try again');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      // The place goes to who waits longest, so that it is never taken twice.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
