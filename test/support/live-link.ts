import type { PbxConnection } from '../../src/asterisk/pbx-connection.ts';
import type { LiveLink } from '../../src/live/link.ts';

/** A PBX as the live view hears it. */
export function liveLinkOf(pbxId: string, connection: PbxConnection): LiveLink {
  return {
    pbxId,
    name: 'main',
    port: connection.port,
    get isUp() {
      return connection.hears;
    },
    onUp: (listener) => connection.onHears(listener),
    onDown: (listener) => connection.onDeaf(listener),
    onEvent: (listener) => connection.onEvent(listener),
  };
}
