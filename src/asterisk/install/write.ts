import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LinekeeperError } from '../../errors.ts';
import type { InstallFile } from './render.ts';

export interface WriteInstallResult {
  written: string[];
  /** Present already: the same content, or a data file that has an owner. */
  kept: string[];
}

/**
 * Writes the files below `dir`, all or none: when a file of ours exists with other content, nothing is written unless
 * `force`. Data files are only ever created, because mailboxes and companies live in them.
 */
export async function writeInstall(
  dir: string,
  files: readonly InstallFile[],
  { force = false }: { force?: boolean } = {},
): Promise<WriteInstallResult> {
  const result: WriteInstallResult = { written: [], kept: [] };
  const differing: string[] = [];
  const due: InstallFile[] = [];
  for (const file of files) {
    const present = await contentOf(join(dir, file.path));
    if (present === file.content || (file.data && present !== undefined)) result.kept.push(file.path);
    else if (present !== undefined && !force) differing.push(file.path);
    else due.push(file);
  }
  if (differing.length > 0) {
    throw new LinekeeperError('CONFLICT', `These files exist with other content: ${differing.join(', ')}.`, {
      details: { files: differing },
    });
  }
  for (const file of due) {
    await writeWhole(join(dir, file.path), file.content, file.mode);
    result.written.push(file.path);
  }
  return result;
}

/** Old or new, never a part: Asterisk may read the file at any moment. */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

export async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
