import { pino } from 'pino';
import t, { type Test } from 'tap';
import { type Bulk, createBulk } from '../../src/bulk/create-bulk.ts';
import { TOPICS, type TopicItems, type TopicName } from '../../src/domain/feed/topics.ts';
import { importRoutes } from '../../src/http/routes/imports.ts';
import { createDatabaseTopics } from '../../src/live/topics/create-database-topics.ts';
import type { PbxSync } from '../../src/live/topics/sync.ts';
import { createBroadcaster } from '../../src/people/broadcaster.ts';
import { recordAudit } from '../../src/store/audit-log.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { until } from '../support/asterisk.ts';
import { listen, openRaw } from '../support/feed.ts';
import { realParts, rowsCsv } from '../support/imports.ts';
import { PASSWORD } from '../support/logins.ts';
import { createPerson } from '../support/people.ts';
import { RecordingTopic } from '../support/recording-topic.ts';

const DAY = 86_400_000;
const log = pino({ level: 'silent' });

type Name = 'sessions' | 'activity' | 'jobs' | 'sync' | 'messages';

/** The topics over an app's database. `sync`: what the reconcilers say; undefined: the app's own. */
function topicsOf(t: Test, api: TestApp, wanted: readonly Name[], syncStatus?: () => Promise<PbxSync[]>) {
  function make<N extends Name>(name: N): RecordingTopic<TopicItems[N]> {
    const topic = new RecordingTopic<TopicItems[N]>();
    topic.isWanted = wanted.includes(name);
    return topic;
  }
  const topics = {
    sessions: make('sessions'),
    activity: make('activity'),
    jobs: make('jobs'),
    sync: make('sync'),
    messages: make('messages'),
  };
  let reads = 0;
  const db = new Proxy(api.db, {
    get(target, name) {
      if (name === 'read') reads++;
      return target[name as keyof typeof target];
    },
  });
  const status = syncStatus ?? (async () => []);
  const made = createDatabaseTopics({ db, topics, syncStatus: status, sessionIdleMs: 3_600_000, log });
  t.teardown(() => made.stop());
  return { ...topics, reads: () => reads, stop: () => made.stop() };
}

/** The items, each of which must be what the protocol says. */
function itemsOf<N extends TopicName>(name: N, topic: RecordingTopic<TopicItems[N]>): TopicItems[N][] {
  return [...topic.items].map(([id, { item }]) => {
    const parsed = TOPICS[name].item.parse(item) as TopicItems[N];
    if (String((parsed as Json).id) !== id) throw new Error(`${id} is not the id of ${JSON.stringify(item)}`);
    return parsed;
  });
}

/** Writes lines of the activity log in one transaction. */
const write = (api: TestApp, count: number, more: { companyId?: string; objectId?: string } = {}) =>
  api.db.write((tx) =>
    recordAudit(
      tx,
      Array.from({ length: count }, (_, i) => ({
        ...{ actor: 'test', action: 'thing.done', objectType: 'thing', objectId: `${i}` },
        ...more,
      })),
    ),
  );

t.test('a login is there from its first moment to its last, with its device in words', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  await createPerson(api, acme.id, 'ann', { role: 'administrator' });
  const { sessions } = topicsOf(t, api, ['sessions']);
  await until(() => sessions.size === 1, 'the session of the test');
  const login = await api.call('POST', '/login', {
    body: { username: 'ann', password: PASSWORD },
    headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' },
  });
  t.equal(login.status, 200);
  await until(() => sessions.size === 2, 'the login to appear');
  const [, mine] = itemsOf('sessions', sessions);
  t.match(mine, { username: 'ann', companyId: acme.id, device: 'Firefox 128 on Linux' });
  t.equal(sessions.items.get(mine?.id ?? '')?.scope.companyId, acme.id);
  t.notMatch(JSON.stringify([...sessions.items]), login.body.token, 'no token');

  const told = sessions.log.length;
  await write(api, 1);
  await api.call('DELETE', `/sessions/${mine?.id}`);
  await until(() => sessions.size === 1, 'the login to be gone');
  t.same(sessions.log.slice(told), [{ remove: mine?.id }], 'what did not change is not told again');
});

