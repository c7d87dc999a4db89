import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AsteriskBinary } from './asterisk-binary.ts';
import { processLives } from './lock.ts';

/** How long Asterisk may take to end calls and save AstDB before it is killed. */
const GRACE_MS = 8_000;

/** Own process group: a Ctrl-C on the terminal reaches the daemon only, which then stops Asterisk in order. */
export async function spawnAsterisk(binary: AsteriskBinary, root: string): Promise<ChildProcess> {
  const output = await open(join(root, 'log/output'), 'a', 0o600);
  try {
    const child = spawn(binary.command, [...binary.prefix, '-f', '-C', configOf(root)], {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      cwd: root,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } finally {
    await output.close();
  }
}

/** The Asterisk that a killed daemon left behind, recognised by its own pid file and by our configuration on its command line. */
export async function orphanBelow(root: string): Promise<number | undefined> {
  const pid = Number((await readFile(join(root, 'run/asterisk.pid'), 'utf8').catch(() => '')).trim());
  if (!Number.isInteger(pid) || pid <= 1 || !processLives(pid)) return undefined;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(configOf(root)) ? pid : undefined;
}

/** SIGTERM, and SIGKILL when that is not enough. */
export async function endProcess(pid: number): Promise<void> {
  const started = Date.now();
  for (let round = 0; processLives(pid); round++) {
    if (Date.now() - started > GRACE_MS) signalProcess(pid, 'SIGKILL');
    // Asterisk forgets a SIGTERM that comes while it is starting, and a stopped process takes it only once it goes on
    else if (round % 25 === 0) {
      signalProcess(pid, 'SIGTERM');
      signalProcess(pid, 'SIGCONT');
    }
    await delay(20);
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function configOf(root: string): string {
  return join(root, 'etc/asterisk.conf');
}
