import { createServer, type Server, type Socket } from 'node:net';

/** One action as the server got it. */
export interface ReceivedAction {
  action: string;
  id: string;
  fields: Map<string, string>;
  /** Writes text to the client as it is. */
  raw(text: string): void;
  /** Writes messages; each is its lines without the ActionID, which is put in. */
  reply(...messages: string[][]): void;
  /** Cuts the connection. */
  cut(): void;
}

export type Script = (received: ReceivedAction) => void;

const BANNER = 'Asterisk Call Manager/11.0.0\r\n';

/**
 * A scripted AMI peer for what a real Asterisk does not do on demand. It answers Login and ListCommands by itself and
 * leaves everything else to the script.
 */
export class LoopbackAmi {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Every byte that any client sent: an oracle that shares no code with the encoder. */
  received = '';
  readonly actions: ReceivedAction[] = [];
  script: Script = () => {};
  banner = BANNER;
  login: 'accept' | 'refuse' | 'ignore' = 'accept';
  commands = ALL_COMMANDS;

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(t: { teardown(work: () => unknown): void }): Promise<LoopbackAmi> {
    const server = new LoopbackAmi();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.stop());
    return server;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** To every client, as it is. */
  broadcast(text: string): void {
    for (const socket of this.#sockets) socket.write(text);
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    socket.setNoDelay(true);
    if (this.banner !== '') socket.write(this.banner);
    let buffered = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.received += text;
      buffered += text;
      for (let end = buffered.indexOf('\r\n\r\n'); end >= 0; end = buffered.indexOf('\r\n\r\n')) {
        this.#take(socket, buffered.slice(0, end));
        buffered = buffered.slice(end + 4);
      }
    });
  }

  #take(socket: Socket, text: string): void {
    const fields = new Map<string, string>();
    for (const line of text.split('\r\n')) {
      const colon = line.indexOf(': ');
      fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 2));
    }
    const id = fields.get('actionid') ?? '';
    const raw = (answer: string) => {
      if (socket.writable) socket.write(answer);
    };
    const received: ReceivedAction = {
      action: fields.get('action') ?? '',
      id,
      fields,
      raw,
      reply: (...messages) => raw(messages.map((lines) => message(id, lines)).join('')),
      cut: () => socket.destroy(),
    };
    this.actions.push(received);
    switch (received.action.toLowerCase()) {
      case 'login':
        if (this.login === 'accept') received.reply(['Response: Success', 'Message: Authentication accepted']);
        if (this.login === 'refuse') received.reply(['Response: Error', 'Message: Authentication failed']);
        break;
      case 'listcommands':
        received.reply(['Response: Success', ...this.commands]);
        break;
      default:
        this.script(received);
    }
  }
}

/** `Response: ...` or `Event: ...` first, then the ActionID, as Asterisk does. */
export function message(id: string, [first = '', ...rest]: string[]): string {
  return `${[first, `ActionID: ${id}`, ...rest].join('\r\n')}\r\n\r\n`;
}

/** A DBGetTree answer with these keys; `promised` is what ListItems says. */
export function treeAnswer(keys: readonly string[], promised = keys.length): string[][] {
  return [
    ['Response: Success', 'EventList: start', 'Message: Result will follow'],
    ...keys.map((key) => ['Event: DBGetTreeResponse', `Key: ${key}`, 'Val: {}']),
    ['Event: DBGetTreeComplete', 'EventList: Complete', `ListItems: ${promised}`],
  ];
}

const ALL_COMMANDS = [
  'DBGet: Get DB Entry.  (Priv: system,reporting,all)',
  'DBGetTree: Get DB entries  (Priv: system,reporting,all)',
  'CoreSettings: Show settings  (Priv: system,reporting,all)',
  'DBPut: Put DB entry.  (Priv: system,all)',
  'DBDel: Delete DB entry.  (Priv: system,all)',
  'GetConfig: Retrieve configuration.  (Priv: system,config,all)',
  'CreateConfig: Creates an empty file.  (Priv: config,all)',
  'UpdateConfig: Update configuration.  (Priv: config,all)',
  'Reload: Send a reload event.  (Priv: system,config,all)',
  'BlindTransfer: Blind transfer.  (Priv: call,all)',
  'Redirect: Redirect (transfer) a call.  (Priv: call,all)',
  'Originate: Originate a call.  (Priv: originate,all)',
  'Ping: Keepalive command.  (Priv: <none>)',
];