t.test('logins of somebody who is disabled, and those that are over, are gone without a word of theirs', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const ann = await createPerson(api, acme.id, 'ann');
  const ben = await createPerson(api, acme.id, 'ben');
  const { sessions } = topicsOf(t, api, ['sessions']);
  await until(() => sessions.size === 2, 'both sessions');
  await api.db.write((tx) => tx.user.update({ where: { id: ann.id }, data: { state: 'locked' } }));
  await until(() => sessions.size === 1, 'the locked one to be gone');
  await api.db.write((tx) => tx.session.updateMany({ where: { userId: ben.id }, data: { lastSeenAt: new Date(0) } }));
  await until(() => sessions.size === 0, 'the idle one to be gone');
});

t.test('a thousand lines of the activity log written at once are all told, once, in order', async (t) => {
  const api = await createTestApp(t);
  const { activity } = topicsOf(t, api, ['activity']);
  await until(() => activity.size > 0, 'the first lines');
  const before = activity.log.length;
  await Promise.all([write(api, 1000), write(api, 600), write(api, 1)]);
  const newest = (await api.db.read.auditEvent.findFirstOrThrow({ orderBy: { id: 'desc' } })).id;
  await until(() => activity.items.has(String(newest)), 'the newest line');
  const told = activity.log.slice(before).flatMap((one) => ('set' in one ? [one.set] : []));
  t.same(
    told.map(({ id }) => id),
    Array.from({ length: 1601 }, (_, i) => newest - 1600 + i),
  );
  t.equal(activity.size, 100, 'the newest hundred stand there');
  t.equal(itemsOf('activity', activity)[0]?.id, newest - 99);
});

t.test('a line of the activity log concerns its company and its extension, and shows no secret', async (t) => {
  const api = await createTestApp(t);
  const { activity } = topicsOf(t, api, ['activity']);
  const acme = await api.company('acme');
  const extension = await api.extension(acme.id, '1001', { mailbox: { pin: '836291' } });
  const find = () => [...activity.items.values()].find(({ item }) => item.objectId === extension.id);
  await until(find, 'the line of the extension');
  t.match(find(), {
    item: { action: 'extension.created', companyId: acme.id },
    scope: { companyId: acme.id, extensionIds: [extension.id] },
  });
  itemsOf('activity', activity);
  t.notMatch(JSON.stringify([...activity.items]), /836291/);
});

t.test('who begins to listen long after the last one is told that lines were skipped', async (t) => {
  const api = await createTestApp(t);
  const { activity } = topicsOf(t, api, ['activity']);
  await until(() => activity.size > 0, 'the first lines');
  activity.isWanted = false;
  await write(api, 900);
  await activity.want();
  t.equal(activity.gaps.length, 0, 'few are told afterwards');
  t.equal(itemsOf('activity', activity).at(-1)?.objectId, '899');

  activity.isWanted = false;
  await write(api, 1500);
  await activity.want();
  t.match(activity.log.at(-1), { gap: { pbxId: null, reason: 'nobody was listening' } });
  t.equal(itemsOf('activity', activity).at(-1)?.objectId, '1499');
  t.equal(activity.size, 100);
});

t.test('an import is there from its upload on, counts its rows and stays when it is done', async (t) => {
  let bulk: Bulk | undefined;
  const api = await createTestApp(t, {
    plugins: [
      (app, deps, write) => {
        const limits = { maxBytes: 1_000_000, maxRows: 1000, keepDays: 7, chunkRows: 10 };
        bulk = createBulk({ db: deps.db, ...realParts(deps.db), dataDir: t.testdir({}), limits, log });
        return importRoutes(bulk)(app, deps, write);
      },
    ],
  });
  t.teardown(() => bulk?.stop());
  const acme = await api.company('acme');
  const { jobs } = topicsOf(t, api, ['jobs']);
  const sent = await api.inject({
    method: 'POST',
    url: `/api/v1/imports?companyId=${acme.id}`,
    headers: { authorization: `Bearer ${await api.token(['admin'])}`, 'content-type': 'text/csv' },
    payload: rowsCsv(1000, 600),
  });
  const { id } = sent.json();
  await until(() => jobs.items.get(id)?.item.state === 'ready', 'the upload');
  await api.call('POST', `/imports/${id}/start`);
  await until(() => jobs.items.get(id)?.item.state === 'done', 'the end', 60_000);
  const [done] = itemsOf('jobs', jobs);
  t.match(done, { total: 600, processed: 600, created: 600, failed: 0, rowsPerSecond: null, secondsLeft: null });
  t.same(jobs.items.get(id)?.scope, { companyId: acme.id });
  const counts = jobs.log.map((one) => ('set' in one ? one.set.processed : -1));
  t.same(
    counts,
    [...counts].sort((a, b) => a - b),
    'it only grows',
  );
});

