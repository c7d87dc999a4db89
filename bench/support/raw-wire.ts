import { connect, type Socket } from 'node:net';

/**
 * The baselines: the least that any client must do on one AMI connection. Own code on purpose, shared with nothing in src,
 * and without any of its checks.
 */
export class RawWire {
  readonly #socket: Socket;
  #buffer = '';
  #onMessage: (message: string) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      this.#buffer += chunk;
      let from = 0;
      for (let end = this.#buffer.indexOf('\r\n\r\n'); end >= 0; end = this.#buffer.indexOf('\r\n\r\n', from)) {
        this.#onMessage(this.#buffer.slice(from, end));
        from = end + 4;
      }
      this.#buffer = this.#buffer.slice(from);
    });
  }

  static async login(host: string, port: number, login: { username: string; secret: string }): Promise<RawWire> {
    const socket = connect({ host, port, noDelay: true });
    const wire = new RawWire(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      wire.#onMessage = (message) => (message.includes('Response: Success') ? resolve() : undefined);
      socket.write(`Action: Login\r\nUsername: ${login.username}\r\nSecret: ${login.secret}\r\nEvents: off\r\n\r\n`);
    });
    return wire;
  }

  /** Pipelined DBPuts, `window` of them on the wire. Answers the seconds they took. */
  async putAll(
    entries: readonly (readonly [family: string, key: string, value: string])[],
    window = 512,
  ): Promise<number> {
    return this.#pipeline(
      entries.map(([family, key, value]) => `Action: DBPut\r\nFamily: ${family}\r\nKey: ${key}\r\nVal: ${value}`),
      window,
    );
  }

  /** The same with deletes. */
  async deleteAll(
    entries: readonly (readonly [family: string, key: string, ...unknown[]])[],
    window = 512,
  ): Promise<number> {
    return this.#pipeline(
      entries.map(([family, key]) => `Action: DBDel\r\nFamily: ${family}\r\nKey: ${key}`),
      window,
    );
  }

  async #pipeline(actions: readonly string[], window: number): Promise<number> {
    if (actions.length === 0) return 0;
    const startedAt = performance.now();
    let sent = 0;
    let answered = 0;
    await new Promise<void>((resolve, reject) => {
      const send = () => {
        let text = '';
        while (sent < actions.length && sent - answered < window) text += `ActionID: p\r\n${actions[sent++]}\r\n\r\n`;
        if (text !== '') this.#socket.write(text);
      };
      this.#onMessage = (message) => {
        if (message.startsWith('Response: Error')) reject(new Error(message));
        answered++;
        if (answered === actions.length) resolve();
        else send();
      };
      send();
    });
    return (performance.now() - startedAt) / 1000;
  }

  /** A bare DBGetTree: the rows and the seconds. */
  async tree(family: string): Promise<{ rows: Map<string, string>; seconds: number }> {
    const startedAt = performance.now();
    const rows = new Map<string, string>();
    await new Promise<void>((resolve) => {
      this.#onMessage = (message) => {
        if (message.startsWith('Event: DBGetTreeResponse')) {
          const key = /^Key: (.*)$/m.exec(message)?.[1]?.trim() ?? '';
          rows.set(key, /^Val: (.*)$/m.exec(message)?.[1]?.trim() ?? '');
        } else if (message.startsWith('Event: DBGetTreeComplete')) resolve();
      };
      this.#socket.write(`ActionID: t\r\nAction: DBGetTree\r\nFamily: ${family}\r\nKey:\r\n\r\n`);
    });
    return { rows, seconds: (performance.now() - startedAt) / 1000 };
  }

  /** Any action; resolves with its response. */
  async action(fields: Record<string, string>): Promise<string> {
    return new Promise((resolve) => {
      this.#onMessage = (message) => (message.startsWith('Response:') ? resolve(message) : undefined);
      this.#socket.write(
        `${Object.entries(fields)
          .map(([k, v]) => `${k}: ${v}\r\n`)
          .join('')}\r\n`,
      );
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
