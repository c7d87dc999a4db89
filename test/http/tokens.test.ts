import t from 'tap';
import { createTestApp } from '../support/app.ts';

t.test('a token is shown once, works, and stops when it is deleted', async (t) => {
  const api = await createTestApp(t);
  const made = await api.call('POST', '/tokens', { body: { name: 'import', scopes: ['read', 'lines:write'] } });
  t.match(made, { status: 201, body: { token: /^lk_[A-Za-z0-9_-]{43}$/, companyId: null, lastUsedAt: null } });
  const { token, id } = made.body;
  t.notMatch((await api.call('GET', '/tokens')).text, token);
  t.notMatch((await api.call('GET', `/tokens/${id}`)).text, token);
  t.equal((await api.call('GET', '/companies', { token })).status, 200);
  const row = await api.db.read.apiToken.findUniqueOrThrow({ where: { id } });
  t.match(row.hash, /^[0-9a-f]{64}$/, 'at rest only its hash');
  t.equal((await api.call('DELETE', `/tokens/${id}`)).status, 204);
  t.equal((await api.call('GET', '/companies', { token })).status, 401);
});

t.test('all that is wrong with a token reads the same', async (t) => {
  const api = await createTestApp(t);
  const good = await api.token(['admin']);
  const expired = await api.token(['admin'], { expiresAt: new Date(Date.now() - 1000) });
  const headers = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer lk_x',
    `Bearer lk_${'A'.repeat(43)}`,
    `Bearer ${expired}`,
    `Bearer ${good.slice(0, -1)}`,
    `Bearer ${good} `.padEnd(60, 'x'),
    `Basic ${Buffer.from(`x:${good}`).toString('base64')}`,
    good,
    `Bearer ${good.toUpperCase()}`,
  ];
  const answers = new Set<string>();
  for (const authorization of headers) {
    const response = await api.inject({
      method: 'GET',
      url: '/api/v1/companies',
      headers: authorization === undefined ? {} : { authorization },
    });
    const { instance, ...problem } = response.json();
    t.ok(instance);
    answers.add(JSON.stringify([response.statusCode, response.headers['www-authenticate'], problem]));
  }
  t.equal(answers.size, 1, [...answers].join('\n'));
  t.match([...answers][0], /^\[401,"Bearer"/);
  const query = await api.inject({ method: 'GET', url: `/api/v1/companies?token=${good}&access_token=${good}` });
  t.equal(query.statusCode, 401, 'a token in the address is none');
});

t.test('a scope opens its routes and no others', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const routes: [scope: string, method: string, path: string, body?: object][] = [
    ['read', 'GET', '/companies'],
    ['read', 'GET', '/activity'],
    ['read', 'GET', '/sync'],
    ['companies:write', 'PATCH', `/companies/${company.id}`, {}],
    ['companies:write', 'POST', '/sites', { name: 'x', companyId: company.id }],
    ['users:write', 'POST', '/users', { companyId: company.id, username: 'u', firstName: 'F', lastName: 'L' }],
    ['lines:write', 'POST', '/extensions', { companyId: company.id, displayName: 'x' }],
    ['numbers:write', 'POST', '/numbers', { companyId: company.id, e164: '+4930123456' }],
    ['pbxes:write', 'PATCH', `/pbxes/${api.pbxId}`, {}],
    ['sync:write', 'POST', `/sync/${api.pbxId}/approve`, { planId: 'x' }],
    ['tokens:write', 'GET', '/tokens'],
  ];
  for (const scope of [...new Set(routes.map(([name]) => name)), 'imports:write']) {
    const token = await api.token([scope]);
    for (const [needed, method, path, body] of routes) {
      const answer = await api.call(method, path, { token, ...(body === undefined ? {} : { body }) });
      const name = `${scope}: ${method} ${path}`;
      if (scope === needed) t.not(answer.status, 403, name);
      else t.match(answer, { status: 403, body: { code: 'FORBIDDEN', details: { scope: needed } } }, name);
    }
  }
});

t.test('nobody gives what they do not have', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const other = await api.company('other');
  const small = await api.token(['tokens:write', 'read']);
  const make = (token: string, body: object) => api.call('POST', '/tokens', { token, body });
  t.equal((await make(small, { name: 'a', scopes: ['admin'] })).status, 403);
  t.equal((await make(small, { name: 'a', scopes: ['read', 'lines:write'] })).status, 403);
  t.equal((await make(small, { name: 'a', scopes: ['read'] })).status, 201);
  const bound = await api.token(['admin'], { companyId: acme.id });
  t.match((await make(bound, { name: 'b', scopes: ['admin'] })).body, { companyId: acme.id });
  t.match((await make(bound, { name: 'c', scopes: ['admin'], companyId: null })).body, { companyId: acme.id });
  t.match(await make(bound, { name: 'd', scopes: ['read'], companyId: other.id }), {
    status: 422,
    body: { code: 'REFERENCE_INVALID', errors: [{ path: 'companyId' }] },
  });
  t.same(
    (await api.call('GET', '/tokens', { token: bound })).body.items.map(
      (item: { companyId: string }) => item.companyId,
    ),
    [acme.id, acme.id, acme.id],
    'a token of a company sees tokens of that company only',
  );
});

t.test('names of tokens are unique, expiry lies ahead, scopes exist', async (t) => {
  const api = await createTestApp(t);
  const make = (body: object) => api.call('POST', '/tokens', { body });
  await make({ name: 'x', scopes: ['read'] });
  t.match(await make({ name: 'x', scopes: ['read'] }), {
    status: 409,
    body: { errors: [{ code: 'TOKEN_NAME_TAKEN' }] },
  });
  t.match(await make({ name: 'y', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' }), {
    status: 400,
    body: { errors: [{ path: 'expiresAt', code: 'EXPIRY_PAST' }] },
  });
  for (const scopes of [[], ['root'], ['read', 'read'], 'read']) {
    t.equal((await make({ name: 'z', scopes })).status, 400, JSON.stringify(scopes));
  }
});

t.test('the use of a token is noted, at most once a minute', async (t) => {
  const api = await createTestApp(t);
  const made = (await api.call('POST', '/tokens', { body: { name: 'x', scopes: ['read'] } })).body;
  for (let i = 0; i < 5; i++) await api.call('GET', '/companies', { token: made.token });
  // The note is written behind the answer, in the queue of writes: the next write comes after it.
  await api.db.write(async () => {});
  const first = (await api.call('GET', `/tokens/${made.id}`)).body.lastUsedAt;
  t.match(first, /Z$/);
  await api.call('GET', '/companies', { token: made.token });
  await api.db.write(async () => {});
  t.equal((await api.call('GET', `/tokens/${made.id}`)).body.lastUsedAt, first);
});

t.test('no token, no secret and no body gets into the log', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const made = await api.extension(company.id, '1001', { displayName: 'Hidden Name', mailbox: { pin: '836291' } });
  const token = await api.token(['read']);
  await api.call('GET', '/extensions?q=Hidden', { token });
  await api.call('POST', '/extensions', {
    body: { companyId: company.id, number: '1001', displayName: 'Hidden Name' },
  });
  const log = api.logged.join('');
  for (const secret of [token, made.credentials.secret, '836291', 'Hidden', 'lk_']) t.notMatch(log, secret);
  t.match(log, /"path":"\/api\/v1\/extensions","status":201/);
  t.match(log, /"actor":"token:test-1"/);
});
