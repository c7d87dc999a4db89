import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes a file that only its owner may read. Whole or not at all: credentials are given once, so the place for them is
 * made before they are asked for.
 */
export async function saveFile(path: string, fetch: () => Promise<Readable>): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.part`;
  await (await open(partial, 'wx', 0o600)).close();
  try {
    await pipeline(await fetch(), createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
