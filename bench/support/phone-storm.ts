import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';

/** What one phone asked and got. */
export interface Exchange {
  path: string;
  authorization: string | undefined;
  status: number;
  bytes: Buffer;
  ms: number;
}

/** Phones that are under way at one time. */
const AT_ONCE = 100;
const AGENT = 'Yealink SIP-T54W 96.86.0.70';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** One phone with one connection that is kept alive, from its first file to its last. */
class StormPhone {
  readonly exchanges: Exchange[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  get(path: string, authorization?: string): Promise<Exchange & { challenge: string | undefined }> {
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const headers = { 'user-agent': AGENT, ...(authorization === undefined ? {} : { authorization }) };
      const options = { host: '127.0.0.1', port: this.#port, agent: this.#agent, path, headers };
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const ms = performance.now() - startedAt;
          const exchange = { path, authorization, status: response.statusCode ?? 0, bytes: Buffer.concat(chunks), ms };
          this.exchanges.push(exchange);
          resolve({ ...exchange, challenge: response.headers['www-authenticate'] });
        });
      });
      sent.once('error', reject);
      sent.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Digest (RFC 7616) with MD5, as the phones of the vendor do it. */
function digest(challenge: string, user: string, password: string, path: string, count: number): string {
  const of = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const [realm, nonce, cnonce] = [of('realm'), of('nonce'), randomBytes(8).toString('hex')];
  const nc = count.toString(16).padStart(8, '0');
  const response = md5(`${md5(`${user}:${realm}:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${md5(`GET:${path}`)}`);
  const opaque = of('opaque');
  return (
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${path}", algorithm=MD5, qop=auth, ` +
    `nc=${nc}, cnonce="${cnonce}", response="${response}"${opaque === '' ? '' : `, opaque="${opaque}"`}`
  );
}

/** A Yealink out of its box: the site's address first, then the one it is sent to. @throws when it is not served */
async function boot(port: number, sitePath: string, mac: string): Promise<Exchange[]> {
  const phone = new StormPhone(port);
  try {
    for (const name of [`${mac}.boot`, 'y000000000000.boot', 'y000000000096.cfg'])
      await phone.get(`${sitePath}${name}`);
    const first = (await phone.get(`${sitePath}${mac}.cfg`)).bytes.toString();
    const value = (key: string) =>
      new RegExp(`^static\\.auto_provision\\.server\\.${key} = (.+)$`, 'm').exec(first)?.[1];
    const [url, user, password] = [value('url'), value('username'), value('password')];
    if (url === undefined || user === undefined || password === undefined) throw new Error(`${mac} was sent nowhere`);
    const base = new URL(url).pathname;
    let challenge: string | undefined;
    let count = 0;
    for (const name of [`${mac}.boot`, 'y000000000000.boot', 'y000000000096.cfg', `${mac}.cfg`]) {
      const path = `${base}${name}`;
      const known = challenge === undefined ? undefined : digest(challenge, user, password, path, ++count);
      const answer = await phone.get(path, known);
      if (answer.status !== 401) continue;
      challenge = answer.challenge ?? '';
      count = 1;
      await phone.get(path, digest(challenge, user, password, path, count));
    }
    return phone.exchanges;
  } finally {
    phone.close();
  }
}

/** Asks again what was asked, in the same order on as many connections. */
async function repeat(port: number, exchanges: readonly Exchange[]): Promise<Exchange[]> {
  const phone = new StormPhone(port);
  try {
    for (const { path, authorization } of exchanges) await phone.get(path, authorization);
    return phone.exchanges;
  } finally {
    phone.close();
  }
}

async function storm<T>(items: readonly T[], one: (item: T) => Promise<Exchange[]>) {
  const done: Exchange[][] = [];
  const left = items.entries();
  const startedAt = performance.now();
  const runner = async () => {
    for (const [at, item] of left) done[at] = await one(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return { seconds: (performance.now() - startedAt) / 1000, phones: done };
}

export const bootAll = (port: number, sitePath: string, macs: readonly string[]) =>
  storm(macs, (mac) => boot(port, sitePath, mac));

export const repeatAll = (port: number, phones: readonly (readonly Exchange[])[]) =>
  storm(phones, (exchanges) => repeat(port, exchanges));
