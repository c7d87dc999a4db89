import { connect, createServer, type Server } from 'node:net';
import { clockMs } from './clock.ts';

/** When the bytes arrived that say a call is in this state. */
export type CallTimes = Partial<Record<'dialing' | 'ringing' | 'answered' | 'ended', number>>;

/** Stands between Asterisk and the daemon, passes everything on at once, and notes when which call changed. */
export class AmiTap {
  readonly calls = new Map<string, CallTimes>();
  readonly #server: Server;

  private constructor(target: number) {
    this.#server = createServer((client) => {
      const upstream = connect({ host: '127.0.0.1', port: target, noDelay: true });
      client.setNoDelay(true);
      client.pipe(upstream);
      let rest = '';
      upstream.on('data', (chunk: Buffer) => {
        const at = clockMs();
        client.write(chunk);
        const messages = (rest + chunk.toString('latin1')).split('\r\n\r\n');
        rest = messages.pop() ?? '';
        for (const message of messages) this.#note(message, at);
      });
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    });
  }

  static async start(target: number): Promise<AmiTap> {
    const tap = new AmiTap(target);
    await new Promise<void>((resolve) => tap.#server.listen(0, '127.0.0.1', resolve));
    return tap;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  close(): void {
    this.#server.close();
  }

  #note(message: string, at: number): void {
    if (!message.startsWith('Event: ')) return;
    const id = /\r\n(?:Dest)?Linkedid: (\S+)/i.exec(message)?.[1];
    if (id === undefined) return;
    const times: CallTimes = this.calls.get(id) ?? {};
    this.calls.set(id, times);
    const name = message.slice('Event: '.length, message.indexOf('\r\n'));
    if (name === 'Newchannel') times.dialing ??= at;
    else if (name === 'Newstate' && /\r\nChannelStateDesc: Ringing\r\n/.test(message)) times.ringing ??= at;
    else if ((name === 'Newstate' && /\r\nChannelStateDesc: Up\r\n/.test(message)) || name === 'BridgeEnter')
      times.answered ??= at;
    else if (name === 'Hangup') times.ended = at;
  }
}
