import { connectPbx, type PbxConnection, type PbxConnectionOptions } from '../../src/asterisk/pbx-connection.ts';
import type { LiveLink } from '../../src/live/link.ts';
import { linkOf } from '../../src/live-pbx.ts';
import { type TestAsterisk, until } from './asterisk.ts';

/** A PBX as the live view hears it. */
export function liveLinkOf(pbxId: string, connection: PbxConnection): LiveLink {
  return linkOf({ id: pbxId, name: 'main' }, connection);
}

/** The product's own connection to a real Asterisk, as the live view gets it. */
export async function hearPbx(
  t: { teardown(work: () => unknown): void },
  pbx: TestAsterisk,
  options: Partial<PbxConnectionOptions> = {},
): Promise<LiveLink> {
  const { host, amiPort: port, logins } = pbx;
  const connection = connectPbx({ host, port, logins, backoff: { first: 50, most: 500 }, ...options });
  t.teardown(() => connection.stop());
  connection.start();
  await until(() => connection.hears, 'the logins');
  return liveLinkOf('pbx', connection);
}
