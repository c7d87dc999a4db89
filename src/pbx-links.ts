import { connectPbx, type PbxConnection } from './asterisk/pbx-connection.ts';
import type { Logger } from './log.ts';
import type { PbxLinks } from './reconciler/fleet.ts';
import type { PbxRow } from './store/pbxes.ts';

export interface ConnectedPbx extends PbxLinks {
  connection: PbxConnection;
}

/** Connects a PBX row to the AMI client, in the words of the reconciler. */
export function connectLinks(row: PbxRow, log: Logger): ConnectedPbx {
  const connection = connectPbx({
    host: row.host,
    port: row.amiPort,
    logins: row.logins,
    log: log.child({ pbx: row.name }),
    ...(row.tls ? { tls: {} } : {}),
  });
  return {
    connection,
    port: connection.port,
    start: () => connection.start(),
    stop: () => connection.stop(),
    onChange(listener) {
      connection.onReady(() => listener(true, undefined));
      connection.onDown((reason) => listener(false, reason));
    },
    onHint(listener) {
      connection.hints.on('fullyBooted', () => listener({ type: 'restarted' }));
      connection.hints.on('endpointsReloaded', () => listener({ type: 'endpointsReloaded' }));
      connection.hints.on('pinChanged', ({ number, context }) => listener({ type: 'pinChanged', number, context }));
    },
    version: () => connection.port.version(),
  };
}
