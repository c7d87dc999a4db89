import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from './cli-error.ts';
import { interrupted, interruptible } from './interrupt.ts';

/**
 * Writes a file that only its owner may read. Whole or not at all: credentials are given once, so the place for them is
 * made before they are asked for.
 */
export async function saveFile(path: string, fetch: () => Promise<Readable>): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.part`;
  await (await open(partial, 'wx', 0o600)).close();
  await interruptible(async (signal) => {
    try {
      await pipeline(await fetch(), createWriteStream(partial, { mode: 0o600 }), { signal });
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw signal.aborted ? interrupted(`${path} was not written`) : error;
    }
  });
}

/** Says so before anything is asked for. @throws CliError FILE_EXISTS */
export async function mustBeNew(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError('FILE_EXISTS', `${path} is there already`, { advice: 'Overwrite it with --force.' });
}
