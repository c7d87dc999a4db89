import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

interface Listed {
  id: string;
  mac: string;
  uniqueServerUrl: string;
  remark?: string;
}

type Fault = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Yealink's redirect service as its documentation tells it, judged without a line of the product: the signature is computed from
 * what arrived on the wire, nonces are good once, each call takes the fields that are written down and no others.
 */
export async function startYealinkService(t: Test, key: { id: string; secret: string }) {
  const devices = new Map<string, Listed>();
  const calls: { path: string; body: Record<string, unknown> }[] = [];
  const nonces = new Set<string>();
  const faults: Fault[] = [];
  let count = 0;

  const server = createServer(async (request, response) => {
    const fault = faults.shift();
    if (fault !== undefined) return fault(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (!isSigned(request, body))
      return answer(response, 401, { ret: -1, data: null, error: { msg: 'signature.invalid' } });
    const parsed = JSON.parse(body) as Record<string, unknown>;
    calls.push({ path: request.url ?? '', body: parsed });
    answer(response, 200, perform(request.url ?? '', parsed));
  });

  function isSigned({ method = '', url = '', headers }: IncomingMessage, body: string): boolean {
    const one = (name: string) => String(headers[name] ?? '');
    const nonce = one('x-ca-nonce');
    if (one('x-ca-key') !== key.id || nonces.has(nonce) || !/^[0-9a-f]{32}$/.test(nonce)) return false;
    nonces.add(nonce);
    if (Math.abs(Date.now() - Number(one('x-ca-timestamp'))) > 300_000) return false;
    const md5 = createHash('md5').update(body).digest('base64');
    const text = `${method}\nContent-MD5:${md5}\nX-Ca-Key:${key.id}\nX-Ca-Nonce:${nonce}\nX-Ca-Timestamp:${one('x-ca-timestamp')}\n${url.slice(1)}`;
    const wanted = createHmac('sha256', key.secret).update(text).digest('base64');
    return (
      one('content-md5') === md5 && one('x-ca-signature') === wanted && /^application\/json/.test(one('content-type'))
    );
  }

  function perform(path: string, body: Record<string, unknown>): object {
    const only = (...names: string[]) => Object.keys(body).every((name) => names.includes(name));
    switch (path) {
      case '/api/open/v1/device/list': {
        if (!only('key', 'status', 'skip', 'limit', 'autoCount')) return no('param.invalid');
        const found = [...devices.values()].filter(
          ({ mac }) => body.key === undefined || mac.includes(String(body.key)),
        );
        return yes({
          skip: body.skip,
          limit: body.limit,
          total: found.length,
          autoCount: false,
          data: found.slice(0, Number(body.limit)),
        });
      }
      case '/api/open/v1/device/add': {
        const [mac, ...more] = body.macs as string[];
        if (!only('macs', 'serverId', 'uniqueServerUrl', 'remark', 'authName', 'password') || mac === undefined)
          return no('param.invalid');
        if (more.length > 0 || !/^[0-9a-f]{12}$/.test(mac)) return no('device.mac.invalid');
        if (devices.has(mac)) return no('device.mac.existed');
        const one = { id: `id-${++count}`, mac, uniqueServerUrl: String(body.uniqueServerUrl), ...remark(body) };
        devices.set(mac, one);
        return yes([one]);
      }
      case '/api/open/v1/device/edit': {
        const one = [...devices.values()].find(({ id }) => id === body.id);
        if (!only('id', 'serverId', 'uniqueServerUrl', 'remark', 'authName', 'password') || one === undefined)
          return no('device.not.found');
        Object.assign(one, { uniqueServerUrl: String(body.uniqueServerUrl), ...remark(body) });
        return yes(one);
      }
      case '/api/open/v1/device/delete': {
        if (!only('ids')) return no('param.invalid');
        for (const { id, mac } of [...devices.values()]) if ((body.ids as string[]).includes(id)) devices.delete(mac);
        return { ret: 0, data: null, error: null };
      }
      default:
        return no('api.not.found');
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    devices,
    calls,
    /** The next request gets this. */
    breakNext: (...next: Fault[]) => void faults.push(...next),
  };
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}

const remark = (body: Record<string, unknown>) => (body.remark === undefined ? {} : { remark: String(body.remark) });
const yes = (data: unknown) => ({ ret: 1, data, error: null });
const no = (msg: string) => ({ ret: -1, data: null, error: { msg, errorCode: 400, fieldErrors: [] } });
