import t from 'tap';
import { createTestApp } from '../support/app.ts';

t.test('one request makes an extension that can be used', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const answer = await api.call('POST', '/extensions', {
    body: {
      companyId: company.id,
      displayName: 'Ann Lee',
      mailbox: { email: 'ann@example.com' },
      phoneNumbers: ['+4930123456'],
      account: { kind: 'webrtc' },
      user: { username: 'ann', firstName: 'Ann', lastName: 'Lee' },
    },
  });
  t.match(answer, {
    status: 201,
    headers: { location: `/api/v1/extensions/${answer.body.id}` },
    body: {
      number: '1000',
      user: { username: 'ann' },
      accounts: [{ ordinal: 1, endpoint: '1000', kind: 'webrtc', codecs: null }],
      mailbox: { address: /^1000@lk-acme-\d\d$/, email: 'ann@example.com', pinSource: 'api', enabled: true },
      phoneNumbers: [{ e164: '+4930123456' }],
      sync: { state: 'pending' },
      credentials: { endpoint: '1000', secret: /^[A-Za-z0-9]{24}$/, pin: /^\d{6}$/ },
    },
  });
  const read = await api.call('GET', `/extensions/${answer.body.id}`);
  const { credentials, ...lasting } = answer.body;
  t.same(read.body, lasting, 'a read shows the same without the credentials');
  t.equal(read.headers.etag, answer.headers.etag);
  t.notMatch(read.text, credentials.secret);
});

t.test('refusals have their codes', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme', { ranges: [['1000', '1001']] });
  const create = (body: object) =>
    api.call('POST', '/extensions', { body: { companyId: company.id, displayName: 'x', ...body } });
  await create({ number: '1000' });
  t.match(await create({ number: '1000' }), { status: 409, body: { code: 'EXTENSION_TAKEN' } });
  t.match(await create({ number: '2000' }), { status: 422, body: { code: 'EXTENSION_OUT_OF_RANGE' } });
  t.match(await create({ mailbox: { pin: '1234' } }), { status: 422, body: { code: 'PIN_WEAK' } });
  const weak = { companyId: company.id, displayName: 'x', mailbox: { pin: '1234' } };
  t.equal((await api.call('POST', '/extensions?allowWeakPins=true', { body: weak })).status, 201);
  t.match(await create({}), { status: 409, body: { code: 'EXTENSION_RANGE_FULL' } });
});

t.test('SIP accounts are added, changed, given new secrets and taken away', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const extension = await api.extension(company.id, '1001');
  const path = `/extensions/${extension.id}/accounts`;
  const added = await api.call('POST', path, { body: { label: 'desk', codecs: ['alaw'] } });
  t.match(added, {
    status: 201,
    headers: { location: `/api/v1${path}/2` },
    body: {
      ordinal: 2,
      endpoint: '1001-2',
      label: 'desk',
      codecs: ['alaw'],
      version: 2,
      credentials: { endpoint: '1001-2' },
    },
  });
  t.equal((await api.call('GET', path)).body.items.length, 2);
  t.match((await api.call('PATCH', `${path}/2`, { body: { label: null } })).body, { label: null, version: 3 });
  const rotated = await api.call('POST', `${path}/2/rotate`);
  t.match(rotated, { status: 200, body: { credentials: { secret: /^[A-Za-z0-9]{24}$/ }, sync: { state: 'pending' } } });
  t.not(rotated.body.credentials.secret, added.body.credentials.secret);
  t.equal((await api.call('DELETE', `${path}/2`)).status, 204);
  t.match(await api.call('DELETE', `${path}/1`), { status: 409, body: { code: 'SIP_ACCOUNT_LAST' } });
  for (const ordinal of ['2', '0', 'x', '1e0', '-1', '1.5']) {
    t.equal((await api.call('GET', `${path}/${ordinal}`)).status, 404, ordinal);
  }
  for (let i = 0; i < 4; i++) t.equal((await api.call('POST', path, { body: {} })).status, 201);
  t.match(await api.call('POST', path, { body: {} }), { status: 409, body: { code: 'SIP_ACCOUNT_LIMIT' } });
});

t.test('a mailbox of its own resource', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const extension = await api.extension(company.id, '1001');
  const path = `/extensions/${extension.id}/mailbox`;
  t.equal((await api.call('GET', path)).status, 404);
  t.equal((await api.call('PATCH', path, { body: {} })).status, 404);
  const made = await api.call('POST', path, { body: { email: 'a@example.com' } });
  t.match(made, {
    status: 201,
    headers: { location: `/api/v1${path}` },
    body: { extension: '1001', credentials: { pin: /^\d{6}$/ } },
  });
  t.match(await api.call('POST', path, { body: {} }), { status: 409, body: { code: 'MAILBOX_EXISTS' } });
  const changed = await api.call('PATCH', path, { body: { pin: '836291', email: null } });
  t.match(changed, { status: 200, body: { email: null, version: 2, credentials: undefined } });
  t.match(await api.call('PATCH', path, { body: { pin: '1001' } }), { status: 422, body: { code: 'PIN_WEAK' } });
  t.match((await api.call('GET', '/mailboxes?q=1001')).body, { total: 1, items: [{ extensionId: extension.id }] });
  t.equal((await api.call('DELETE', path)).status, 204);
  t.match((await api.call('GET', `/extensions/${extension.id}`)).body, { mailbox: null });
});

t.test('a merge patch reaches into the mailbox', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const extension = await api.extension(company.id, '1001', {
    mailbox: { email: 'a@example.com', timezone: 'Asia/Tokyo' },
  });
  const patch = (body: object) => api.call('PATCH', `/extensions/${extension.id}`, { body });
  t.match((await patch({ mailbox: { email: null } })).body.mailbox, { email: null, timezone: 'Asia/Tokyo' });
  t.match((await patch({ displayName: 'New' })).body, { displayName: 'New', mailbox: { timezone: 'Asia/Tokyo' } });
  t.match((await patch({ mailbox: null })).body, { mailbox: null });
  t.match((await patch({ mailbox: {} })).body, { mailbox: { email: null }, credentials: { pin: /^\d{6}$/ } });
});
