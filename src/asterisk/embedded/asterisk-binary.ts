import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LinekeeperError, messageOf } from '../../errors.ts';

const run = promisify(execFile);

/** A runnable Asterisk: how to start it and where it keeps what does not change. */
export interface AsteriskBinary {
  command: string;
  /** Arguments that stand before Asterisk's own. */
  prefix: readonly string[];
  moduleDir: string;
  dataDir: string;
  version: string;
}

const OLDEST_MAJOR = 20;
/** The path without a reload stands on this module. */
const REQUIRED_MODULE = 'res_sorcery_astdb.so';

/** The machine's own Asterisk when it is new enough; an explicit path that does not serve is an error. */
export async function findInstalledAsterisk(explicit?: string): Promise<AsteriskBinary | undefined> {
  if (explicit !== undefined) return describe(explicit, [], systemFolders(explicit));
  const onPath = await run('sh', ['-c', 'command -v asterisk']).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  for (const candidate of [onPath, '/usr/sbin/asterisk', '/usr/local/sbin/asterisk']) {
    if (candidate === '') continue;
    try {
      return await describe(candidate, [], systemFolders(candidate));
    } catch {
      // not here, too old, or without AstDB sorcery: the next one, in the end our own
    }
  }
  return undefined;
}

/**
 * An Asterisk below a bootstrapped root, run through that root's own loader and libraries: needs neither chroot nor mounts,
 * and nothing of it leaks into the processes it starts.
 */
export async function asteriskBelow(root: string): Promise<AsteriskBinary> {
  const triplet = (await readdir(join(root, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu'));
  if (triplet === undefined) throw new LinekeeperError('EMBEDDED_PBX_FAILED', `${root} is not a Debian root.`);
  const libraries = join(root, 'usr/lib', triplet);
  const loader = (await readdir(libraries)).find((name) => /^ld-linux.*\.so/.test(name));
  if (loader === undefined) throw new LinekeeperError('EMBEDDED_PBX_FAILED', `${root} has no dynamic loader.`);
  const prefix = ['--library-path', libraries, join(root, 'usr/sbin/asterisk')];
  return describe(join(libraries, loader), prefix, {
    modules: [join(libraries, 'asterisk/modules')],
    data: [join(root, 'usr/share/asterisk')],
  });
}

interface Folders {
  modules: string[];
  data: string[];
}

function systemFolders(executable: string): Folders {
  const base = dirname(dirname(executable));
  const triplets = ['', 'x86_64-linux-gnu', 'aarch64-linux-gnu'];
  return {
    modules: [
      ...triplets.map((triplet) => join(base, 'lib', triplet, 'asterisk/modules')),
      join(base, 'lib64/asterisk/modules'),
    ],
    data: [join(base, 'share/asterisk'), '/var/lib/asterisk'],
  };
}

async function describe(command: string, prefix: readonly string[], folders: Folders): Promise<AsteriskBinary> {
  const version = await versionOf(command, prefix);
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    throw new LinekeeperError(
      'EMBEDDED_PBX_FAILED',
      `${command} is Asterisk ${version}; ${OLDEST_MAJOR} is the oldest that serves.`,
    );
  }
  const moduleDir = await firstWith(folders.modules, REQUIRED_MODULE);
  const dataDir = await firstWith(folders.data, 'sounds');
  if (moduleDir === undefined || dataDir === undefined) {
    const missing = moduleDir === undefined ? REQUIRED_MODULE : 'sounds';
    throw new LinekeeperError('EMBEDDED_PBX_FAILED', `${command} (Asterisk ${version}) comes without ${missing}.`);
  }
  return { command, prefix, moduleDir, dataDir, version };
}

async function versionOf(command: string, prefix: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(command, [...prefix, '-V'], { timeout: 10_000 });
    const version = /^Asterisk (?:certified[/-])?(\d+(?:\.\d+)*)/.exec(stdout)?.[1];
    if (version === undefined) throw new Error(`unexpected answer ${JSON.stringify(stdout.slice(0, 80))}`);
    return version;
  } catch (error) {
    throw new LinekeeperError('EMBEDDED_PBX_FAILED', `${command} cannot be run: ${messageOf(error)}`, { cause: error });
  }
}

async function firstWith(folders: readonly string[], entry: string): Promise<string | undefined> {
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => [] as string[]);
    if (names.includes(entry)) return folder;
  }
  return undefined;
}
