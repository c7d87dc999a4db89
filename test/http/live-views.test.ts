import { parse } from 'csv-parse/sync';
import t, { type Test } from 'tap';
import type { LiveMailbox, LiveRegistration } from '../../src/domain/feed/registration.ts';
import { liveMetrics } from '../../src/http/plugins/live-metrics.ts';
import { registrationRoutes } from '../../src/http/routes/registrations.ts';
import { startOfDay, summaryRoutes } from '../../src/http/routes/summaries.ts';
import { noteSeen } from '../../src/store/extension-seen.ts';
import { addToBuckets } from '../../src/store/live-buckets.ts';
import { createTestApp, type Json } from '../support/app.ts';

async function setup(t: Test) {
  const live = {
    phones: [] as LiveRegistration[],
    boxes: [] as LiveMailbox[],
    registered: undefined as ReadonlySet<string> | undefined,
  };
  const api = await createTestApp(t, {
    plugins: [
      registrationRoutes({ registrations: () => live.phones, mailboxes: () => live.boxes }),
      summaryRoutes({ registered: async () => live.registered }),
    ],
    metrics: [liveMetrics(() => [{ pbxId: api.pbxId, calls: 2, registered: 7, callsTotal: 10, answeredTotal: 9 }])],
  });
  const acme = await api.company('acme');
  const beta = await api.company('beta');
  return { api, acme, beta, live };
}

const phone = (companyId: string, endpoint: string, more: Partial<LiveRegistration> = {}): LiveRegistration => ({
  id: `p/${endpoint}`,
  pbxId: 'p',
  companyId,
  endpoint,
  extensionId: `x-${endpoint}`,
  number: endpoint,
  name: 'Ann',
  deviceState: 'not_inuse',
  since: '2026-01-01T00:00:00.000Z',
  contacts: [
    {
      uri: `sip:${endpoint}@192.0.2.1`,
      address: '192.0.2.1:5060',
      userAgent: 'Phone/1',
      expiresAt: '2026-01-01T01:00:00.000Z',
      status: 'registered',
      latencyMs: null,
    },
  ],
  ...more,
});

t.test('registered phones are listed, filtered and paged, those of the own company alone', async (t) => {
  const { api, acme, beta, live } = await setup(t);
  const [contact] = phone('', 'x').contacts;
  live.phones = [
    phone(acme.id, '1003', { contacts: [], since: null, deviceState: 'unavailable' }),
    phone(acme.id, '1001'),
    phone(acme.id, '1002', { contacts: [{ ...contact!, status: 'unreachable' }] }),
    phone(beta.id, 'beta-1001'),
  ];
  const list = async (query: string, token?: string) =>
    (await api.call('GET', `/registrations${query}`, { token })).body;
  const names = (page: Json) => page.items.map((one: Json) => one.endpoint);
  t.same(names(await list('')), ['1001', '1002', '1003', 'beta-1001']);
  t.same(names(await list('?state=registered')), ['1001', 'beta-1001']);
  t.same(names(await list('?state=unreachable')), ['1002']);
  t.same(names(await list('?state=gone&sort=-id')), ['1003']);
  t.same(names(await list(`?extensionId=x-1002&companyId=${acme.id}`)), ['1002']);
  t.same((await list('?fields=number&limit=1')).items, [{ number: '1001' }]);
  const first = await list('?limit=3');
  t.equal(first.total, 4);
  t.same(names(await list(`?limit=3&cursor=${first.nextCursor}`)), ['beta-1001']);
  const token = await api.token(['calls:read'], { companyId: acme.id });
  t.same(names(await list('', token)), ['1001', '1002', '1003']);
  t.equal((await list(`?companyId=${beta.id}`, token)).total, 0);
  const other = await api.token(['users:read'], { companyId: acme.id });
  t.equal((await api.call('GET', '/registrations', { token: other })).status, 403);
  t.equal((await api.call('GET', '/mailbox-counts', { token: other })).status, 403);
  t.equal((await api.call('GET', '/registrations?state=asleep')).status, 400);
});