t.test('a job that runs has a speed and an end in sight; one that ended long ago is not there', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const old = new Date(Date.now() - DAY);
  const job = (id: string, more: Json) =>
    api.db.write((tx) =>
      tx.job.create({
        data: {
          id,
          type: 'import',
          companyId: acme.id,
          actor: 'a',
          state: 'running',
          options: '{}',
          createdAt: old,
          ...more,
        },
      }),
    );
  await job('ended', { state: 'done', finishedAt: old });
  await job('waits', { state: 'paused', total: 10 });
  await job('runs', { total: 1000 });
  const { jobs } = topicsOf(t, api, ['jobs']);
  await until(() => jobs.size === 2, 'the two that did not end');
  const timer = setInterval(() => {
    void api.db.note((tx) => tx.job.update({ where: { id: 'runs' }, data: { processed: { increment: 1 } } }));
  }, 20);
  t.teardown(() => clearInterval(timer));
  const item = await until(() => {
    const seen = jobs.items.get('runs')?.item;
    return seen !== undefined && (seen.rowsPerSecond ?? 0) > 0 ? seen : undefined;
  }, 'the speed');
  clearInterval(timer);
  t.ok((item.secondsLeft ?? 0) > 0);
  t.match(jobs.items.get('waits')?.item, { rowsPerSecond: null, secondsLeft: null });
});

t.test('a company sees its own marks, operators those of each PBX, and why it is away', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const beta = await api.company('beta', { ranges: [['2000', '2999']] });
  const pbx: PbxSync = {
    ...{ pbxId: api.pbxId, name: 'main', state: 'offline', reason: 'connection refused by 10.0.0.5', failed: 0 },
    ...{ pending: 7, oldestPendingAt: Date.now(), lastAuditAt: null },
  };
  const { sync } = topicsOf(t, api, ['sync'], async () => [pbx]);
  await api.extension(acme.id, '1001');
  await api.extension(acme.id, '1002');
  const of = (id: string) => sync.items.get(`${api.pbxId}/${id}`);
  // One mark for the company itself.
  await until(() => of(acme.id)?.item.pending === 3, 'the marks of acme');
  t.match(of(acme.id), { item: { state: 'offline', failed: 0, reason: null }, scope: { companyId: acme.id } });
  t.match(of(beta.id), { item: { pending: 1 }, scope: { companyId: beta.id } });
  t.match(sync.items.get(api.pbxId), { item: { pending: 7, reason: /10\.0\.0\.5/ }, scope: { companyId: null } });
  await api.db.write((tx) =>
    tx.outbox.updateMany({ where: { ownerType: 'extension' }, data: { errorCode: 'AMI_REFUSED', errorReason: 'no' } }),
  );
  await until(() => of(acme.id)?.item.failed === 2, 'the failures');
  t.match(of(acme.id)?.item, { pending: 1 });
  pbx.state = 'in-sync';
  await until(() => of(beta.id)?.item.state === 'in-sync', 'a change that no commit tells of');
  itemsOf('sync', sync);
});

