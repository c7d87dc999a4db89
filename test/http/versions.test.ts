import t from 'tap';
import { createTestApp, type TestApp } from '../support/app.ts';

t.test('If-Match: the first change wins, the second is told', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const path = `/companies/${company.id}`;
  const etag = String((await api.call('GET', path)).headers.etag);
  const first = await api.call('PATCH', path, { body: { name: 'A' }, headers: { 'if-match': etag } });
  t.match(first, { status: 200, body: { name: 'A', version: 2 } });
  t.not(first.headers.etag, etag);
  const second = await api.call('PATCH', path, { body: { name: 'B' }, headers: { 'if-match': etag } });
  t.match(second, { status: 412, body: { code: 'PRECONDITION_FAILED' } });
  t.equal((await api.call('DELETE', path, { headers: { 'if-match': etag } })).status, 412);
  t.equal((await api.call('GET', path)).body.name, 'A');
  t.equal((await api.call('PATCH', path, { body: { name: 'B' }, headers: { 'if-match': '*' } })).status, 200);
  t.equal((await api.call('PATCH', path, { body: { name: 'C' }, headers: { 'if-match': '"3"' } })).status, 200);
});

t.test('tags that can never match', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  for (const tag of ['W/"1"', '1', '"x"', '"1", "2"', '', '"99999999999999999999"']) {
    const answer = await api.call('PATCH', `/companies/${company.id}`, {
      body: { name: 'A' },
      headers: { 'if-match': tag },
    });
    t.match(answer, { status: 412 }, tag);
  }
});

t.test('every kind of object is guarded by If-Match, on change and on delete', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const extension = await api.extension(company.id, '1001', { mailbox: {} });
  const post = async (path: string, body: object) => (await api.call('POST', path, { body })).body;
  const site = await post('/sites', { companyId: company.id, name: 'Here' });
  const user = await post('/users', { companyId: company.id, username: 'u', firstName: 'F', lastName: 'L' });
  const number = await post('/numbers', { companyId: company.id, e164: '+4930123456' });
  await post(`/extensions/${extension.id}/accounts`, {});
  const cases: [path: string, body: object][] = [
    [`/companies/${company.id}`, { name: 'new' }],
    [`/sites/${site.id}`, { name: 'new' }],
    [`/users/${user.id}`, { firstName: 'new' }],
    [`/extensions/${extension.id}`, { displayName: 'new' }],
    [`/extensions/${extension.id}/mailbox`, { email: 'new@example.com' }],
    [`/extensions/${extension.id}/accounts/2`, { label: 'new' }],
    [`/numbers/${number.id}`, { note: 'new' }],
    [`/pbxes/${api.pbxId}`, { name: 'new' }],
  ];
  for (const [path, body] of cases) {
    const { headers } = await api.call('GET', path);
    const guarded = { 'if-match': String(headers.etag) };
    t.match(headers.etag, /^"\d+-[\w-]{10}"$/, `${path} has a strong tag`);
    t.match(await api.call('PATCH', path, { body, headers: guarded }), { status: 200 }, `${path} changed`);
    t.match(await api.call('PATCH', path, { body, headers: guarded }), { status: 412 }, `${path} not changed again`);
    t.match(await api.call('DELETE', path, { headers: guarded }), { status: 412 }, `${path} not deleted`);
  }
  for (const action of ['reserve', 'release', 'spare', 'assign']) {
    const body = action === 'assign' ? { extensionId: extension.id } : {};
    const answer = await api.call('POST', `/numbers/${number.id}/${action}`, { body, headers: { 'if-match': '"1"' } });
    t.equal(answer.status, 412, action);
  }
  const whole = `/extensions/${extension.id}`;
  for (const [path, body] of [
    [`${whole}/mailbox`, { email: 'a@example.com' }],
    [`${whole}/accounts`, {}],
  ] as const) {
    if (path.endsWith('mailbox')) await api.call('DELETE', path);
    const etag = String((await api.call('GET', whole)).headers.etag);
    t.match(await api.call('POST', path, { body, headers: { 'if-match': '"1"' } }), { status: 412 }, path);
    t.match(await api.call('POST', path, { body, headers: { 'if-match': 'W/"1"' } }), { status: 412 }, path);
    t.match(await api.call('POST', path, { body, headers: { 'if-match': etag } }), { status: 201 }, path);
    t.match(await api.call('POST', path, { body, headers: { 'if-match': etag } }), { status: 412 }, `${path} again`);
  }
  const again = await api.call('POST', `${whole}/mailbox`, { body: {}, headers: { 'if-match': '*' } });
  t.match(again, { status: 409, body: { code: 'MAILBOX_EXISTS' } });
  const rotate = `/extensions/${extension.id}/accounts/1/rotate`;
  t.equal((await api.call('POST', rotate, { headers: { 'if-match': '"1"' } })).status, 412);
});

t.test('of 20 parallel changes with one tag exactly one is made', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const path = `/companies/${company.id}`;
  const headers = { 'if-match': '"1"' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => api.call('PATCH', path, { body: { name: `name ${i}` }, headers })),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  t.equal(answers.filter(({ status }) => status === 412).length, 19);
  t.equal((await api.call('GET', path)).body.version, 2);
});

t.test('If-None-Match: 304 while nothing that is shown has changed, the sync state included', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const read = (etag: string) => api.call('GET', `/companies/${company.id}`, { headers: { 'if-none-match': etag } });
  const pending = await read('"0"');
  t.equal(pending.status, 200);
  const same = await read(String(pending.headers.etag));
  t.match(same, { status: 304, text: '', headers: { etag: pending.headers.etag } });
  t.equal((await read(`"x", W/${pending.headers.etag}`)).status, 304);
  await settle(api);
  const synced = await read(String(pending.headers.etag));
  t.match(synced, { status: 200, body: { version: company.version, sync: { state: 'synced' } } });
});

async function settle(api: TestApp): Promise<void> {
  api.port.connect();
  await api.call('POST', `/sync/${api.pbxId}/run`);
}

t.test('a merge patch: absent stays, null clears, the same is no change', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme', { trunk: 'carrier', outgoingCallerId: '+4930123456' });
  const path = `/companies/${company.id}`;
  const headers = { 'content-type': 'application/merge-patch+json' };
  const cleared = await api.call('PATCH', path, { body: { trunk: null }, headers });
  t.match(cleared.body, { trunk: null, outgoingCallerId: '+4930123456', version: 2 });
  t.match((await api.call('PATCH', path, { body: {}, headers })).body, { version: 2 });
  t.match((await api.call('PATCH', path, { body: { name: 'acme', ranges: [['1000', '1999']] } })).body, { version: 2 });
  t.match(await api.call('PATCH', path, { body: { name: null } }), {
    status: 400,
    body: { errors: [{ path: 'name' }] },
  });
});
