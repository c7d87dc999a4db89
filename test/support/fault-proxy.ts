import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to bytes on their way from the server to the client; each holds for connections made after it is set too. */
export interface Faults {
  /** Bytes from the server after which a connection is cut. */
  cutAfter?: number;
  /** Milliseconds between single bytes. */
  dripEvery?: number;
  /** Milliseconds before each piece is passed on. */
  delay?: number;
  /** Bytes from the server that vanish, by their offset: `[from, to)`. */
  drop?: [from: number, to: number];
}

/** A TCP proxy on 127.0.0.1 that injects faults between a client and a real server. */
export class FaultProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; upstream: Socket }>();
  #frozen = false;
  faults: Faults = {};
  /** Connections taken so far. */
  connections = 0;
  /** Bytes that clients sent so far. */
  bytesFromClients = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(t: { teardown(work: () => unknown): void }, target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => proxy.stop());
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Ends every connection at once. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  /** Nothing passes any more in either direction, and nobody is told. */
  freeze(): void {
    this.#frozen = true;
    for (const { client, upstream } of this.#pairs) {
      client.pause();
      upstream.pause();
    }
  }

  thaw(): void {
    this.#frozen = false;
    for (const { client, upstream } of this.#pairs) {
      client.resume();
      upstream.resume();
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const upstream = connect(this.#target, '127.0.0.1');
    const pair = { client, upstream };
    this.#pairs.add(pair);
    this.connections += 1;
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (chunk) => {
      this.bytesFromClients += chunk.length;
      upstream.write(chunk);
    });
    let offset = 0;
    let last = Promise.resolve();
    upstream.on('data', (chunk) => {
      const from = offset;
      offset += chunk.length;
      last = last.then(() => this.#pass(client, chunk, from, end));
    });
    if (this.#frozen) this.freeze();
  }

  async #pass(client: Socket, chunk: Buffer, from: number, end: () => void): Promise<void> {
    const { cutAfter, dripEvery, delay, drop } = this.faults;
    let bytes = chunk;
    if (drop) {
      bytes = Buffer.from(chunk.filter((_, index) => from + index < drop[0] || from + index >= drop[1]));
    }
    const cut = cutAfter !== undefined && from + bytes.length >= cutAfter;
    if (cut) bytes = bytes.subarray(0, Math.max(0, cutAfter - from));
    if (delay !== undefined) await pause(delay);
    if (dripEvery === undefined) {
      if (client.writable) client.write(bytes);
    } else {
      for (const byte of bytes) {
        if (client.writable) client.write(Buffer.of(byte));
        await pause(dripEvery);
      }
    }
    if (cut) setImmediate(end);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
