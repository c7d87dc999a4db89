import t from 'tap';
import type { LiveCall } from '../../src/domain/feed/call.ts';
import { callRoutes } from '../../src/http/routes/calls.ts';
import { createTestApp } from '../support/app.ts';
import { liveCall as call } from '../support/live-call.ts';

const CALLS = [
  call('1.10'),
  call('1.12', { state: 'ringing', to: { number: '1003', name: null, extensionId: 'x-1003' } }),
  call('1.11', { companyId: 'beta', parties: [] }),
  call('1.13', { state: 'ended' }),
  call('1.14', { companyId: null }),
];
const live = { calls: () => CALLS };

t.test('calls', async (t) => {
  const api = await createTestApp(t, { plugins: [callRoutes(live)] });
  const acme = await api.token(['calls:read'], { companyId: 'acme' });
  const ids = async (query: string, token?: string) => {
    const { status, body } = await api.call('GET', `/calls${query}`, token === undefined ? {} : { token });
    t.equal(status, 200);
    return body.items.map(({ id }: LiveCall) => id);
  };

  await t.test('are listed newest first, without those that ended', async (t) => {
    t.same(await ids(''), ['1.14', '1.12', '1.11', '1.10']);
    t.same(await ids('?state=ended'), ['1.13']);
    t.same(await ids('?state=ringing'), ['1.12']);
    t.same(await ids('?companyId=beta'), ['1.11']);
    t.same(await ids('?extensionId=x-1003'), ['1.12']);
    t.same(await ids('?extensionId=x-1001&companyId=acme'), ['1.12', '1.10']);
    t.same(await ids('?pbxId=other'), []);
  });

  await t.test('come in pages', async (t) => {
    const first = await api.call('GET', '/calls?limit=3');
    t.match(first.body, { total: 4, items: { length: 3 } });
    const second = await api.call('GET', `/calls?limit=3&cursor=${first.body.nextCursor}`);
    t.match(second.body, { items: [{ id: '1.10' }], nextCursor: null });
    t.match(await api.call('GET', '/calls?cursor=e30'), { status: 400, body: { code: 'CURSOR_INVALID' } });
    t.match(await api.call('GET', '/calls?state=loud'), { status: 400 });
  });

  await t.test('of another company, or of none, are not there', async (t) => {
    t.same(await ids('', acme), ['1.12', '1.10']);
    t.same(await ids('?companyId=beta', acme), []);
    for (const id of ['1.11', '1.14', '9.9']) {
      t.match(await api.call('GET', `/calls/${id}`, { token: acme }), { status: 404, body: { code: 'NOT_FOUND' } });
    }
    t.match(await api.call('GET', '/calls/1.11'), { status: 200, body: { companyId: 'beta' } });
    t.match(await api.call('GET', '/calls/1.10', { token: acme }), {
      status: 200,
      body: { parties: [{ name: '<script>' }] },
    });
  });

  await t.test('need a permission', async (t) => {
    const token = await api.token(['users:read']);
    t.match(await api.call('GET', '/calls', { token }), { status: 403 });
    t.match(await api.call('GET', '/calls/1.10', { token }), { status: 403 });
  });
});
