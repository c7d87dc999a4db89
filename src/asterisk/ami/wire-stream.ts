import net from 'node:net';
import tls from 'node:tls';
import { messageOf } from '../../errors.ts';
import { AmiDecoder, type AmiFields, encodeAction } from './codec.ts';
import type { AmiAddress, AmiCredentials, Wire, WireHandler } from './wire.ts';

/**
 * Our own wire, for the bulk logins, for events and for TLS. Actions of one turn of the event loop leave in one write; the window
 * of AmiConnection bounds what can pile up here (512 actions of at most a few kilobytes), so `drain` is not awaited.
 */
export class StreamWire implements Wire {
  readonly #address: AmiAddress;
  readonly #decoder: AmiDecoder;
  #socket: net.Socket | undefined;
  #handler: WireHandler | undefined;
  #outgoing = '';
  #reason = 'Asterisk closed the connection';

  /** `skip`: names of events that are dropped unread. */
  constructor(address: AmiAddress, skip?: ReadonlySet<string>) {
    this.#address = address;
    this.#decoder = new AmiDecoder({}, skip);
  }

  open(handler: WireHandler): void {
    const { host, port, tls: secure } = this.#address;
    this.#handler = handler;
    const socket = secure
      ? tls.connect({
          host,
          port,
          ...(secure.ca === undefined ? {} : { ca: secure.ca }),
          // RFC 6066: a server name is never an address.
          ...(net.isIP(secure.servername ?? host) ? {} : { servername: secure.servername ?? host }),
        })
      : net.connect({ host, port });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#reason = messageOf(error);
    });
    socket.on('end', () => socket.destroy());
    socket.once('close', () => {
      this.#handler = undefined;
      handler.onClose(this.#reason);
    });
  }

  login(actionId: string, credentials: AmiCredentials, events: boolean): void {
    this.send(actionId, 'Login', {
      Username: credentials.username,
      Secret: credentials.secret,
      Events: events ? 'on' : 'off',
    });
  }

  send(actionId: string, action: string, fields: AmiFields): void {
    const text = encodeAction(actionId, action, fields);
    if (this.#outgoing === '') process.nextTick(() => this.#flush());
    this.#outgoing += text;
  }

  destroy(reason: string): void {
    this.#reason = reason;
    this.#outgoing = '';
    this.#socket?.destroy();
  }

  #flush(): void {
    const text = this.#outgoing;
    this.#outgoing = '';
    if (text !== '' && this.#socket?.writable) this.#socket.write(text);
  }

  #read(chunk: Buffer): void {
    try {
      const greeted = this.#decoder.banner !== undefined;
      const messages = this.#decoder.push(chunk);
      const banner = this.#decoder.banner;
      if (!greeted && banner !== undefined) this.#handler?.onOpen(banner);
      for (const message of messages) this.#handler?.onMessage(message);
    } catch (error) {
      this.destroy(messageOf(error));
    }
  }
}
