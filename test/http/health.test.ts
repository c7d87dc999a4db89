import { chmodSync, statSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { createLocalServer } from '../../src/http/local-server.ts';
import { createTestApp, type Json } from '../support/app.ts';

t.test('healthz and readyz need no token and name nobody', async (t) => {
  const api = await createTestApp(t);
  await api.company('hidden-name');
  const health = await api.inject({ method: 'GET', url: '/healthz' });
  t.match(health, { statusCode: 200, body: '{"status":"ok"}' });
  const ready = await api.inject({ method: 'GET', url: '/readyz' });
  t.equal(ready.statusCode, 200);
  t.match(ready.json(), { status: 'ready', pbxes: [{ id: api.pbxId, state: 'offline', behind: 1, since: /Z$/ }] });
  t.notMatch(ready.body, /hidden-name|main|127\.0\.0\.1/);
});

t.test('metrics: per route and per PBX, with a token or, if so decided, without', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('hidden-name');
  await api.call('GET', `/companies/${company.id}`);
  const headers = { authorization: `Bearer ${await api.token(['read'])}` };
  const text = (await api.inject({ method: 'GET', url: '/metrics', headers })).body;
  t.match(
    text,
    /linekeeper_http_request_seconds_count\{method="GET",route="\/api\/v1\/companies\/:id",status="200"\} 1/,
  );
  t.match(text, `linekeeper_pbx_state{pbx="${api.pbxId}",state="offline"} 1`);
  t.match(text, `linekeeper_pbx_pending{pbx="${api.pbxId}"} 1`);
  t.match(text, /nodejs_eventloop_lag_seconds/);
  t.notMatch(text, /hidden-name/);
  const open = await createTestApp(t, { publicMetrics: true });
  t.equal((await open.inject({ method: 'GET', url: '/metrics' })).statusCode, 200);
});

t.test('the local socket is the administrator; the same app elsewhere is not', async (t) => {
  const api = await createTestApp(t);
  const server = createLocalServer(api.app);
  const socketPath = join(api.folder, 'admin.sock');
  await new Promise<void>((resolve) => void server.listen(socketPath, resolve));
  t.teardown(() => void server.close());
  chmodSync(socketPath, 0o600);
  t.equal(statSync(socketPath).mode & 0o777, 0o600);

  const body = JSON.stringify({ name: 'first', scopes: ['admin'] });
  const made = await ask({ socketPath, method: 'POST', path: '/api/v1/tokens' }, body);
  t.match(made, { status: 201, body: { token: /^lk_/ } });
  const events = await ask({ socketPath, method: 'GET', path: '/api/v1/activity?action=token.created' });
  t.match(events.body.items, [{ actor: 'local', details: { name: 'first' } }]);

  await api.app.listen({ port: 0, host: '127.0.0.1' });
  const address = api.app.server.address() as { port: number };
  const headers = { 'x-forwarded-for': '127.0.0.1', host: 'localhost' };
  const tcp = await ask({ port: address.port, path: '/api/v1/tokens', method: 'GET', headers });
  t.equal(tcp.status, 401);
});

t.test('both doors wait equally long for a request', async (t) => {
  const { app } = await createTestApp(t);
  const local = createLocalServer(app);
  for (const limit of ['requestTimeout', 'headersTimeout', 'keepAliveTimeout'] as const) {
    t.equal(local[limit], app.server[limit], limit);
  }
  t.equal(local.requestTimeout, 300_000, 'as docs/import.md says');
});

t.test('an address that a client claims is not believed, unless its proxy is trusted', async (t) => {
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  const lastIp = (lines: string[]) =>
    JSON.parse(lines.filter((line) => line.includes('"msg":"request"')).at(-1) ?? '{}').ip;
  const plain = await createTestApp(t);
  await plain.inject({ method: 'GET', url: '/nope', headers });
  t.equal(lastIp(plain.logged), '127.0.0.1');
  const behind = await createTestApp(t, { trustedProxies: ['127.0.0.0/8'] });
  await behind.inject({ method: 'GET', url: '/nope', headers });
  t.equal(lastIp(behind.logged), '203.0.113.9');
});

function ask(options: RequestOptions, body?: string): Promise<{ status: number; body: Json }> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request({ ...options, headers: { ...(options.headers as object), ...type } }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