t.test('messages in mailboxes are listed', async (t) => {
  const { api, acme, beta, live } = await setup(t);
  const box = (companyId: string, number: string) => ({
    ...{ id: `p/${number}@lk-x-01`, pbxId: 'p', companyId, extensionId: `x-${number}`, number },
    ...{ newMessages: 2, oldMessages: 1 },
  });
  live.boxes = [box(acme.id, '1001'), box(beta.id, '1002')];
  const token = await api.token(['calls:read'], { companyId: acme.id });
  t.match((await api.call('GET', '/mailbox-counts', { token })).body, { total: 1, items: [live.boxes[0]] });
});

t.test('the history has a point for each step, and nulls where nobody listened', async (t) => {
  const { api, acme, beta } = await setup(t);
  const at = Date.parse('2026-03-01T10:00:00Z');
  const row = { pbxId: api.pbxId, callsMax: 3, calls: 9, answered: 8, registered: 20, heard: 60 };
  await api.db.note(async (tx) => {
    await addToBuckets(tx, at, [
      { ...row, companyId: '' },
      { ...row, companyId: acme.id, calls: 4 },
    ]);
    await addToBuckets(tx, at + 120_000, [{ ...row, companyId: '', heard: 30 }]);
  });
  const range = 'from=2026-03-01T10:00:00Z&to=2026-03-01T10:03:00Z';
  const get = (query: string, token?: string, headers = {}) => api.call('GET', `/history?${query}`, { token, headers });
  const { body } = await get(`companyId=${acme.id}&resolution=minute&${range}`);
  const nothing = { callsMax: null, calls: null, answered: null, registered: null, heard: 0 };
  t.same(body.points, [
    { at: '2026-03-01T10:00:00.000Z', callsMax: 3, calls: 4, answered: 8, registered: 20, heard: 60 },
    { at: '2026-03-01T10:01:00.000Z', ...nothing },
    { at: '2026-03-01T10:02:00.000Z', callsMax: 0, calls: 0, answered: 0, registered: 0, heard: 30 },
  ]);
  t.match((await get(range)).body, { companyId: null, resolution: 'hour', points: [{ calls: 18, heard: 90 }] });

  const token = await api.token(['calls:read'], { companyId: acme.id });
  t.match((await get(range, token)).body, { companyId: acme.id, points: [{ calls: 4 }] });
  t.equal((await get(`companyId=${beta.id}`, token)).status, 404);
  t.equal((await get('', await api.token(['users:read'], { companyId: acme.id }))).status, 403);
  t.equal((await get('from=2026-03-01T10:00:00Z&to=2026-02-01T10:00:00Z')).body.code, 'VALIDATION_FAILED');
  t.equal((await get('resolution=minute&from=2020-01-01T00:00:00Z')).status, 400, 'too many points');

  const csv = await get(`companyId=${acme.id}&resolution=minute&${range}`, undefined, { accept: 'text/csv' });
  t.match(csv.headers['content-type'], /text\/csv/);
  const rows = parse(csv.text, { bom: true, columns: true }) as Json[];
  t.same(
    rows.map(({ at, calls, heard }) => [at, calls, heard]),
    [
      ['2026-03-01T10:00:00.000Z', '4', '60'],
      ['2026-03-01T10:01:00.000Z', '', '0'],
      ['2026-03-01T10:02:00.000Z', '0', '30'],
    ],
  );
});

