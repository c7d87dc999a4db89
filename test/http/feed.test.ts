import t, { type Test } from 'tap';
import type { LiveCall } from '../../src/domain/feed/call.ts';
import { serverFrameSchema } from '../../src/domain/feed/protocol.ts';
import { createTestApp, PUBLIC_URL } from '../support/app.ts';
import { liveCall as call, listen, openRaw, type RawFeed } from '../support/feed.ts';
import { people } from '../support/logins.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

t.test('the door', async (t) => {
  const { api, make, login } = await people(t);
  await make('anna', { role: 'administrator' });
  const url = await listen(api.app);
  const { token } = (await login('anna')).body;
  const cookie = `__Host-linekeeper=${token}`;

  await t.rejects(openRaw(url, {}), /HTTP 401 .*UNAUTHENTICATED/, 'closed without a login');
  await t.rejects(openRaw(url, bearer('lks_nobody')), /HTTP 401/, 'closed to an unknown session');
  await t.rejects(openRaw(url, { cookie, origin: 'https://evil.example' }), /HTTP 403 .*ORIGIN_REFUSED/);
  await t.rejects(openRaw(url, { cookie }), /HTTP 403 .*ORIGIN_REFUSED/, 'a cookie without an origin');
  await t.rejects(openRaw(`${url}?token=${token}`, {}), /HTTP 4/, 'a token in the address is none');
  const own = await openRaw(url, { cookie, origin: PUBLIC_URL });
  t.match(await own.next('hello'), { protocol: 1, pingSeconds: 20 });
  own.socket.terminate();
  t.match(await api.call('GET', '/live'), { status: 426, body: { code: 'UPGRADE_REQUIRED' } });

  await api.db.write((tx) => tx.session.updateMany({ data: { expiresAt: new Date(Date.now() - 1000) } }));
  await t.rejects(openRaw(url, bearer(token)), /HTTP 401/, 'closed to a session that is over');
});

t.test('too many connections are refused before they are opened', async (t) => {
  const api = await createTestApp(t, { feedLimits: { maxConnectionsPerLogin: 2, maxConnections: 3 } });
  const url = await listen(api.app);
  const [one, other] = [await api.token(['read']), await api.token(['read'])];
  const first = await openRaw(url, bearer(one));
  await openRaw(url, bearer(one));
  await t.rejects(openRaw(url, bearer(one)), /HTTP 503 .*FEED_BUSY/, 'of one login');
  await openRaw(url, bearer(other));
  await t.rejects(openRaw(url, bearer(other)), /HTTP 503 .*FEED_BUSY/, 'of all');
  first.socket.close();
  await first.ended;
  t.ok(await openRaw(url, bearer(other)), 'a place that was left is free');
});

