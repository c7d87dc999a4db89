import { connect } from 'node:net';
import { digestHeader, parameters } from './phone-sim/client.ts';

export interface RawAnswer {
  /** 0: the connection ended without an answer. */
  status: number;
  /** Everything before the body but the Date, as it came. */
  head: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** Sends exactly these bytes over a connection of its own, and waits until the other side ends it. */
export function rawRequest(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve(parseAnswer(Buffer.concat(parts))));
  });
}

function parseAnswer(all: Buffer): RawAnswer {
  const end = all.indexOf('\r\n\r\n');
  const lines = all.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const rest = lines.slice(1).map((line) => (/^([^:]+):\s*(.*)$/.exec(line) ?? []).slice(1) as [string, string]);
  return {
    status: Number(/^HTTP\/1\.[01] (\d+)/.exec(lines[0] ?? '')?.[1] ?? 0),
    head: lines.filter((line) => !/^date:/i.test(line)).join('\n'),
    headers: Object.fromEntries(rest.map(([name, value]) => [name.toLowerCase(), value])),
    body: end < 0 ? all : all.subarray(end + 4),
  };
}

export interface AskOptions {
  method?: string;
  userAgent?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One request as phones of today send it; the target goes out as it is given. */
export function ask(url: string, target: string, options: AskOptions = {}): Promise<RawAnswer> {
  const { method = 'GET', userAgent = '', headers = {}, body } = options;
  const all = {
    host: new URL(url).host,
    ...(userAgent === '' ? {} : { 'user-agent': userAgent }),
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return rawRequest(url, `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}

export interface Login {
  mac: string;
  password: string;
}

/** The Authorization header for a challenge. */
export function answerTo(
  challenge: string,
  { mac, password }: Login,
  target: string,
  more: { method?: string; count?: number; algorithm?: 'MD5' | 'SHA-256'; cnonce?: string } = {},
): string {
  const { realm = '', nonce = '' } = parameters(challenge);
  const { method = 'GET', count = 1, algorithm = 'MD5', cnonce = '0a4f113b' } = more;
  return digestHeader({ realm, nonce, algorithm, count, method, uri: target, cnonce, username: mac, password });
}

/** Asks, is asked who it is, and asks again. */
export async function askAs(url: string, target: string, login: Login, options: AskOptions = {}): Promise<RawAnswer> {
  const first = await ask(url, target, options);
  if (first.status !== 401) return first;
  const method = options.method ?? 'GET';
  const authorization = answerTo(first.headers['www-authenticate'] ?? '', login, target, { method });
  return ask(url, target, { ...options, headers: { ...options.headers, authorization } });
}
