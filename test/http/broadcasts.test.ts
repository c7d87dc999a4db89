import pino from 'pino';
import t, { type Test } from 'tap';
import { LinekeeperError } from '../../src/errors.ts';
import { createBroadcaster } from '../../src/people/broadcaster.ts';
import type { PhoneMessage, PhoneMessages } from '../../src/people/phone-messages.ts';
import { MY_MESSAGES } from '../../src/store/queries/messages.ts';
import { readPage } from '../../src/store/queries/page.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { until } from '../support/asterisk.ts';
import { startMailer } from '../support/mailer.ts';
import { startSmtp } from '../support/smtp.ts';

const DAY = 86_400_000;

/** An app with a company and its people. Phones are a list of what they were sent; how they get it is tested with Asterisk. */
async function setup(t: Test) {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  let passed = 0;
  const sent: PhoneMessage[] = [];
  const self = {
    api,
    company,
    sent,
    registered: new Map<string, number>(),
    failure: undefined as LinekeeperError | undefined,
    pass(ms: number) {
      passed += ms;
    },
    async person(username: string, more: Json = {}): Promise<string> {
      const body = { companyId: company.id, username, firstName: 'F', lastName: username, ...more };
      return (await api.call('POST', '/users', { body })).body.id;
    },
    create: (more: Json = {}) =>
      api.call('POST', '/broadcasts', {
        body: {
          companyId: company.id,
          text: 'We close at noon.',
          category: 'Notice',
          target: { everyone: true },
          ...more,
        },
      }),
    one: async (id: string) => (await api.call('GET', `/broadcasts/${id}`)).body,
    deliveries: async (id: string, query = '') =>
      (await api.call('GET', `/broadcasts/${id}/deliveries?${query}`)).body.items as Json[],
    until: (id: string, state: string) =>
      until(async () => {
        broadcaster.poke();
        const body = await self.one(id);
        return body.state === state ? body : undefined;
      }, `the broadcast to be ${state}`),
    start(db = api.db) {
      broadcaster = make(db);
      broadcaster.start();
      t.teardown(() => broadcaster.stop());
      return broadcaster;
    },
  };
  const phones: PhoneMessages = {
    longest: 756,
    async send(message) {
      if (self.failure !== undefined) throw self.failure;
      sent.push(message);
      return self.registered.get(message.endpoint) ?? 0;
    },
  };
  const log = pino({ level: 'silent' });
  const make = (db: TestApp['db']) =>
    createBroadcaster({ db, phones, domain: 'pbx.example.org', log, now: () => Date.now() + passed });
  let broadcaster = make(api.db);
  return self;
}

const counts = (channel: Json) => ({ waiting: 0, delivered: 0, failed: 0, unreachable: 0, ...channel });

