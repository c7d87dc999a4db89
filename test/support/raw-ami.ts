import { connect, type Socket } from 'node:net';

export type AmiMessage = Record<string, string>;

/** A minimal AMI client that shares no code with the product, so that what it reads back proves something. */
export class RawAmi {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, { rows: AmiMessage[]; resolve: (rows: AmiMessage[]) => void }>();
  #received = '';
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (chunk: string) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
  }

  static async login(port: number, username: string, secret: string): Promise<RawAmi> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const ami = new RawAmi(socket);
    const [answer] = await ami.action({ Action: 'Login', Username: username, Secret: secret, Events: 'off' });
    if (answer?.Response !== 'Success') throw new Error(`AMI login of ${username}: ${answer?.Message}`);
    return ami;
  }

  /** All messages that answer the action: the response and, for a list, its rows and the closing event. */
  action(fields: AmiMessage | [string, string][]): Promise<AmiMessage[]> {
    const id = `raw-${++this.#last}`;
    const lines = (Array.isArray(fields) ? fields : Object.entries(fields)).map(([name, value]) => `${name}: ${value}`);
    return new Promise((resolve) => {
      this.#waiting.set(id, { rows: [], resolve });
      this.#socket.write([...lines, `ActionID: ${id}`, '', ''].join('\r\n'));
    });
  }

  async dbTree(family: string): Promise<Map<string, string>> {
    const rows = await this.action({ Action: 'DBGetTree', Family: family });
    const entries = rows.filter((row) => row.Event === 'DBGetTreeResponse');
    return new Map(entries.map((row) => [row.Key ?? '', row.Val ?? '']));
  }

  async dbPut(family: string, key: string, value: object | string): Promise<void> {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const [answer] = await this.action({ Action: 'DBPut', Family: family, Key: key, Val: text });
    if (answer?.Response !== 'Success') throw new Error(`DBPut ${family}/${key}: ${answer?.Message}`);
  }

  async dbDel(family: string, key: string): Promise<void> {
    await this.action({ Action: 'DBDel', Family: family, Key: key });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    const parts = (this.#received + chunk).split('\r\n\r\n');
    this.#received = parts.pop() ?? '';
    for (const part of parts) {
      const message: AmiMessage = {};
      for (const line of part.split('\r\n')) {
        const at = line.indexOf(':');
        const name = line.slice(0, at);
        const value = line.slice(at + 1).trimStart();
        if (at > 0) message[name] = message[name] === undefined ? value : `${message[name]}\n${value}`;
      }
      const pending = this.#waiting.get(message.ActionID ?? '');
      if (pending === undefined) continue;
      pending.rows.push(message);
      if (message.EventList === 'start') continue;
      if (message.Response === undefined && message.EventList !== 'Complete') continue;
      this.#waiting.delete(message.ActionID ?? '');
      pending.resolve(pending.rows);
    }
  }
}
