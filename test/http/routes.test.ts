import t from 'tap';
import { createTestApp } from '../support/app.ts';

/** Everything that answers without a token. Whoever adds to this list must say why in docs/api.md. */
const OPEN =
  /^\/(healthz|readyz|(openapi|asyncapi)\.json|docs(\/.*)?|api\/v1\/(login(\/.*)?|password-reset(\/confirm)?|invitations\/(look|accept)))$/;

t.test('no route answers without a token, except the open ones', async (t) => {
  const api = await createTestApp(t);
  const routes = api.app.routeTable();
  t.ok(routes.length > 60, 'the table lists the routes');
  for (const { method, url } of routes) {
    const path = url.replace(/:[A-Za-z]+/g, 'x');
    const response = await api.inject({ method: method as 'GET', url: path });
    if (OPEN.test(url)) t.not(response.statusCode, 401, `${method} ${url} is open`);
    else t.equal(response.statusCode, 401, `${method} ${url} needs a token`);
  }
});

t.test('an address that does not exist asks for a token too', async (t) => {
  const api = await createTestApp(t);
  for (const url of [
    '/',
    '/api',
    '/api/v1/nope',
    '/api/v1/companies/',
    '/.env',
    '/metrics',
    '/docsx',
    '/api/v1/docs',
  ]) {
    const response = await api.inject({ method: 'GET', url });
    t.equal(response.statusCode, 401, url);
    t.equal(response.headers['www-authenticate'], 'Bearer');
    t.match(response.json(), { code: 'UNAUTHENTICATED', status: 401 });
  }
});

t.test('with a token unknown addresses are 404 and wrong methods 405, as problems', async (t) => {
  const api = await createTestApp(t);
  const missing = await api.call('GET', '/nope');
  t.match(missing, { status: 404, body: { code: 'NOT_FOUND', title: 'Not Found', status: 404 } });
  t.equal(missing.headers['content-type'], 'application/problem+json; charset=utf-8');
  t.equal(missing.body.instance, missing.headers['x-request-id'], 'the instance is the request id');
  const wrong = await api.call('PUT', '/companies/x');
  t.match(wrong, { status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
  t.equal(wrong.headers.allow, 'DELETE, GET, HEAD, PATCH');
});

t.test('the OpenAPI document lists every route of the API and says how', async (t) => {
  const api = await createTestApp(t);
  const response = await api.inject({ method: 'GET', url: '/openapi.json' });
  const document = response.json();
  t.equal(document.openapi, '3.1.0');
  const listed = new Set<string>();
  const ids = new Set<string>();
  for (const [path, methods] of Object.entries<Record<string, never>>(document.paths)) {
    for (const [method, operation] of Object.entries<Record<string, never>>(methods)) {
      listed.add(`${method.toUpperCase()} ${path}`);
      const name = `${method} ${path}`;
      t.type(operation.operationId, 'string', `${name} has an operationId`);
      t.notOk(ids.has(operation.operationId ?? ''), `${name}: its operationId is its own`);
      ids.add(operation.operationId ?? '');
      t.ok(operation.summary, `${name} has a summary`);
      t.same(Object.keys(operation.responses ?? {}).includes('default'), true, `${name} tells of errors`);
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      const parameters = (operation.parameters ?? []) as { in: string; name: string; required: boolean }[];
      const described = parameters.filter((one) => one.in === 'path').map((one) => one.name);
      t.same(described, inPath, `${name} describes its path`);
    }
  }
  for (const { method, url } of api.app.routeTable()) {
    if (!url.startsWith('/api/v1/') || method === 'HEAD') continue;
    const path = url.replace(/:([A-Za-z]+)/g, '{$1}');
    t.ok(listed.has(`${method} ${path}`), `${method} ${path} is listed`);
  }
  const references = [...response.body.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
  for (const name of new Set(references)) t.ok(document.components.schemas[name ?? ''], `${name} is defined`);
});

t.test('the docs page loads, allows only its own scripts, and every answer forbids sniffing and framing', async (t) => {
  const api = await createTestApp(t);
  const docs = await api.inject({ method: 'GET', url: '/docs/' });
  t.equal(docs.statusCode, 200);
  t.match(docs.headers['content-security-policy'], /default-src 'self'/);
  t.notMatch(docs.headers['content-security-policy'], /unsafe-eval/);
  for (const url of ['/docs/', '/healthz', '/api/v1/companies', '/nope']) {
    const { headers } = await api.inject({ method: 'GET', url });
    t.match(headers, {
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    t.type(headers['content-security-policy'], 'string', url);
  }
});