t.test('a broadcast reaches everyone by every channel, and each delivery is counted', async (t) => {
  const test = await setup(t);
  const ann = await test.person('ann', { email: 'ann@acme.example', language: 'de' });
  const ben = await test.person('ben@acme.example');
  const carl = await test.person('carl');
  await test.api.extension(test.company.id, '1001', { userId: ann });
  await test.api.extension(test.company.id, '1002', { userId: ben });
  test.registered.set('1001', 2);
  const smtp = await startSmtp(t);
  startMailer(t, test.api.db, { smtp, folder: test.api.folder });
  test.start();
  const made = await test.create({ text: 'First line\r\nsecond "line"' });
  t.match(made, { status: 201, body: { text: 'First line\nsecond "line"', channels: ['feed', 'mail', 'sip'] } });
  t.equal(made.headers.location, `/api/v1/broadcasts/${made.body.id}`);
  await test.until(made.body.id, 'sent');
  const mail = await smtp.waitFor(({ envelope }) => envelope.to[0] === 'ann@acme.example');
  t.match(mail, { subject: 'Notice: eine Nachricht von acme', text: /^First line\nsecond "line"\n/ });
  await smtp.waitFor(
    ({ envelope }) => envelope.to[0] === 'ben@acme.example',
    'the mail to who is named like an address',
  );
  const done = await until(async () => {
    const body = await test.one(made.body.id);
    return body.counts.mail.waiting === 0 ? body : undefined;
  }, 'the deliveries to follow the mails');
  t.same(done.counts, {
    feed: counts({ delivered: 3 }),
    mail: counts({ delivered: 2, unreachable: 1 }),
    sip: counts({ delivered: 1, unreachable: 2 }),
  });
  t.match(await test.deliveries(made.body.id, `userId=${carl}&sort=-at`), [
    { username: 'carl', state: 'unreachable' },
    { username: 'carl', state: 'unreachable' },
    { username: 'carl', channel: 'feed', state: 'delivered' },
  ]);
  t.match(await test.deliveries(made.body.id, 'channel=sip&state=delivered'), [{ userId: ann, detail: '2 phones' }]);
  t.match(await test.deliveries(made.body.id, 'channel=mail&state=unreachable'), [{ detail: 'no e-mail address' }]);
  t.match(
    test.sent.find(({ endpoint }) => endpoint === '1001'),
    {
      pbxId: test.api.pbxId,
      from: '"acme" <sip:linekeeper@pbx.example.org>',
      parts: ['First line\nsecond "line"'],
    },
  );
  const events = (await test.api.call('GET', `/activity?objectId=${made.body.id}`)).body.items;
  t.match(events, [
    { action: 'broadcast.sent', actor: 'system', details: { deliveries: 9 } },
    { action: 'broadcast.created' },
  ]);
});

t.test('people and groups are named; who is meant twice gets it once, who is not active not at all', async (t) => {
  const test = await setup(t);
  const annId = await test.person('ann');
  const benId = await test.person('ben');
  const carlId = await test.person('carl');
  await test.person('dora');
  const now = new Date();
  await test.api.db.write(async (tx) => {
    const group = { companyId: test.company.id, kind: 'team', name: 'Night', createdAt: now, updatedAt: now };
    await tx.userGroup.create({ data: { id: 'night', ...group } });
    for (const userId of [annId, benId, carlId])
      await tx.userGroupMember.create({ data: { groupId: 'night', userId } });
    await tx.user.update({ where: { id: carlId }, data: { state: 'disabled' } });
  });
  test.start();
  const target = { userIds: [annId], groupIds: ['night'] };
  const { body } = await test.create({ target, channels: ['feed'] });
  await test.until(body.id, 'sent');
  t.same((await test.deliveries(body.id)).map(({ username }) => username).sort(), ['ann', 'ben']);
});

t.test('it waits for its time, and can be changed and canceled until then', async (t) => {
  const test = await setup(t);
  await test.person('ann');
  test.start();
  const sendAt = new Date(Date.now() + 2 * DAY).toISOString();
  const { body } = await test.create({ sendAt });
  const other = (await test.create({ sendAt })).body;
  const path = `/broadcasts/${body.id}`;
  const later = new Date(Date.now() + 3 * DAY).toISOString();
  const patch = { text: 'We close at one.', sendAt: later };
  t.match(await test.api.call('PATCH', path, { body: patch }), { status: 200, body: { ...patch, version: 2 } });
  t.equal((await test.api.call('PATCH', path, { body: { text: 'x' }, headers: { 'if-match': '"1"' } })).status, 412);
  test.pass(2.5 * DAY);
  await test.until(other.id, 'sent');
  t.match(await test.one(body.id), { state: 'scheduled' });
  t.match(await test.api.call('POST', `${path}/cancel`), { status: 200, body: { state: 'canceled' } });
  test.pass(DAY);
  const marker = (await test.create()).body;
  await test.until(marker.id, 'sent');
  t.match(await test.one(body.id), { state: 'canceled', counts: { feed: counts({}) } });
  for (const id of [body.id, other.id]) {
    const refused = { status: 409, body: { code: 'BROADCAST_STATE_INVALID' } };
    t.match(await test.api.call('POST', `/broadcasts/${id}/cancel`), refused);
    t.match(await test.api.call('PATCH', `/broadcasts/${id}`, { body: { text: 'x' } }), refused);
  }
  const actions = (await test.api.call('GET', `/activity?objectId=${body.id}`)).body.items;
  t.match(actions, [
    { action: 'broadcast.canceled' },
    { action: 'broadcast.updated', details: { text: ['We close at noon.', 'We close at one.'] } },
    { action: 'broadcast.created' },
  ]);
});

