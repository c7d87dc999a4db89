import { createHash, randomBytes } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';

/** What a phone has of TLS: whom it believes, and who it is. */
export interface PhoneTls {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
}

export interface PhoneClientOptions {
  userAgent(): string;
  /** Phones of ten years ago send no Host header. */
  sendsHost: boolean;
  tls?: PhoneTls | undefined;
  /** What it can. */
  auth: 'digest' | 'basic';
  /** Of digest; what a phone prefers, it takes when it is offered. */
  algorithm?: 'MD5' | 'SHA-256';
}

export interface PhoneAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One request as it went over the wire, for what tests want to know. */
export interface PhoneRequestLog {
  method: string;
  /** From the path on. */
  path: string;
  status: number;
  hadAuthorization: boolean;
}

interface Challenge {
  realm: string;
  nonce: string;
  algorithm: 'MD5' | 'SHA-256';
  count: number;
}

/** The HTTP of a phone: one connection at a time kept alive, digest with counts, basic, redirects. */
export class PhoneClient {
  readonly log: PhoneRequestLog[] = [];
  credentials: { username: string; password: string } | undefined;
  private challenge: Challenge | undefined;
  private readonly agents = {
    http: new Agent({ keepAlive: true, maxSockets: 1 }),
    https: new TlsAgent({ keepAlive: true, maxSockets: 1 }),
  };
  private readonly options: PhoneClientOptions;

  constructor(options: PhoneClientOptions) {
    this.options = options;
  }

  /** A 401 is answered once, or twice when the nonce was stale; a redirect is followed three times at most. */
  async send(method: string, url: string, body?: Buffer, more: Record<string, string> = {}): Promise<PhoneAnswer> {
    let target = new URL(url);
    let answer = await this.once(method, target, body, more);
    for (let tries = 0; tries < 2 && answer.status === 401 && this.credentials !== undefined; tries++) {
      if (!this.take(answer.headers['www-authenticate']) && tries > 0) break;
      answer = await this.once(method, target, body, more);
    }
    for (let hops = 0; hops < 3 && [301, 302, 307].includes(answer.status); hops++) {
      target = new URL(answer.headers.location ?? '', target);
      answer = await this.once(method, target, body, more);
    }
    return answer;
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private once(method: string, url: URL, body: Buffer | undefined, more: Record<string, string>): Promise<PhoneAnswer> {
    const authorization = this.authorization(method, url.pathname + url.search);
    const isTls = url.protocol === 'https:';
    const headers: Record<string, string> = { 'user-agent': this.options.userAgent(), ...more };
    if (authorization !== undefined) headers.authorization = authorization;
    if (body !== undefined) headers['content-length'] = String(body.length);
    const settings = {
      method,
      headers,
      setHost: this.options.sendsHost,
      agent: isTls ? this.agents.https : this.agents.http,
      ...(isTls ? this.options.tls : {}),
    };
    return new Promise((resolve, reject) => {
      const sent = (isTls ? httpsRequest : httpRequest)(url, settings, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          this.log.push({ method, path: url.pathname, status, hadAuthorization: authorization !== undefined });
          resolve({ status, headers: response.headers, body: Buffer.concat(parts) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Whether there is a digest to try with. */
  private take(header: string | string[] | undefined): boolean {
    const offers = [header ?? []]
      .flat()
      .join(', ')
      .split(/,?\s*(?=Digest |Basic )/i);
    const digests = offers.filter((offer) => /^Digest /i.test(offer)).map(parameters);
    const wanted = this.options.algorithm ?? 'MD5';
    const found = digests.find((offer) => (offer.algorithm ?? 'MD5') === wanted);
    if (found === undefined || this.options.auth === 'basic') return false;
    this.challenge = { realm: found.realm ?? '', nonce: found.nonce ?? '', algorithm: wanted, count: 0 };
    return true;
  }

  private authorization(method: string, uri: string): string | undefined {
    const { credentials, challenge } = this;
    if (credentials === undefined) return undefined;
    const { username, password } = credentials;
    if (this.options.auth === 'basic') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    if (challenge === undefined) return undefined;
    challenge.count += 1;
    return digestHeader({ ...challenge, ...credentials, method, uri, cnonce: randomBytes(8).toString('hex') });
  }
}

export interface DigestFields extends Challenge {
  username: string;
  password: string;
  method: string;
  uri: string;
  cnonce: string;
}

/** The Authorization header of RFC 7616 with qop=auth. */
export function digestHeader(of: DigestFields): string {
  const hash = (text: string) =>
    createHash(of.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const nc = of.count.toString(16).padStart(8, '0');
  const first = hash(`${of.username}:${of.realm}:${of.password}`);
  const response = hash(`${first}:${of.nonce}:${nc}:${of.cnonce}:auth:${hash(`${of.method}:${of.uri}`)}`);
  const quoted = { username: of.username, realm: of.realm, nonce: of.nonce, uri: of.uri, cnonce: of.cnonce, response };
  const list = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`);
  return `Digest ${[...list, `algorithm=${of.algorithm}`, 'qop=auth', `nc=${nc}`].join(', ')}`;
}

/** `name=value` and `name="value"` of a challenge. */
export function parameters(text: string): Partial<Record<string, string>> {
  const found: Partial<Record<string, string>> = {};
  for (const [, name = '', quoted, plain] of text.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)) {
    found[name] = quoted ?? plain ?? '';
  }
  return found;
}
