import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Runs `work` while no other process of this machine does. A lock whose owner died is taken over. */
export async function withLock<T>(folder: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  while (!(await taken(folder))) {
    if (!(await ownerLives(folder))) await rm(folder, { recursive: true, force: true });
    else await delay(500, undefined, signal === undefined ? {} : { signal });
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Creating a folder is atomic on every file system. */
async function taken(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(folder, 'pid'), String(process.pid));
  return true;
}

async function ownerLives(folder: string): Promise<boolean> {
  // The owner writes its pid right after it made the folder: give it that moment before calling it dead.
  const read = () => readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  let pid = await read();
  if (pid === '') {
    await delay(1000);
    pid = await read();
  }
  if (!/^\d+$/.test(pid)) return false;
  return processLives(Number(pid));
}

export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
