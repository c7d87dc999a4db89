import { connectPbx, type PbxConnectionOptions } from '../../src/asterisk/pbx-connection.ts';
import type { LiveLink } from '../../src/live/link.ts';
import { type TestAsterisk, until } from './asterisk.ts';

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
  return {
    pbxId: 'pbx',
    name: 'main',
    port: connection.port,
    get isUp() {
      return connection.hears;
    },
    onUp: connection.onHears,
    onDown: connection.onDeaf,
    onEvent: connection.onEvent,
  };
}
