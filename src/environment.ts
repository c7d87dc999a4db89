import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LinekeeperError } from './errors.ts';

// Beside config.ts because most commands need no more than this: reading and checking all settings takes half of the
// time that a command takes.

/** Root of the installed package: where config, prisma and templates are. */
export const packageRoot = findPackageRoot();

function findPackageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = join(folder, '..')) {
    if (existsSync(join(folder, 'config', 'default.yaml'))) return folder;
    if (folder === join(folder, '..')) throw new LinekeeperError('CONFIG_INVALID', 'config/default.yaml is missing');
  }
}

/** The data folder as LINEKEEPER_DATA names it; undefined: it takes all the settings to know. */
export function namedDataFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { LINEKEEPER_DATA: folder = '', LINEKEEPER_DATA_FOLDER: other } = env;
  return folder === '' || other !== undefined ? undefined : resolve(folder);
}

/**
 * Where the command line finds a daemon on another machine; undefined: on this one, by its socket.
 * @throws CONFIG_INVALID when only one of the two variables is set
 */
export function remoteApi(env: NodeJS.ProcessEnv = process.env): { url: string; token: string } | undefined {
  const url = env.LINEKEEPER_URL ?? '';
  const token = env.LINEKEEPER_TOKEN ?? '';
  if (url === '' && token === '') return undefined;
  if (url === '' || token === '') throw wrong('LINEKEEPER_URL and LINEKEEPER_TOKEN are set together or not at all');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw wrong('LINEKEEPER_URL: must be an http:// or https:// address');
  }
  return { url, token };
}

function wrong(problem: string): LinekeeperError {
  return new LinekeeperError('CONFIG_INVALID', `the configuration is wrong:\n  ${problem}`);
}
