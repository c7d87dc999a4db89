import type { PbxConnection } from './asterisk/pbx-connection.ts';
import type { LiveLink } from './live/link.ts';

/** A connected PBX in the words of the live view. */
export function linkOf({ id, name }: { id: string; name: string }, connection: PbxConnection): LiveLink {
  return {
    pbxId: id,
    name,
    port: connection.port,
    get isUp() {
      return connection.hears;
    },
    onUp: (listener) => connection.onHears(listener),
    onDown: (listener) => connection.onDeaf(listener),
    onEvent: (listener) => connection.onEvent(listener),
  };
}