t.test('snapshot, then numbered events, each to whom it concerns', async (t) => {
  const api = await createTestApp(t);
  const url = await listen(api.app);
  const [acme, other] = [(await api.company('acme')).id, (await api.company('other')).id];
  const { calls } = api.feed.topics;
  calls.set('1', call('1', acme), { companyId: acme });
  calls.set('2', call('2', other), { companyId: other });
  calls.set('3', call('3', null), { companyId: null });

  const all = await openRaw(url, bearer(await api.token(['calls:read'])));
  const own = await openRaw(url, bearer(await api.token(['calls:read'], { companyId: acme })));
  const blind = await openRaw(url, bearer(await api.token(['users:read'])));
  for (const one of [all, own, blind]) one.send({ type: 'subscribe', topic: 'calls' });
  const ids = ({ items }: { items: unknown[] }) => items.map((item) => (item as LiveCall).id);
  t.match(await all.next('snapshot').then(ids), ['1', '2', '3'], 'operators of the platform see all');
  const snapshot = await own.next('snapshot');
  t.same(ids(snapshot), ['1'], 'a company its own');
  t.match(snapshot, { stream: `calls/${acme}`, seq: 1, part: 0, isLast: true });
  t.match(await blind.next('error'), { code: 'FORBIDDEN', stream: 'calls' });
  own.send({ type: 'subscribe', topic: 'calls', companyId: other });
  t.match(await own.next('error'), { code: 'NOT_FOUND' }, 'another company is not there');
  own.send({ type: 'subscribe', topic: 'messages' });
  t.match(await own.next('error'), { code: 'FORBIDDEN' }, 'messages are for users');

  calls.set('1', call('1', acme), { companyId: acme });
  calls.set('2', call('2', other, { state: 'ringing' }), { companyId: other });
  calls.set('1', call('1', acme, { state: 'ringing' }), { companyId: acme });
  const told = await own.next('events');
  t.match(told, { after: 1, seq: 2, events: [{ seq: 2, op: 'set', id: '1', item: { state: 'ringing' } }] });
  t.equal(told.events.length, 1, 'what is set unchanged is no news, nor is another company');
  t.match(
    (await all.next('events')).events.map(({ seq }) => seq),
    [4, 5],
    'numbers of all are others',
  );

  calls.set('3', call('3', acme), { companyId: acme });
  t.match(
    (await own.next('events')).events,
    [{ seq: 3, op: 'set', id: '3' }],
    'a call whose company is found out comes',
  );
  calls.set('1', call('1', other), { companyId: other });
  t.match((await own.next('events')).events, [{ seq: 4, op: 'remove', id: '1' }], 'one that moves away leaves');
  calls.remove('3');
  t.match((await own.next('events')).events, [{ seq: 5, op: 'remove', id: '3' }]);
  calls.gap({ pbxId: api.pbxId, from: 1000, until: 2000, reason: 'away' });
  t.match((await own.next('events')).events, [{ seq: 6, op: 'gap', pbxId: api.pbxId, reason: 'away' }]);
  for (const frame of [...own.frames, ...all.frames, told]) serverFrameSchema.parse(frame);
  own.send({ type: 'unsubscribe', topic: 'calls' });
  own.send({ type: 'ping' });
  await own.next('pong');
  calls.set('9', call('9', acme), { companyId: acme });
  own.send({ type: 'ping' });
  await own.next('pong');
  t.notOk(
    own.frames.some(({ type }) => type === 'events'),
    'nothing comes after the end of a subscription',
  );
});

t.test('a filter shows what enters it and takes away what leaves it', async (t) => {
  const api = await createTestApp(t);
  const url = await listen(api.app);
  const acme = (await api.company('acme')).id;
  const { calls } = api.feed.topics;
  const at = (...extensionIds: string[]) => ({ companyId: acme, extensionIds, siteIds: ['here'], teamIds: ['blue'] });
  calls.set('1', call('1', acme), at('a', 'b'));
  const feed = await openRaw(url, bearer(await api.token(['calls:read'], { companyId: acme })));
  const filter = { extensionIds: ['a', 'x'], siteIds: ['here'], teamIds: ['red', 'blue'] };
  feed.send({ type: 'subscribe', topic: 'calls', filter });
  t.equal((await feed.next('snapshot')).items.length, 1);
  calls.set('1', call('1', acme, { state: 'ringing' }), at('b'));
  t.match((await feed.next('events')).events, [{ op: 'remove', id: '1' }], 'it left the extension');
  calls.set('1', call('1', acme, { state: 'held' }), at('b'));
  calls.set('2', call('2', acme), { companyId: acme, extensionIds: ['a'], siteIds: ['there'], teamIds: ['blue'] });
  calls.set('3', call('3', acme), at('x'));
  const told = await feed.next('events');
  t.match(
    told,
    { after: 2, seq: 5, events: [{ seq: 5, op: 'set', id: '3' }] },
    'only what passes, with the number of all',
  );
  t.equal(told.events.length, 1);
  feed.send({ type: 'subscribe', topic: 'calls' });
  t.equal((await feed.next('snapshot')).items.length, 3, 'subscribing again replaces the filter');
});

async function missed(
  t: Test,
  limits: { keepEvents?: number },
  between: (feed: Awaited<ReturnType<typeof createTestApp>>, acme: string) => Promise<void> | void,
) {
  const api = await createTestApp(t, { feedLimits: limits });
  const url = await listen(api.app);
  const acme = (await api.company('acme')).id;
  const token = await api.token(['calls:read'], { companyId: acme });
  api.feed.topics.calls.set('1', call('1', acme), { companyId: acme });
  const before = await openRaw(url, bearer(token));
  before.send({ type: 'subscribe', topic: 'calls' });
  const { epoch, seq } = await before.next('snapshot');
  before.socket.terminate();
  await before.ended;
  await between(api, acme);
  const feed = await openRaw(url, bearer(token));
  return { api, acme, feed, epoch, seq };
}

