import { join } from 'node:path';
import { namedDataFolder, remoteApi } from '../../environment.ts';

/** Where a daemon is asked. */
export type Address =
  /** The socket file of a daemon on this machine: who may open it needs no token. */
  { kind: 'socket'; path: string } | { kind: 'url'; url: URL; token: string };

/** LINEKEEPER_URL and LINEKEEPER_TOKEN when they are set, else the daemon of the data folder. */
export async function addressOf(): Promise<Address> {
  const remote = remoteApi();
  if (remote === undefined)
    return { kind: 'socket', path: join(namedDataFolder() ?? (await folderOfConfig()), 'admin.sock') };
  return { kind: 'url', url: new URL(remote.url), token: remote.token };
}

async function folderOfConfig(): Promise<string> {
  const { loadConfig } = await import('../../config.ts');
  return loadConfig().data.folder;
}
