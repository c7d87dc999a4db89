import t from 'tap';
import { createTestApp, type TestApp } from '../support/app.ts';

const CALL = '1700000000.1';

async function setup(api: TestApp) {
  const acme = await api.company('acme');
  const extension = await api.extension(acme.id, '1001');
  const tokenOf = (...scopes: string[]) => api.token(scopes as ['read'], { companyId: acme.id });
  return { acme, extension, tokenOf };
}

t.test('a call is hung up once, and the answer is kept under its key', async (t) => {
  const api = await createTestApp(t);
  const { tokenOf } = await setup(api);
  api.port.addChannel('1001', CALL);
  const path = `/calls/${CALL}/hangup`;
  t.match(await api.call('POST', path, { token: await tokenOf('calls:read') }), { status: 403 });
  const token = await tokenOf('calls:write');
  const headers = { 'idempotency-key': 'once' };
  t.match(await api.call('POST', path, { token, headers }), { status: 200, body: { ended: 1, stillUp: 0 } });
  t.match(await api.call('POST', path, { token, headers }), {
    status: 200,
    body: { ended: 1 },
    headers: { 'idempotency-replayed': 'true' },
  });
  t.match(await api.call('POST', path, { token, headers, body: { pbxId: 'x' } }), {
    body: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
  t.match(await api.call('POST', path, { token }), { status: 404, body: { code: 'NOT_FOUND' } });
  t.equal(await api.db.read.auditEvent.count({ where: { action: 'call.hung_up' } }), 1);
});

t.test('a call in which the company has no part is not there', async (t) => {
  const api = await createTestApp(t);
  const { acme } = await setup(api);
  const other = await api.company('other');
  await api.extension(other.id, '1001');
  api.port.addChannel('1001', CALL);
  api.port.addChannel('other-1001', '1700000000.7');
  api.port.addChannel('carrier', '1700000000.9');
  const ofAcme = await api.token(['admin'], { companyId: acme.id });
  const ofOther = await api.token(['admin'], { companyId: other.id });
  const hangUp = async (id: string, token?: string) =>
    (await api.call('POST', `/calls/${id}/hangup`, { token })).status;
  t.equal(await hangUp(CALL, ofOther), 404);
  t.equal(await hangUp('1700000000.7', ofAcme), 404);
  t.equal(await hangUp('1700000000.9', ofAcme), 404, 'a call of nobody is for operators of the platform');
  t.equal(api.port.live.length, 3);
  t.equal(await hangUp(CALL, ofAcme), 200);
  t.equal(await hangUp('1700000000.7', ofOther), 200);
  t.equal(await hangUp('1700000000.9'), 200);
});

t.test('what is no extension of the company and no number cannot be a target', async (t) => {
  const api = await createTestApp(t);
  const { tokenOf } = await setup(api);
  const other = await api.company('other');
  await api.extension(other.id, '1500');
  api.port.addChannel('1001', CALL);
  const token = await tokenOf('calls:write');
  const to = (target: unknown, more: object = {}) =>
    api.call('POST', `/calls/${CALL}/transfer`, { token, body: { to: target, ...more } });
  for (const bad of ['*97', '1001@x', '1001\r\nx', '', 7, null, '+0123456', '/.*/']) {
    t.match(await to(bad), { status: 400, body: { code: 'VALIDATION_FAILED' } }, String(bad));
  }
  t.match(await to('1500'), { status: 422, body: { code: 'REFERENCE_INVALID', errors: [{ path: 'to' }] } });
  t.match(await to('112'), { status: 422 });
  t.match(await to('1001', { keep: 'nobody' }), { status: 400 });
  t.match(await to('1001', { keep: 'callee' }), { status: 409, body: { code: 'CALL_STATE_INVALID' } });
  t.match(await to('1001', { context: 'x' }), { status: 400 });
  t.match(await to('1001'), { status: 409, body: { code: 'PBX_ACTIONS_UNAVAILABLE' } });
});

t.test('a message says of each phone what became of it', async (t) => {
  const api = await createTestApp(t);
  const { extension, tokenOf } = await setup(api);
  const token = await tokenOf('calls:write');
  const path = `/extensions/${extension.id}/message`;
  const send = (text: string) => api.call('POST', path, { token, body: { text } });
  t.match(await send('hello'), { status: 409, body: { code: 'PHONE_NOT_REGISTERED' } });
  api.port.contacts.set('1001', [{ uri: 'sip:1001@10.0.0.7:5060', userAgent: 'Snom', expiresAt: 1, address: null }]);
  const phone = { endpoint: '1001', contactUri: 'sip:1001@10.0.0.7:5060', userAgent: 'Snom' };
  t.same((await send('hello')).body, { phones: [{ ...phone, state: 'sent', reason: null }] });
  t.match((await send('refuse')).body, { phones: [{ ...phone, state: 'failed', reason: /^AMI_REFUSED/ }] });
});

t.test('a new secret asks for the right to make one; it is shown once and noted nowhere', async (t) => {
  const api = await createTestApp(t);
  const { extension, acme, tokenOf } = await setup(api);
  const path = `/extensions/${extension.id}/accounts/1/throw-off`;
  api.port.contacts.set('1001', [{ uri: 'sip:1001@10.0.0.7:5060', userAgent: '', expiresAt: 1, address: null }]);
  const calls = await tokenOf('calls:write', 'users:write');
  const body = { rotateSecret: true };
  t.match(await api.call('POST', path, { token: calls, body }), {
    status: 403,
    body: { details: { scope: 'lines:write' } },
  });
  const thrown = await api.call('POST', path, { token: calls });
  t.match(thrown.body, {
    endpoint: '1001',
    registrations: { dropped: 1, left: 0, error: null },
    calls: null,
    sync: null,
  });
  t.notOk(thrown.body.credentials);
  api.port.links.start();
  api.port.connect();
  const lines = await tokenOf('calls:write', 'lines:write');
  const rotated = await api.call('POST', path, { token: lines, body });
  const { secret } = rotated.body.credentials;
  t.match(secret, /^[A-Za-z0-9]{24}$/);
  t.match(rotated.body, { sync: { state: 'synced' } });
  t.notMatch(JSON.stringify(await api.db.read.auditEvent.findMany()), secret);
  t.notMatch(api.logged.join('\n'), secret);

  const user = await api.call('POST', '/users', {
    body: { companyId: acme.id, username: 'anna', firstName: 'A', lastName: 'B' },
  });
  await api.call('PATCH', `/extensions/${extension.id}`, { body: { userId: user.body.id } });
  const kick = (token: string, more: object) => api.call('POST', `/users/${user.body.id}/kick`, { token, body: more });
  t.match(await kick(calls, { rotateSecrets: true }), { status: 403 });
  t.match(await kick(lines, {}), { status: 403, body: { details: { scope: 'users:write' } } });
  t.match(await kick(calls, {}), {
    status: 200,
    body: {
      sessions: { ended: 0, left: 0 },
      tokens: null,
      registrations: { dropped: 0 },
      calls: { ended: 0 },
      secrets: null,
    },
  });
});

t.test('nobody kicks who may do more than himself', async (t) => {
  const api = await createTestApp(t);
  const { acme, tokenOf } = await setup(api);
  const user = await api.call('POST', '/users', {
    body: { companyId: acme.id, username: 'boss', firstName: 'A', lastName: 'B' },
  });
  const role = await api.db.read.role.findFirstOrThrow({ where: { companyId: acme.id, builtIn: 'administrator' } });
  await api.call('POST', `/users/${user.body.id}/roles`, { body: { roleIds: [role.id] } });
  const path = `/users/${user.body.id}/kick`;
  t.match(await api.call('POST', path, { token: await tokenOf('users:write') }), {
    status: 403,
    body: { code: 'RIGHTS_NOT_HELD' },
  });
  t.equal((await api.call('POST', path)).status, 200);
});