t.test('a link that is down is waited for, but not for long', async (t) => {
  const test = await setup(t);
  const ann = await test.person('ann');
  await test.api.extension(test.company.id, '1001', { userId: ann });
  test.registered.set('1001', 1);
  test.failure = new LinekeeperError('PBX_UNREACHABLE', 'the PBX is away');
  const broadcaster = test.start();
  const first = (await test.create({ channels: ['sip'] })).body;
  await test.until(first.id, 'sending');
  broadcaster.poke();
  t.match((await test.one(first.id)).counts.sip, { waiting: 1 });
  test.failure = undefined;
  await test.until(first.id, 'sent');
  t.match(await test.deliveries(first.id), [{ state: 'delivered', detail: '1 phone' }]);
  test.failure = new LinekeeperError('PBX_UNREACHABLE', 'the PBX is away');
  const second = (await test.create({ channels: ['sip'] })).body;
  await test.until(second.id, 'sending');
  test.pass(121_000);
  await test.until(second.id, 'sent');
  t.match(await test.deliveries(second.id), [{ state: 'failed', detail: 'the PBX is away' }]);
});

t.test('what a stop cut off goes on after the start, and nobody gets a second mail', async (t) => {
  const test = await setup(t);
  for (let n = 0; n < 130; n++) await test.person(`u${n}`, { email: `u${n}@acme.example` });
  const { db } = test.api;
  let writes = 0;
  const write: typeof db.write = (work) => {
    // begun, and the first hundred queued
    if (++writes > 2) return Promise.reject(new Error('the daemon died'));
    return db.write(work);
  };
  const { body } = await test.create({ channels: ['mail'] });
  const first = test.start({ ...db, write });
  await until(async () => (await db.read.mail.count()) === 100, 'the first mails');
  await first.stop();
  t.match(await test.one(body.id), { state: 'sending' });
  test.start();
  await test.until(body.id, 'sent');
  const mails = await db.read.mail.findMany({ select: { to: true } });
  t.equal(mails.length, 130);
  t.equal(new Set(mails.map(({ to }) => to)).size, 130);
});

t.test('a mail that fails, is canceled or tried again takes its delivery along', async (t) => {
  const test = await setup(t);
  await test.person('ann', { email: 'ann@acme.example' });
  test.start();
  const { body } = await test.create({ channels: ['mail'] });
  await test.until(body.id, 'sent');
  const [{ mailId } = { mailId: '' }] = await test.deliveries(body.id);
  t.match(await test.deliveries(body.id), [{ state: 'waiting' }]);
  const smtp = await startSmtp(t, { faults: { permanent: 'rcpt' } });
  startMailer(t, test.api.db, { smtp, folder: test.api.folder });
  const isIn = (state: string) => async () => (await test.deliveries(body.id))[0]?.state === state;
  await until(isIn('failed'), 'the delivery to fail');
  t.match(await test.deliveries(body.id), [{ detail: /550/ }]);
  smtp.faults.permanent = undefined;
  t.equal((await test.api.call('POST', `/mails/${mailId}/retry`)).status, 200);
  await until(isIn('delivered'), 'the delivery to come true');
});