t.test('a broadcast is in the feed of each who has it, for his eyes alone, until it is a week old', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const ann = await createPerson(api, acme.id, 'ann');
  const ben = await createPerson(api, acme.id, 'ben');
  const { messages } = topicsOf(t, api, ['messages']);
  const phones = { longest: 100, send: async () => 0 };
  const broadcaster = createBroadcaster({ db: api.db, phones, domain: 'pbx.example.org', log });
  broadcaster.start();
  t.teardown(() => broadcaster.stop());
  const body = { companyId: acme.id, text: 'We close at noon.', category: 'Notice' };
  const send = async (more: Json) => (await api.call('POST', '/broadcasts', { body: { ...body, ...more } })).body.id;
  const all = await send({ target: { everyone: true }, channels: ['feed'] });
  broadcaster.poke();
  await until(() => messages.size === 2, 'both messages');
  t.match(messages.items.get(`${all}/${ann.id}`), {
    item: { text: 'We close at noon.', category: 'Notice', userId: ann.id },
    scope: { companyId: acme.id, userId: ann.id },
  });
  const one = await send({ target: { userIds: [ben.id], groupIds: [] }, channels: ['feed'] });
  broadcaster.poke();
  await until(() => messages.items.has(`${one}/${ben.id}`), 'the message to one');
  t.equal(messages.size, 3);
  itemsOf('messages', messages);
  t.equal(messages.log.length, 3, 'each is told once');

  await api.db.write((tx) =>
    tx.broadcast.update({ where: { id: all }, data: { sendAt: new Date(Date.now() - 8 * DAY) } }),
  );
  await until(() => messages.size === 1, 'the old one to be gone');
});

t.test('nobody looks into the database for a topic that nobody wants', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const topics = topicsOf(t, api, []);
  const { sessions } = topics;
  await createPerson(api, acme.id, 'ann');
  await write(api, 10);
  await api.extension(acme.id, '1001');
  t.equal(topics.reads(), 0);
  await sessions.want();
  t.equal(sessions.size, 1, 'what it looks for first is there when somebody begins to listen');
  const reads = topics.reads();
  t.ok(reads > 0);
  sessions.isWanted = false;
  await write(api, 10);
  t.equal(topics.reads(), reads);
  await topics.stop();
  await sessions.want();
  t.equal(topics.reads(), reads, 'nor after the stop');
});

t.test(
  'over the websocket a snapshot holds what was looked up for it, and changes follow, each company its own',
  async (t) => {
    const api = await createTestApp(t);
    const acme = await api.company('acme');
    const beta = await api.company('beta', { ranges: [['2000', '2999']] });
    const made = createDatabaseTopics({
      ...{ db: api.db, topics: api.feed.topics, syncStatus: async () => [], sessionIdleMs: 3_600_000, log },
    });
    t.teardown(() => made.stop());
    const token = await api.token(['activity:read'], { companyId: acme.id });
    const feed = await openRaw(await listen(api.app), { authorization: `Bearer ${token}` });
    feed.send({ type: 'subscribe', topic: 'activity' });
    const first = await feed.next('snapshot');
    t.match(first, { stream: `activity/${acme.id}`, items: [{ action: 'company.created', companyId: acme.id }] });
    t.equal(first.items.length, 1, 'of this company alone');
    await write(api, 3, { companyId: beta.id });
    await write(api, 2, { companyId: acme.id });
    await feed.next('events', ({ seq }) => seq === first.seq + 2);

    const ann = await createPerson(api, acme.id, 'ann', { role: 'administrator' });
    const hers = await openRaw(await listen(api.app), { authorization: `Bearer ${ann.token}` });
    for (const topic of ['sessions', 'jobs', 'sync', 'messages']) hers.send({ type: 'subscribe', topic });
    const sessions = await hers.next('snapshot', ({ stream }) => stream.startsWith('sessions'));
    t.match(sessions.items, [{ username: 'ann' }]);
    const sync = await hers.next('snapshot', ({ stream }) => stream.startsWith('sync'));
    t.same(sync.items, []);
    t.match(await hers.next('snapshot', ({ stream }) => stream === `messages/${ann.id}`), { items: [] });
  },
);

t.test('a look that fails is repeated, and the others go on', async (t) => {
  const api = await createTestApp(t);
  let failures = 2;
  const topics = topicsOf(t, api, ['sync', 'activity'], async () => {
    if (failures-- > 0) throw new Error('not now');
    return [];
  });
  await until(() => topics.activity.size > 0, 'the activity');
  const acme = await api.company('acme');
  await until(() => failures < 0, 'another look');
  await until(() => [...topics.activity.items.values()].some(({ item }) => item.objectId === acme.id), 'the company');
});
