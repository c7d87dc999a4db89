import { connect, createServer, type Server, type Socket } from 'node:net';

/** One AMI message as it goes over the wire, without the empty line that ends it. */
export type Wire = string;

export interface Side {
  /** To the client, now. */
  toClient(message: Wire): void;
  /** The user who logged in on this connection. */
  readonly username: string;
}

/** What becomes of a message of Asterisk's: others in its place, at any time. */
export type Rewrite = (message: Wire, side: Side) => void;

const END = '\r\n\r\n';

/** A man in the middle of AMI: sees every action, and may forge whatever Asterisk says. */
export class AmiMiddle {
  readonly #server: Server;
  readonly #sides = new Set<Side & { end(): void }>();
  /** Every byte of the clients. */
  sent = '';
  rewrite: Rewrite = (message, side) => side.toClient(message);

  private constructor(target: number) {
    this.#server = createServer((client) => this.#accept(client, target));
  }

  static async start(t: { teardown(work: () => unknown): void }, target: number): Promise<AmiMiddle> {
    const middle = new AmiMiddle(target);
    await new Promise<void>((resolve) => middle.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => {
      middle.cut();
      return new Promise((resolve) => middle.#server.close(resolve));
    });
    return middle;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** How often an action was sent so far. */
  count(action: string): number {
    return this.sent.match(new RegExp(`^Action: ${action}\\r$`, 'gim'))?.length ?? 0;
  }

  /** As if Asterisk had said it, to every login whose name matches. */
  forge(message: Wire, to: RegExp = /./): void {
    for (const side of this.#sides) if (to.test(side.username)) side.toClient(message);
  }

  cut(): void {
    for (const side of this.#sides) side.end();
  }

  #accept(client: Socket, target: number): void {
    const upstream = connect(target, '127.0.0.1');
    const side = {
      username: '',
      toClient: (message: Wire) => {
        if (client.writable) client.write(message + END);
      },
      end: () => {
        this.#sides.delete(side);
        client.destroy();
        upstream.destroy();
      },
    };
    this.#sides.add(side);
    for (const socket of [client, upstream]) socket.on('error', side.end).on('close', side.end);
    client.setEncoding('utf8').on('data', (text: string) => {
      this.sent += text;
      side.username = /^Username: (.*)\r$/im.exec(text)?.[1] ?? side.username;
      upstream.write(text);
    });
    let received = '';
    let hasBanner = false;
    upstream.setEncoding('utf8').on('data', (text: string) => {
      received += text;
      if (!hasBanner) {
        const end = received.indexOf('\r\n');
        if (end < 0) return;
        client.write(received.slice(0, end + 2));
        received = received.slice(end + 2);
        hasBanner = true;
      }
      const parts = received.split(END);
      received = parts.pop() ?? '';
      for (const part of parts) this.rewrite(part, side);
    });
  }
}
