import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Address } from './address.ts';
import { unreachable } from './unreachable.ts';

export type Query = Record<string, string | number | boolean | undefined>;
export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

export interface CallOptions {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  total: number;
  nextCursor: string | null;
}

/** The API as commands use it. Every failure is a CliError. */
export interface Api {
  call<T>(method: Method, path: string, options?: CallOptions): Promise<T>;
  /** All pages of a list. */
  all<T>(path: string, query?: Query): Promise<T[]>;
  /** Sends a file as the body. */
  upload<T>(path: string, query: Query, file: Readable): Promise<T>;
  /** An answer that is a file. */
  download(path: string, headers?: Record<string, string>): Promise<Readable>;
}

const PAGE = 500;

export function createApi(where: Address | Promise<Address>): Api {
  const found = Promise.resolve(where);
  // A command may end without a call.
  found.catch(() => {});
  const open = async (
    method: Method,
    path: string,
    options: CallOptions,
    file?: Readable,
  ): Promise<IncomingMessage> => {
    const { query = {}, body, headers = {} } = options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const target = `/api/v1${path}${queryText(query)}`;
    const answer = await exchange(await found, target, {
      method,
      headers: {
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...(file === undefined ? {} : { 'content-type': 'text/csv' }),
        ...headers,
      },
      send: async (request) => {
        if (file !== undefined) await pipeline(file, request);
        else request.end(text);
      },
    });
    const { statusCode = 500 } = answer;
    if (statusCode >= 400) {
      const { problemError } = await import('./problem.ts');
      throw problemError(statusCode, await textOf(answer));
    }
    return answer;
  };
  const call = async <T>(method: Method, path: string, options: CallOptions = {}): Promise<T> =>
    parse<T>(await textOf(await open(method, path, options)));
  return {
    call,
    async all<T>(path: string, query: Query = {}) {
      const items: T[] = [];
      let cursor: string | undefined;
      do {
        const page: Page<T> = await call<Page<T>>('GET', path, { query: { ...query, limit: PAGE, cursor } });
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return items;
    },
    upload: async <T>(path: string, query: Query, file: Readable) =>
      parse<T>(await textOf(await open('POST', path, { query }, file))),
    download: (path, headers = {}) => open('GET', path, { headers }),
  };
}

interface Exchange {
  method: Method;
  headers: Record<string, string | number>;
  send(request: ClientRequest): Promise<void>;
}

function exchange(address: Address, target: string, { method, headers, send }: Exchange): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { method, headers, agent: false };
    const request =
      address.kind === 'socket'
        ? httpRequest({ ...options, socketPath: address.path, path: target })
        : overUrl(address.url, target, {
            ...options,
            headers: { ...headers, authorization: `Bearer ${address.token}` },
          });
    let answered = false;
    request.once('response', (response) => {
      answered = true;
      resolve(response);
    });
    request.once('error', (error: NodeJS.ErrnoException) => reject(connectionError(address, error)));
    // The daemon may answer before it has read a file to its end, for one that is too large; then the answer counts.
    send(request).catch((error: NodeJS.ErrnoException) => {
      if (!answered) setTimeout(() => reject(connectionError(address, error)), 500).unref();
    });
  });
}

function overUrl(base: URL, target: string, options: RequestOptions): ClientRequest {
  const url = new URL(base.pathname.replace(/\/(api\/v1\/?)?$/, '') + target, base);
  return (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
}

function connectionError(address: Address, error: NodeJS.ErrnoException): Error {
  const why = error.code ?? error.message;
  if (address.kind === 'url') return unreachable(address.url.origin, why, 'Is it running, and LINEKEEPER_URL right?');
  const advice =
    error.code === 'EACCES'
      ? 'The socket belongs to another user: run this as the user of the daemon, or use LINEKEEPER_URL and LINEKEEPER_TOKEN.'
      : 'Start it with `npm start` (or `linekeeper serve`). Is it another data folder? Set LINEKEEPER_DATA; another machine? LINEKEEPER_URL and LINEKEEPER_TOKEN.';
  return unreachable(address.path, why, advice);
}

function queryText(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given}`;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse<T>(text: string): T {
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
