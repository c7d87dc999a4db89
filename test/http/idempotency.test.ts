import t from 'tap';
import { createTestApp, type Json } from '../support/app.ts';

const number = (companyId: string, e164 = '+4930123456') => ({ companyId, e164 });
const key = (value: string) => ({ 'idempotency-key': value });

t.test('the same request again gets the stored answer and has no second effect', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const request = { body: { companyId, displayName: 'Ann', mailbox: {} }, headers: key('one') };
  const first = await api.call('POST', '/extensions', request);
  const again = await api.call('POST', '/extensions', request);
  t.equal(first.status, 201);
  t.equal(first.headers['idempotency-replayed'], undefined);
  t.equal(again.status, 201);
  t.equal(again.headers['idempotency-replayed'], 'true');
  t.equal(again.headers.location, first.headers.location);
  t.equal(again.headers.etag, first.headers.etag);
  t.same(again.body, first.body, 'with the SIP secret and the PIN that were shown the first time');
  t.match(first.body.credentials, { secret: /^[A-Za-z0-9]{24}$/, pin: /^[0-9]{6}$/ });
  t.equal((await api.call('GET', '/extensions')).body.total, 1);
});

t.test('fields in another order are the same request; another value, path or query is not', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const headers = key('k');
  t.equal((await api.call('POST', '/numbers', { body: { companyId, e164: '+4930123456' }, headers })).status, 201);
  const turned = await api.call('POST', '/numbers', { body: { e164: '+4930123456', companyId }, headers });
  t.equal(turned.headers['idempotency-replayed'], 'true');
  for (const [path, body] of [
    ['/numbers', number(companyId, '+4930123457')],
    ['/numbers/ranges', { companyId, from: '+4930123456', to: '+4930123457' }],
    ['/numbers?dryRun=false', number(companyId)],
  ] as const) {
    t.match(
      await api.call('POST', path, { body, headers }),
      { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } },
      path,
    );
  }
});

t.test('of parallel requests with one key one has the effect, the others wait their turn or replay', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const request = { body: { companyId, displayName: 'Ann' }, headers: key('k') };
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.call('POST', '/extensions', request)));
  const fresh = answers.filter(
    ({ status, headers }) => status === 201 && headers['idempotency-replayed'] === undefined,
  );
  t.equal(fresh.length, 1);
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    t.match(answer, { status: 409, body: { code: 'IDEMPOTENCY_IN_PROGRESS' }, headers: { 'retry-after': '1' } });
  }
  t.equal((await api.call('GET', '/extensions')).body.total, 1);
});

t.test('a refused request is judged anew: its key is free', async (t) => {
  const api = await createTestApp(t);
  const headers = key('k');
  t.equal((await api.call('POST', '/numbers', { body: number('nobody'), headers })).status, 422);
  const { id: companyId } = await api.company('acme');
  t.equal((await api.call('POST', '/numbers', { body: number(companyId), headers })).status, 201);
});

t.test('a dry run takes no key', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const headers = key('k');
  t.equal((await api.call('POST', '/numbers?dryRun=true', { body: number(companyId), headers })).status, 200);
  t.equal((await api.call('POST', '/numbers', { body: number(companyId), headers })).status, 201);
});

t.test('two callers may choose the same key', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const other = await api.token(['admin']);
  await api.call('POST', '/numbers', { body: number(companyId), headers: key('k') });
  const answer = await api.call('POST', '/numbers', {
    body: number(companyId, '+4930123457'),
    headers: key('k'),
    token: other,
  });
  t.equal(answer.status, 201);
});

t.test('actions replay too: a rotated secret stays the one that was shown', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const extension = await api.extension(company.id, '1001');
  const path = `/extensions/${extension.id}/accounts/1/rotate`;
  const first = await api.call('POST', path, { headers: key('k') });
  t.equal(first.status, 200);
  const again = await api.call('POST', path, { headers: key('k') });
  t.same(again.body, first.body);
  t.not(first.body.credentials.secret, extension.credentials.secret);
  t.equal((await api.call('GET', `/extensions/${extension.id}`)).body.version, first.body.version);
});

t.test('keys that are none', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  for (const bad of ['', 'x'.repeat(256), 'a b', 'ä']) {
    const answer = await api.call('POST', '/numbers', { body: number(companyId), headers: key(bad) });
    t.match(answer, { status: 400, body: { code: 'VALIDATION_FAILED' } }, JSON.stringify(bad.slice(0, 10)));
  }
});

t.test('stored answers are sealed, survive a restart, and are dropped after two days', async (t) => {
  const before = await createTestApp(t);
  const company = await before.company('acme');
  const token = await before.token(['admin']);
  const request = { body: { companyId: company.id, displayName: 'Ann' }, headers: key('k'), token };
  const first = await before.call('POST', '/extensions', request);
  const row = await before.db.read.idempotencyKey.findFirstOrThrow({ where: { key: 'k' } });
  t.notMatch(JSON.stringify(row), first.body.credentials.secret, 'no secret lies in the table');

  const after = await before.restart();
  t.same((await after.call('POST', '/extensions', request)).body, first.body, 'a restart forgets no key');

  const longAgo = new Date(Date.now() - 50 * 3600_000);
  await after.db.write((tx) => tx.idempotencyKey.updateMany({ data: { createdAt: longAgo } }));
  const late = await after.call('POST', '/extensions', request);
  t.equal(late.headers['idempotency-replayed'], undefined, 'after two days the key is forgotten');
  t.not(late.body.id, first.body.id);
  t.equal(await after.db.read.idempotencyKey.count(), 1, 'old rows go');
});

t.test('a failure after the work leaves neither the effect nor the key', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const request = { body: number(companyId), headers: key('k') };
  const { seal } = api.db;
  const real = seal.seal;
  seal.seal = (plain, purpose) => {
    if (purpose.startsWith('IdempotencyKey')) throw new Error('no more disk');
    return real(plain, purpose);
  };
  t.equal((await api.call('POST', '/numbers', request)).status, 500);
  seal.seal = real;
  t.equal((await api.call('GET', '/numbers')).body.total, 0);
  const again: Json = await api.call('POST', '/numbers', request);
  t.match(again, { status: 201, headers: { 'idempotency-replayed': undefined } });
});
