import { setTimeout as delay } from 'node:timers/promises';
import { isLinekeeperError, LinekeeperError } from '../../errors.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** A run ends early because its job was paused or canceled, or the daemon stops. Nothing is wrong. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Tries again for as long as it takes when the disk is full or the database is held by another program: neither is the
 * fault of a row. Anything else is thrown. `onWait` hears what is waited for, and undefined when it goes on.
 */
export async function patiently<T>(
  signal: AbortSignal,
  onWait: (reason: LinekeeperError | undefined) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    if (signal.aborted) throw new Interrupted();
    try {
      const value = await work();
      onWait(undefined);
      return value;
    } catch (error) {
      const reason = passing(error);
      if (reason === undefined) throw error;
      onWait(reason);
      await delay(wait, undefined, { signal }).catch(() => {
        throw new Interrupted();
      });
    }
  }
}

function passing(error: unknown): LinekeeperError | undefined {
  if (isLinekeeperError(error)) return error.retryable ? error : undefined;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  return new LinekeeperError('DATABASE_FULL', 'the disk is full', { cause: error });
}
