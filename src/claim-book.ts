import type { PbxConnection } from './asterisk/pbx-connection.ts';
import type { ClaimBook } from './phones/claim/claims.ts';

/** The claims that a connected PBX keeps, in the words of desk phones. */
export function claimBook(pbxId: string, connection: PbxConnection): ClaimBook {
  const { claims } = connection.port;
  return {
    pbxId,
    get isUp() {
      return connection.ready;
    },
    read: () => claims.read(),
    remove: (key) => claims.remove(key),
    onHint(listener) {
      const ends = [connection.hints.on('claimed', listener), connection.onReady(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