t.test('what cannot be sent is refused, field by field', async (t) => {
  const test = await setup(t);
  const other = await test.api.company('beta');
  const body = { companyId: other.id, username: 'eve', firstName: 'E', lastName: 'V' };
  const stranger = (await test.api.call('POST', '/users', { body })).body.id;
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const cases: [more: Json, status: number, path: string, code: string][] = [
    [{ text: '' }, 400, 'text', 'TEXT_EMPTY'],
    [{ text: 'x'.repeat(1001) }, 400, 'text', 'TEXT_TOO_LONG'],
    [{ text: 'a\u0000b' }, 400, 'text', 'TEXT_CONTROL_CHARACTER'],
    [{ text: 'a\u202eb' }, 400, 'text', 'TEXT_BIDI_CONTROL'],
    [{ text: 'a\ud800b' }, 400, 'text', 'TEXT_NOT_UNICODE'],
    [{ category: 'a\nb' }, 400, 'category', 'TEXT_CONTROL_CHARACTER'],
    [{ channels: ['feed', 'feed'] }, 400, 'channels', 'CHANNELS_REPEATED'],
    [{ sendAt: at(-DAY) }, 400, 'sendAt', 'SEND_AT_PAST'],
    [{ sendAt: at(400 * DAY) }, 400, 'sendAt', 'SEND_AT_FAR'],
    [{ target: { userIds: [stranger] } }, 422, 'target.userIds', 'REFERENCE_INVALID'],
    [{ target: { groupIds: ['none'] } }, 422, 'target.groupIds', 'REFERENCE_INVALID'],
    [{ companyId: 'none' }, 422, 'companyId', 'REFERENCE_INVALID'],
  ];
  for (const [more, status, path, code] of cases) {
    t.match(await test.create(more), { status, body: { errors: [{ path, code }] } }, JSON.stringify(more).slice(0, 60));
  }
  for (const target of [{}, { userIds: [] }, { everyone: false }, { everyone: true, userIds: ['x'] }]) {
    t.equal((await test.create({ target })).status, 400, JSON.stringify(target));
  }
  t.equal((await test.api.call('GET', '/broadcasts')).body.total, 0);
  t.match(
    await test.api.call('POST', '/broadcasts?dryRun=true', {
      body: { companyId: test.company.id, text: 'x', category: 'x', target: { everyone: true } },
    }),
    { status: 200, body: { dryRun: true } },
  );
  t.equal(await test.api.db.read.broadcast.count(), 0);
});

t.test('broadcasts of another company do not exist, and sending takes messages:write', async (t) => {
  const test = await setup(t);
  const { api } = test;
  const beta = await api.company('beta');
  const { body } = await test.create({ sendAt: new Date(Date.now() + DAY).toISOString() });
  const token = await api.token(['messages:write', 'read'], { companyId: beta.id });
  t.equal((await api.call('GET', '/broadcasts', { token })).body.total, 0);
  const calls = [
    ['GET', ''],
    ['GET', '/deliveries'],
    ['POST', '/cancel'],
  ] as const;
  for (const [method, tail] of calls) {
    t.equal((await api.call(method, `/broadcasts/${body.id}${tail}`, { token })).status, 404, `${method} ${tail}`);
  }
  t.equal((await api.call('PATCH', `/broadcasts/${body.id}`, { token, body: { text: 'x' } })).status, 404);
  const reader = await api.token(['read'], { companyId: test.company.id });
  t.equal((await api.call('GET', `/broadcasts/${body.id}`, { token: reader })).status, 200);
  t.equal((await api.call('POST', `/broadcasts/${body.id}/cancel`, { token: reader })).status, 403);
  t.match(await api.call('GET', '/me/messages', { token: reader }), { status: 200, body: { total: 0, items: [] } });
});

t.test('a person finds what was sent to him in his feed', async (t) => {
  const test = await setup(t);
  const ann = await test.person('ann');
  await test.person('ben');
  test.start();
  const { body } = await test.create({ target: { userIds: [ann] } });
  await test.until(body.id, 'sent');
  const everyone = (await test.create({ channels: ['mail'] })).body;
  await test.until(everyone.id, 'sent');
  const request = { sort: 'at', descending: true, limit: 10, after: undefined, q: undefined, filters: { userId: ann } };
  const page = await readPage(test.api.db.read, MY_MESSAGES, request);
  t.match(page.items, [{ id: body.id, text: 'We close at noon.', company: 'acme', category: 'Notice', at: String }]);
  t.equal(page.total, 1);
});