t.test('who comes back gets exactly what he missed', async (t) => {
  const { feed, epoch, seq, api, acme } = await missed(t, {}, ({ feed: { topics } }, company) => {
    for (let n = 0; n < 500; n++) topics.calls.set(`${n}`, call(`${n}`, company), { companyId: company });
    topics.calls.set('1', call('1', company, { state: 'held' }), { companyId: company });
    topics.calls.remove('0');
    topics.calls.set('foreign', call('foreign', 'other'), { companyId: 'other' });
  });
  feed.send({ type: 'subscribe', topic: 'calls', resume: { epoch, seq } });
  t.match(await feed.next('resumed'), { seq, epoch });
  const got: number[] = [];
  for (let after = seq; after < seq + 501; ) {
    const frame = await feed.next('events');
    t.equal(frame.after, after);
    got.push(...frame.events.map((event) => event.seq));
    after = frame.seq;
  }
  t.same(
    got,
    Array.from({ length: 501 }, (_, at) => seq + 1 + at),
    'every number once, in order',
  );
  api.feed.topics.calls.set('new', call('new', acme), { companyId: acme });
  t.match((await feed.next('events')).events, [{ id: 'new' }], 'and goes on');
  t.notOk(
    feed.frames.some(({ type }) => type === 'snapshot'),
    'without a snapshot',
  );
});

t.test('who was away for too long is told so and gets all anew', async (t) => {
  const { feed, epoch, seq } = await missed(t, { keepEvents: 100 }, ({ feed: { topics } }, company) => {
    for (let n = 0; n < 200; n++) topics.calls.set(`${n}`, call(`${n}`, company), { companyId: company });
  });
  feed.send({ type: 'subscribe', topic: 'calls', resume: { epoch, seq } });
  t.match(await feed.next('gap'), { reason: 'too-old' });
  t.equal((await feed.next('snapshot')).items.length, 200);
});

t.test('what nobody could come back for is not kept, and numbers go on', async (t) => {
  const api = await createTestApp(t, { feedLimits: { keepEventsSeconds: 0.001 } });
  const url = await listen(api.app);
  const { calls } = api.feed.topics;
  const token = await api.token(['calls:read']);
  calls.set('1', call('1', null), { companyId: null });
  calls.set('1', call('1', null, { state: 'ringing' }), { companyId: null });
  const first = await openRaw(url, bearer(token));
  first.send({ type: 'subscribe', topic: 'calls' });
  const { epoch, seq, items } = await first.next('snapshot');
  t.match({ seq, items }, { seq: 2, items: [{ id: '1', state: 'ringing' }] });
  first.socket.terminate();
  await first.ended;
  for (const state of ['answered', 'held', 'answered'] as const) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    calls.set('1', call('1', null, { state }), { companyId: null });
  }
  const back = await openRaw(url, bearer(token));
  back.send({ type: 'subscribe', topic: 'calls', resume: { epoch, seq } });
  t.match(await back.next('gap'), { reason: 'too-old' });
  t.match(await back.next('snapshot'), { items: [{ id: '1', state: 'answered' }] });
  calls.set('1', call('1', null, { state: 'answered' }), { companyId: null });
  calls.set('1', call('1', null, { state: 'ended' }), { companyId: null });
  const { events } = await back.next('events');
  t.match(events, [{ op: 'set', item: { state: 'ended' } }]);
  t.equal(events.length, 1, 'what is set again unchanged is still no news');
});

t.test('numbers of another start of the daemon, or of nobody, are a gap', async (t) => {
  const { feed, epoch, seq, acme } = await missed(t, {}, () => {});
  feed.send({ type: 'subscribe', topic: 'calls', resume: { epoch: 'former', seq } });
  t.match(await feed.next('gap'), { reason: 'restarted', stream: `calls/${acme}` });
  await feed.next('snapshot');
  feed.send({ type: 'subscribe', topic: 'calls', resume: { epoch, seq: seq + 10 } });
  t.match(await feed.next('gap'), { reason: 'too-old' });
});

