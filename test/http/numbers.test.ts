import t from 'tap';
import { endQuarantines } from '../../src/lines/numbers.ts';
import { createTestApp, type Json } from '../support/app.ts';

async function setUp(t: Parameters<typeof createTestApp>[0], more: Json = {}) {
  const api = await createTestApp(t);
  const company = await api.company('acme', more);
  const extension = await api.extension(company.id, '1001');
  const make = async (e164: string) =>
    (await api.call('POST', '/numbers', { body: { companyId: company.id, e164 } })).body;
  const act = (number: Json, action: string, body: object = {}) =>
    api.call('POST', `/numbers/${number.id}/${action}`, { body });
  const marks = () => api.db.read.outbox.count({ where: { ownerType: 'number' } });
  return { api, company, extension, make, act, marks };
}

t.test('the life of a number, with its history', async (t) => {
  const { api, extension, make, act, marks } = await setUp(t);
  const number = await make('+4930123456');
  t.match(number, { state: 'spare', extension: null, sync: { state: 'synced' } });
  t.match((await act(number, 'reserve')).body, { state: 'reserved' });
  t.equal(await marks(), 0, 'the PBX does not know a number that rings nowhere');
  const assigned = await act(number, 'assign', { extensionId: extension.id });
  t.match(assigned.body, { state: 'assigned', extension: { number: '1001' }, sync: { state: 'pending' }, version: 3 });
  t.equal(await marks(), 1);
  t.match((await api.call('GET', `/extensions/${extension.id}`)).body.phoneNumbers, [{ e164: '+4930123456' }]);
  t.match((await act(number, 'assign', { extensionId: extension.id })).body, { version: 3 }, 'again is no change');
  const released = (await act(number, 'release')).body;
  t.match(released, { state: 'quarantined', extension: null });
  const days = (Date.parse(released.quarantinedUntil) - Date.now()) / 86_400_000;
  t.ok(days > 29.9 && days <= 30, `${days} days`);
  t.match((await act(number, 'spare')).body, { state: 'spare', quarantinedUntil: null });
  const history = (await api.call('GET', `/numbers/${number.id}/history`)).body;
  t.match(
    history.items.map((event: Json) => [event.fromState, event.toState, event.extension]),
    [
      ['quarantined', 'spare', null],
      ['assigned', 'quarantined', '1001'],
      ['reserved', 'assigned', '1001'],
      ['spare', 'reserved', null],
      [null, 'spare', null],
    ],
  );
  const newest = (await api.call('GET', `/numbers/${number.id}/history?limit=2`)).body;
  const older = (await api.call('GET', `/numbers/${number.id}/history?limit=5&cursor=${newest.nextCursor}`)).body;
  t.equal(older.items.length, 3);
});

t.test('moves that are none', async (t) => {
  const { extension, make, act } = await setUp(t);
  const number = await make('+4930123456');
  const to = { extensionId: extension.id };
  t.match(await act(number, 'release'), { status: 409, body: { code: 'CONFLICT', details: { from: 'spare' } } });
  t.equal((await act(number, 'spare')).status, 409);
  await act(number, 'assign', to);
  t.equal((await act(number, 'reserve')).status, 409);
  await act(number, 'release');
  t.match(await act(number, 'assign', to), { status: 409, body: { code: 'NUMBER_NOT_ASSIGNABLE' } });
  t.match(await act(number, 'assign', { extensionId: 'nobody' }), { status: 409 });
  await act(number, 'spare');
  t.match(await act(number, 'assign', { extensionId: 'nobody' }), {
    status: 422,
    body: { errors: [{ path: 'extensionId' }] },
  });
});

t.test('a company without quarantine has its numbers back at once', async (t) => {
  const { extension, make, act } = await setUp(t, { quarantineDays: 0 });
  const number = await make('+4930123456');
  await act(number, 'assign', { extensionId: extension.id });
  t.match((await act(number, 'release')).body, { state: 'spare', quarantinedUntil: null });
});

t.test('quarantines end by themselves, when their days are over', async (t) => {
  const { api, extension, make, act } = await setUp(t);
  const number = await make('+4930123456');
  await act(number, 'assign', { extensionId: extension.id });
  await act(number, 'release');
  const at = (days: number) => new Date(Date.now() + days * 86_400_000);
  t.equal(await api.db.write((tx) => endQuarantines(tx, at(29))), 0);
  t.equal(await api.db.write((tx) => endQuarantines(tx, at(31))), 1);
  t.match((await api.call('GET', `/numbers/${number.id}`)).body, { state: 'spare' });
  t.match((await api.call('GET', `/numbers/${number.id}/history`)).body.items[0], { actor: 'system' });
});

t.test('a block of numbers: all or none', async (t) => {
  const { api, company } = await setUp(t);
  const add = (from: string, to: string) =>
    api.call('POST', '/numbers/ranges', { body: { companyId: company.id, from, to, note: 'carrier' } });
  t.match(await add('+493012345000', '+493012345999'), { status: 201, body: { count: 1000 } });
  const page = (await api.call('GET', '/numbers?limit=1&sort=-e164')).body;
  t.match(page, { total: 1000, items: [{ e164: '+493012345999', note: 'carrier', state: 'spare' }] });
  t.match(await add('+493012345990', '+493012346010'), {
    status: 409,
    body: { code: 'NUMBER_TAKEN', details: { count: 10 } },
  });
  t.equal((await api.call('GET', '/numbers')).body.total, 1000);
  for (const [from, to] of [
    ['+493012347000', '+493012348000'],
    ['+493012347009', '+493012347000'],
    ['+49301234700', '+493012347009'],
  ] as const) {
    t.match(await add(from, to), { status: 400, body: { errors: [{ code: 'RANGE_INVALID' }] } }, `${from} to ${to}`);
  }
});

t.test('a number is known once, in all companies, and an assigned one is not forgotten', async (t) => {
  const { api, extension, make, act } = await setUp(t);
  const other = await api.company('beta');
  const number = await make('+4930123456');
  const again = { companyId: other.id, e164: '+4930123456' };
  t.match(await api.call('POST', '/numbers', { body: again }), { status: 409, body: { code: 'NUMBER_TAKEN' } });
  await act(number, 'assign', { extensionId: extension.id });
  t.equal((await api.call('DELETE', `/numbers/${number.id}`)).status, 409);
  await act(number, 'release');
  t.equal((await api.call('DELETE', `/numbers/${number.id}`)).status, 204);
  t.equal((await api.call('POST', '/numbers', { body: again })).status, 201);
});

t.test('what is no phone number', async (t) => {
  const { api, company } = await setUp(t);
  for (const e164 of [
    '',
    '030123456',
    '4930123456',
    '+49 30 123456',
    '+0123456',
    '+49',
    `+49${'1'.repeat(20)}`,
    '+4930123456\r\n',
  ]) {
    const answer = await api.call('POST', '/numbers', { body: { companyId: company.id, e164 } });
    t.match(answer, { status: 400, body: { errors: [{ path: 'e164', code: 'E164_INVALID' }] } }, JSON.stringify(e164));
  }
});

t.test('the number of a deleted extension goes into quarantine', async (t) => {
  const { api, extension, make, act } = await setUp(t);
  const number = await make('+4930123456');
  await act(number, 'assign', { extensionId: extension.id });
  t.equal((await api.call('DELETE', `/extensions/${extension.id}`)).status, 204);
  t.match((await api.call('GET', `/numbers/${number.id}`)).body, { state: 'quarantined', extension: null });
});
