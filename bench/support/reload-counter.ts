import { connect } from 'node:net';

/** Counts Asterisk's own Reload events, on a login of its own: what was really reloaded, whoever asked for it. */
export class ReloadCounter {
  readonly #counts = new Map<string, number>();

  static async start(host: string, port: number, login: { username: string; secret: string }): Promise<ReloadCounter> {
    const counter = new ReloadCounter();
    const socket = connect({ host, port });
    socket.unref();
    socket.setEncoding('utf8');
    let buffer = '';
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.on('data', (chunk: string) => {
        buffer += chunk;
        const messages = buffer.split('\r\n\r\n');
        buffer = messages.pop() ?? '';
        for (const message of messages) {
          if (message.includes('Authentication accepted')) resolve();
          if (!/^Event: Reload\r?$/m.test(message)) continue;
          const module = /^Module: (\S+)/m.exec(message)?.[1] ?? 'unknown';
          counter.#counts.set(module, (counter.#counts.get(module) ?? 0) + 1);
        }
      });
      socket.write(`Action: Login\r\nUsername: ${login.username}\r\nSecret: ${login.secret}\r\n\r\n`);
    });
    return counter;
  }

  of(module: string): number {
    let sum = 0;
    for (const [name, count] of this.#counts) if (name.startsWith(module)) sum += count;
    return sum;
  }
}