t.test('a long snapshot comes in parts, and what changes meanwhile behind it', async (t) => {
  const api = await createTestApp(t);
  const url = await listen(api.app);
  const { calls } = api.feed.topics;
  const name = 'x'.repeat(1000);
  const set = (n: number, state: LiveCall['state']) =>
    calls.set(`${n}`, call(`${n}`, null, { state, to: { number: null, extensionId: null, name } }), {
      companyId: null,
    });
  for (let n = 0; n < 4000; n++) set(n, 'dialing');
  const feed = await openRaw(url, bearer(await api.token(['calls:read'])));
  feed.send({ type: 'subscribe', topic: 'calls' });
  const state = new Map<string, string>();
  let isLast = false;
  for (let part = 0; !isLast; part++) {
    const frame = await feed.next('snapshot');
    t.equal(frame.part, part);
    for (const item of frame.items as LiveCall[]) state.set(item.id, item.state);
    isLast = frame.isLast;
    if (part === 1) for (let n = 0; n < 4000; n += 2) set(n, 'ringing');
    if (part === 2) calls.remove('3999');
  }
  calls.set('end', call('end', null), { companyId: null });
  for (let isEnd = false; !isEnd; ) {
    for (const event of (await feed.next('events')).events) {
      if (event.op === 'set') state.set(event.id, (event.item as LiveCall).state);
      else if (event.op === 'remove') state.delete(event.id);
      isEnd ||= event.op === 'set' && event.id === 'end';
    }
  }
  t.equal(state.size, 4000);
  t.equal([...state.values()].filter((one) => one === 'ringing').length, 2000);
});

t.test('a login that ends takes its sockets along', async (t) => {
  const world = await people(t);
  const { api, make, login, setRoles } = world;
  const anna = await make('anna', { role: 'administrator' });
  await make('boss', { role: 'administrator' });
  const url = await listen(api.app);
  const open = async (): Promise<RawFeed> => openRaw(url, bearer((await login('anna')).body.token));
  const within = async (feed: RawFeed, what: string) => {
    const since = performance.now();
    t.match(await feed.ended, { code: 4401 }, what);
    t.ok(performance.now() - since < 1000, `${what}: within a second`);
  };

  const [first, second] = [await open(), await open()];
  const { id } = await api.db.read.session.findFirstOrThrow({ orderBy: { createdAt: 'asc' } });
  await api.call('DELETE', `/sessions/${id}`);
  await within(first, 'one session ended');
  second.send({ type: 'ping' });
  t.ok(await second.next('pong'), 'the other one of the same user lives on');
  await api.call('POST', `/users/${anna}/disable`, { body: {} });
  await within(second, 'the account disabled');
  await api.call('POST', `/users/${anna}/enable`, { body: {} });

  const third = await open();
  await setRoles(anna, ['user']);
  await within(third, 'the role taken away');
  const token = await api.token(['read']);
  const fourth = await openRaw(url, bearer(token));
  await api.db.write((tx) => tx.apiToken.deleteMany({ where: { scopes: '["read"]' } }));
  await within(fourth, 'the token deleted');
  const fifth = await openRaw(url, bearer(await api.token(['read'])));
  await api.feed.stop();
  t.match(await fifth.ended, { code: 1001 }, 'a daemon that stops says so');
});

t.test('what is no frame ends the connection', async (t) => {
  const api = await createTestApp(t);
  const url = await listen(api.app);
  const token = await api.token(['read']);
  const bomb = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const hostile: [string, string | Buffer, number][] = [
    ['no JSON', '{', 4400],
    ['an unknown type', '{"type":"admin"}', 4400],
    ['an unknown member', '{"type":"ping","x":1}', 4400],
    ['bytes', Buffer.from('{"type":"ping"}'), 4400],
    ['a prototype', '{"type":"subscribe","topic":"__proto__"}', 4400],
    ['nothing but brackets', bomb, 4400],
    ['a long frame', 'x'.repeat(70_000), 1009],
  ];
  for (const [what, text, code] of hostile) {
    const feed = await openRaw(url, bearer(token));
    feed.socket.send(text);
    t.match(await feed.ended, { code }, what);
  }
  const eager = await openRaw(url, bearer(token));
  for (let n = 0; n < 150; n++) eager.send({ type: 'ping' });
  t.match(await eager.ended, { code: 4429 }, 'too many frames');
});
