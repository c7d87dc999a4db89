import { join } from 'node:path';
import { loadConfig, remoteApi } from '../../config.ts';

/** Where a daemon is asked. */
export type Address =
  /** The socket file of a daemon on this machine: who may open it needs no token. */
  { kind: 'socket'; path: string } | { kind: 'url'; url: URL; token: string };

/** LINEKEEPER_URL and LINEKEEPER_TOKEN when they are set, else the daemon of the data folder. */
export function addressOf(): Address {
  const remote = remoteApi();
  if (remote === undefined) return { kind: 'socket', path: join(loadConfig().data.folder, 'admin.sock') };
  return { kind: 'url', url: new URL(remote.url), token: remote.token };
}
