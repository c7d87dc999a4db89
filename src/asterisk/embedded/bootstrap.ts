import { spawn } from 'node:child_process';
import { access, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { LinekeeperError, messageOf } from '../../errors.ts';
import { processLives, withLock } from './lock.ts';

export interface BootstrapOptions {
  cacheDir: string;
  /** A Debian mirror; debootstrap's default when absent. */
  mirror?: string;
  log: Logger;
  signal?: AbortSignal;
}

const INCLUDE = 'asterisk,asterisk-core-sounds-en-gsm';

/**
 * A Debian sid root with Asterisk in it, made once per cache folder (about a minute and 500 MB). Sid, because Debian's
 * stable releases carry no Asterisk. It appears by a rename, so a folder that exists is complete.
 */
export async function bootstrapRoot({ cacheDir, mirror, log, signal }: BootstrapOptions): Promise<string> {
  const root = join(cacheDir, 'asterisk-sid');
  if (await exists(root)) return root;
  await mkdir(cacheDir, { recursive: true });
  return withLock(join(cacheDir, 'asterisk-sid.lock'), signal, async () => {
    if (await exists(root)) return root;
    await requireDebootstrap(log, signal);
    for (const name of await readdir(cacheDir)) {
      const owner = /^asterisk-sid\.partial-(\d+)$/.exec(name)?.[1];
      if (owner !== undefined && !processLives(Number(owner)))
        await rm(join(cacheDir, name), { recursive: true, force: true });
    }
    const partial = join(cacheDir, `asterisk-sid.partial-${process.pid}`);
    log.info({ cacheDir }, 'fetching Asterisk from Debian; this happens once and takes about a minute');
    const args = [
      '--variant=minbase',
      `--include=${INCLUDE}`,
      'sid',
      partial,
      ...(mirror === undefined ? [] : [mirror]),
    ];
    try {
      await command('debootstrap', args, signal);
      await localiseLinks(join(partial, 'usr/share/asterisk/sounds'));
      await rename(partial, root);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw failed(`debootstrap failed: ${messageOf(error)}`, error);
    }
    return root;
  });
}

async function requireDebootstrap(log: Logger, signal?: AbortSignal): Promise<void> {
  if (process.getuid?.() !== 0) throw failed('fetching Asterisk with debootstrap needs root.');
  try {
    await command('debootstrap', ['--version'], signal);
  } catch {
    log.info('installing debootstrap');
    try {
      await command('apt-get', ['update', '-q'], signal);
      await command('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'debootstrap'], signal);
    } catch (error) {
      throw failed('debootstrap is missing and apt-get could not install it.', error);
    }
  }
}

/** Debian's alternatives are absolute links, which lead out of a root that nobody chroots into. */
async function localiseLinks(sounds: string): Promise<void> {
  const voices = (await readdir(sounds)).filter((name) => name.startsWith('en_US_'));
  const voice = voices[0];
  if (voice === undefined) throw new Error('the sounds are missing');
  const link = join(sounds, 'en');
  const target = await readlink(link).catch(() => undefined);
  if (target !== undefined && !target.startsWith('/')) return;
  await rm(link, { force: true });
  await symlink(voice, link);
}

function command(name: string, args: readonly string[], signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal === undefined ? {} : { signal }) });
    let tail = '';
    const keep = (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-600);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${code}: ${tail.trim()}`));
    });
  });
}

function failed(reason: string, cause?: unknown): LinekeeperError {
  const advice =
    'Install Asterisk 20 or later yourself, or run this once as root on Debian or Ubuntu with network access.';
  return new LinekeeperError('EMBEDDED_PBX_FAILED', `There is no Asterisk on this machine and ${reason} ${advice}`, {
    cause,
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
