import { Agent, request } from 'node:http';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
export type Json = Record<string, any>;

export interface Answer {
  status: number;
  body: Json;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface CallOptions {
  body?: Json;
  /** Sent as it is. */
  csv?: string;
  key?: string;
  headers?: Record<string, string>;
  /** Milliseconds. */
  timeout?: number;
}

/** The daemon's API over a port or the admin socket. Throws when there is no whole answer. */
export class Api {
  readonly #target: { port: number; host: string } | { socketPath: string };
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  token = '';

  constructor(target: { port: number } | { socketPath: string }) {
    this.#target = 'port' in target ? { ...target, host: '127.0.0.1' } : target;
  }

  call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const payload = options.csv ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const headers: Record<string, string> = {
      ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
      ...(payload === undefined
        ? {}
        : {
            'content-type': options.csv === undefined ? 'application/json' : 'text/csv',
            'content-length': String(Buffer.byteLength(payload)),
          }),
      ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
      ...options.headers,
    };
    const full = path.startsWith('/readyz') || path.startsWith('/api/') ? path : `/api/v1${path}`;
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#target, method, path: full, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('close', () => {
          if (!response.complete) return reject(new Error('the answer was cut'));
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = String(response.headers['content-type'] ?? '').includes('json');
          const body = isJson && text !== '' ? (JSON.parse(text) as Json) : {};
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers, text });
        });
      });
      sent.once('error', reject);
      sent.setTimeout(options.timeout ?? 20_000, () => sent.destroy(new Error('no answer in time')));
      sent.end(payload);
    });
  }

  /** For what must succeed. */
  async must(method: string, path: string, options: CallOptions = {}): Promise<Json> {
    const answer = await this.call(method, path, options);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** All items of a list. */
  async all(path: string): Promise<Json[]> {
    const items: Json[] = [];
    let cursor: string | null = null;
    do {
      const separator = path.includes('?') ? '&' : '?';
      const next = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Json = await this.must('GET', `${path}${separator}limit=100${next}`);
      items.push(...page.items);
      cursor = page.nextCursor ?? null;
    } while (cursor !== null);
    return items;
  }

  close(): void {
    this.#agent.destroy();
  }
}
