import { connectRemotePbx, type RemotePbx } from './asterisk/thread/remote-pbx.ts';
import type { Logger } from './log.ts';
import type { PbxLinks } from './reconciler/fleet.ts';
import type { PbxRow } from './store/pbxes.ts';

export interface ConnectedPbx extends PbxLinks {
  pbx: RemotePbx;
}

/** Connects a PBX row to its thread, in the words of the reconciler. */
export function connectLinks(row: PbxRow, log: Logger): ConnectedPbx {
  const pbx = connectRemotePbx({
    host: row.host,
    port: row.amiPort,
    logins: row.logins,
    log: log.child({ pbx: row.name }),
    ...(row.tls ? { tls: {} } : {}),
  });
  return {
    pbx,
    port: pbx.port,
    start: () => pbx.start(),
    stop: () => pbx.stop(),
    onChange(listener) {
      pbx.onReady(() => listener(true, undefined));
      pbx.onDown((reason) => listener(false, reason));
    },
    onHint: (listener) => pbx.onHint(listener),
    version: () => pbx.port.version(),
  };
}
