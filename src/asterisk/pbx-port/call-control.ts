import { LinekeeperError } from '../../errors.ts';
import type { AmiConnection } from '../ami/ami-connection.ts';
import type { PbxLinks } from './links.ts';

/** How a call goes on elsewhere. */
export interface Transfer {
  /**
   * `blind`: `channel` gives the call away, and whoever talks to it goes on; our dialplan lets `channel` pay for that.
   * `redirect`: `channel` itself goes on, and leaves whatever it was in.
   */
  kind: 'blind' | 'redirect';
  /** The exact name. */
  channel: string;
  /** One of ours. */
  context: string;
  /** An extension or a number in E.164. */
  to: string;
}

/** A call to one phone that nobody makes. */
export interface TestCall {
  endpoint: string;
  /** One registered contact, as `contactsOf` gives it. */
  contactUri: string;
  /** Becomes its Uniqueid and Linkedid: `linekeeper-test-` and 32 hexadecimal digits. */
  channelId: string;
  ringMs: number;
}

/** Asks for a transfer; what became of it must be read back. @throws LinekeeperError AMI_REFUSED, PBX_ACTIONS_UNAVAILABLE, ... */
export async function transferCall(links: PbxLinks, { kind, channel, context, to }: Transfer): Promise<void> {
  const fields = { Channel: channel, Context: context, Exten: to };
  await act(links, (connection) =>
    kind === 'blind'
      ? connection.action('BlindTransfer', fields)
      : connection.action('Redirect', { ...fields, Priority: '1' }),
  );
}

/**
 * Rings one phone. Who answers hears a tone and himself (`linekeeper-test` of our dialplan). Done means that Asterisk took
 * it: the channel appears under `channelId`, or does not.
 */
export async function startTestCall(links: PbxLinks, call: TestCall): Promise<void> {
  const { endpoint, contactUri, channelId, ringMs } = call;
  await act(links, (connection) =>
    connection.action('Originate', {
      Channel: `PJSIP/${endpoint}/${contactUri}`,
      Context: 'linekeeper-test',
      Exten: 's',
      Priority: '1',
      CallerID: 'Linekeeper test <0>',
      Timeout: String(ringMs),
      Async: 'true',
      ChannelId: channelId,
    }),
  );
}

function act<T>({ act: link }: PbxLinks, work: (connection: AmiConnection) => Promise<T>): Promise<T> {
  if (link !== undefined) return link.use(work);
  throw new LinekeeperError('PBX_ACTIONS_UNAVAILABLE', 'There is no AMI login act.');
}