t.test('a summary tells when somebody, and when somebody of a company, was last there', async (t) => {
  const { api, acme, beta, live } = await setup(t);
  const user = (
    await api.call('POST', '/users', {
      body: { companyId: acme.id, username: 'ann', firstName: 'Ann', lastName: 'Lee' },
    })
  ).body;
  const own = await api.extension(acme.id, '1001', { userId: user.id });
  const other = await api.extension(acme.id, '1002');
  const fresh = (await api.call('GET', `/users/${user.id}/summary`)).body;
  t.match(fresh, {
    lastLoginAt: null,
    lastCallAt: null,
    lastRegistrationAt: null,
    lastChange: { action: /^extension/ },
  });
  t.same(fresh.counts, { extensions: 1, registeredNow: null, callsToday: 0 });

  const now = Date.now();
  await api.db.write(async (tx) => {
    await noteSeen(tx, [
      { extensionId: own.id, callAt: null, registeredAt: now - 1000 },
      { extensionId: other.id, callAt: now - 5000, registeredAt: now },
    ]);
    const record = {
      ...{
        pbxId: api.pbxId,
        companyId: acme.id,
        callId: 'c1',
        direction: 'internal',
        disposition: 'answered',
        source: 'journal',
      },
      ...{ fromNumber: '1001', toNumber: '1002', fromExtensionId: own.id, toExtensionId: other.id },
      ...{ startedAt: new Date(now), endedAt: new Date(now), durationSeconds: 0, talkSeconds: 0 },
    };
    await tx.callRecord.create({ data: { ...record, id: 'r1', uniqueId: 'u1', sequence: 1 } });
    await tx.callRecord.create({ data: { ...record, id: 'r2', uniqueId: 'u1', sequence: 2 } });
    const old = new Date(now - 3 * 86_400_000);
    await tx.callRecord.create({
      data: { ...record, id: 'r3', callId: 'c0', uniqueId: 'u0', sequence: 1, startedAt: old },
    });
    await tx.user.update({ where: { id: user.id }, data: { lastLoginAt: new Date(now - 60_000) } });
  });
  live.registered = new Set([own.id, 'of-another']);
  const iso = (ms: number) => new Date(ms).toISOString();
  const mine = (await api.call('GET', `/users/${user.id}/summary`)).body;
  t.match(mine, { lastLoginAt: iso(now - 60_000), lastCallAt: iso(now), lastRegistrationAt: iso(now - 1000) });
  t.same(mine.counts, { extensions: 1, registeredNow: 1, callsToday: 1 });
  const whole = (await api.call('GET', `/companies/${acme.id}/summary`)).body;
  t.match(whole, { lastLoginAt: iso(now - 60_000), lastCallAt: iso(now), lastRegistrationAt: iso(now) });
  t.same(whole.counts, { extensions: 2, registeredNow: 1, callsToday: 1 });

  const stranger = await api.token(['read', 'users:read', 'calls:read'], { companyId: beta.id });
  t.equal((await api.call('GET', `/users/${user.id}/summary`, { token: stranger })).status, 404);
  t.equal((await api.call('GET', `/companies/${acme.id}/summary`, { token: stranger })).status, 404);
  t.equal((await api.call('GET', '/users/nobody/summary')).status, 404);
  const colleague = await api.token(['users:read'], { companyId: acme.id });
  t.equal((await api.call('GET', `/users/${user.id}/summary`, { token: colleague })).status, 403, 'not for colleagues');
  const poor = await api.token(['lines:write'], { companyId: acme.id });
  t.equal((await api.call('GET', `/users/${user.id}/summary`, { token: poor })).status, 403);
  t.equal((await api.call('GET', `/companies/${acme.id}/summary`, { token: poor })).status, 403);
});

t.test('a day begins at midnight of the place', async (t) => {
  const now = Date.parse('2026-06-01T01:30:15.250Z');
  t.equal(new Date(startOfDay('UTC', now)).toISOString(), '2026-06-01T00:00:00.000Z');
  t.equal(new Date(startOfDay('Europe/Berlin', now)).toISOString(), '2026-05-31T22:00:00.000Z');
  t.equal(new Date(startOfDay('America/New_York', now)).toISOString(), '2026-05-31T04:00:00.000Z');
});

t.test('metrics name PBXs by id', async (t) => {
  const { api } = await setup(t);
  const authorization = `Bearer ${await api.token(['read'])}`;
  const text = (await api.inject({ method: 'GET', url: '/metrics', headers: { authorization } })).body;
  for (const line of ['calls', 'registered', 'calls_total', 'calls_answered_total']) {
    t.match(text, new RegExp(`^linekeeper_${line}\\{pbx="${api.pbxId}"\\} \\d+$`, 'm'));
  }
});
