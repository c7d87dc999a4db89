import { connect } from 'node:net';
import { LinekeeperError } from '../../errors.ts';

export interface BootWatchOptions {
  host: string;
  port: number;
  username: string;
  secret: string;
  signal: AbortSignal;
}

/**
 * Resolves when Asterisk says FullyBooted to our own login. The login also proves that it is our Asterisk that answers on this
 * port. A refused connection means that it is not listening yet; only the signal ends the waiting.
 */
export async function fullyBooted(options: BootWatchOptions): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    if (await sayFullyBooted(options)) return;
    await pause(50, signal);
  }
  throw new LinekeeperError('EMBEDDED_PBX_FAILED', 'Asterisk did not finish starting.');
}

function sayFullyBooted({ host, port, username, secret, signal }: BootWatchOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let received = '';
    const settle = (booted: boolean) => {
      signal.removeEventListener('abort', aborted);
      socket.destroy();
      resolve(booted);
    };
    const aborted = () => settle(false);
    signal.addEventListener('abort', aborted, { once: true });
    socket.setEncoding('utf8');
    socket.once('connect', () => {
      socket.write(`Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\nEvents: system\r\n\r\n`);
    });
    socket.on('data', (chunk: string) => {
      received = (received + chunk).slice(-65_536);
      if (/^Event: FullyBooted\r$/m.test(received)) settle(true);
    });
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
