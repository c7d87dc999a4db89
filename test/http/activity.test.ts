import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { createLocalServer } from '../../src/http/local-server.ts';
import { recordAudit } from '../../src/store/audit-log.ts';
import { execute } from '../../src/store/sql.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';

const person = (companyId: string, username: string) => ({ companyId, username, firstName: 'Ann', lastName: 'Lee' });

async function user(api: TestApp, companyId: string, username: string): Promise<Json> {
  return (await api.call('POST', '/users', { body: person(companyId, username) })).body;
}

const list = async (api: TestApp, query: string, token?: string): Promise<Json> =>
  (await api.call('GET', `/activity?limit=500&${query}`, { token })).body;

const names = (page: Json): string[] => page.items.map((one: Json) => `${one.action} ${one.objectId}`);

t.test(
  'an event tells who, from where, what before and after, and in which request, over real connections',
  async (t) => {
    const api = await createTestApp(t);
    const acme = await api.company('acme');
    const ann = await user(api, acme.id, 'ann');
    const token = await api.token(['admin']);
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    // All at once, on connections that are used again: no event may get the origin of another.
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const response = await fetch(`http://127.0.0.1:${port}/api/v1/users`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(person(acme.id, `user${i}`)),
        });
        return { id: ((await response.json()) as Json).id, requestId: response.headers.get('x-request-id') };
      }),
    );
    for (const { id, requestId } of answers) {
      const [event] = (await list(api, `objectId=${id}`)).items;
      t.match(event, { action: 'user.created', address: '127.0.0.1', requestId, companyId: acme.id });
      t.match(event.actor, /^token:test-/);
    }
    const changed = await api.call('PATCH', `/users/${ann.id}`, { body: { firstName: 'Anna' } });
    const [event] = (await list(api, `objectId=${ann.id}&action=user.updated`)).items;
    t.match(event, { details: { firstName: ['Ann', 'Anna'] }, requestId: changed.headers['x-request-id'] });
  },
);

t.test('the address of a request is the socket file, the peer, or what a trusted proxy says', async (t) => {
  const api = await createTestApp(t, { trustedProxies: ['127.0.0.0/8'] });
  const acme = await api.company('acme');
  const ann = await user(api, acme.id, 'ann');
  const patch = (firstName: string, headers: Record<string, string>) =>
    api.call('PATCH', `/users/${ann.id}`, { body: { firstName }, headers });
  await patch('A', { 'x-forwarded-for': '198.51.100.9, 203.0.113.5' });
  await patch('B', {});
  const socket = join(api.folder, 'admin.sock');
  const server = createLocalServer(api.app);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.teardown(() => server.close());
  await new Promise<void>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', host: 'localhost' };
    const call = request({
      socketPath: socket,
      path: `/api/v1/users/${ann.id}`,
      method: 'PATCH',
      headers,
      agent: false,
    });
    call.once('response', (response) => response.resume().once('end', resolve)).once('error', reject);
    call.end('{"firstName":"C"}');
  });
  const { items } = await list(api, `objectId=${ann.id}&action=user.updated`);
  t.same(
    items.map(({ actor, address }: Json) => [actor.replace(/-\d+$/, ''), address]),
    [
      ['local', 'local'],
      ['token:test', '127.0.0.1'],
      ['token:test', '203.0.113.5'],
    ],
  );
});

t.test('events are found by object, actor, action, user, time, address, request and text', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const ann = await user(api, acme.id, 'ann');
  const ben = await user(api, acme.id, 'ben');
  const changed = await api.call('PATCH', `/users/${ben.id}`, { body: { lastName: 'Größe_100%' } });
  await api.db.write((tx) =>
    recordAudit(tx, [
      { actor: 'user:ann', action: 'extension.updated', objectType: 'extension', objectId: 'e1', companyId: acme.id },
      {
        actor: 'user:annabel',
        action: 'user_group.created',
        objectType: 'user_group',
        objectId: 'g1',
        companyId: acme.id,
      },
    ]),
  );
  t.same(names(await list(api, 'action=user.created')), [`user.created ${ben.id}`, `user.created ${ann.id}`]);
  t.same(names(await list(api, 'action=user.*')), [
    `user.updated ${ben.id}`,
    `user.created ${ben.id}`,
    `user.created ${ann.id}`,
  ]);
  t.same(names(await list(api, 'action=user*')).length, 4, 'a beginning need not end at a dot');
  t.same(names(await list(api, `user=${ann.id}`)), ['extension.updated e1', `user.created ${ann.id}`]);
  t.same(names(await list(api, 'actor=user:ann')), ['extension.updated e1']);
  t.same(names(await list(api, 'objectType=user_group')), ['user_group.created g1']);
  t.same(names(await list(api, `requestId=${changed.headers['x-request-id']}`)), [`user.updated ${ben.id}`]);
  t.equal((await list(api, 'address=127.0.0.1')).total, 5, 'all that came by request, the PBX and the company too');
  t.equal((await list(api, 'address=10.0.0.1')).total, 0);
  const [newest] = (await list(api, '')).items;
  t.equal((await list(api, `until=${encodeURIComponent(newest.at)}&since=2020-01-01T00:00:00Z`)).total > 0, true);
  t.equal((await list(api, 'since=2100-01-01T00:00:00Z')).total, 0);
  t.same(names(await list(api, `q=${encodeURIComponent('Größe_100%')}`)), [`user.updated ${ben.id}`], 'details');
  t.same(
    names(await list(api, `q=${encodeURIComponent('größe_100%')}`)),
    [`user.updated ${ben.id}`],
    'ö is small anyway',
  );
  t.same(names(await list(api, 'q=UPDATED&actor=user:ann')), ['extension.updated e1'], 'with other filters');
  t.same(names(await list(api, `q=Lee&action=user.*&user=${ben.id}`)).length, 1);
  t.equal((await list(api, `q=${encodeURIComponent('%')}`)).total, 1, 'a sign is a sign');
  t.equal((await api.call('GET', '/activity?color=red')).status, 400);
});

t.test('a search for text has pages like any other list', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const entries = Array.from({ length: 25_000 }, (_, i) => ({
    actor: 'token:crm',
    action: 'x.changed',
    objectType: 'x',
    objectId: String(i),
    companyId: acme.id,
    details: { word: i % 1000 === 7 ? 'needle' : 'hay' },
  }));
  await api.db.write((tx) => recordAudit(tx, entries));
  for (const sort of ['at', '-at']) {
    const found: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.call('GET', `/activity?q=needle&limit=4&sort=${sort}${cursor}`);
      t.equal(body.total, 25);
      found.push(...body.items.map((one: Json) => one.objectId));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    const wanted = Array.from({ length: 25 }, (_, i) => String(i * 1000 + 7));
    t.same(found, sort === 'at' ? wanted : wanted.reverse(), sort);
  }
});

t.test('the export is the list as CSV, oldest first, and no cell is a formula', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const other = await api.company('other');
  await user(api, other.id, 'ben');
  const evil = { action: 'x.y', objectType: 'x', objectId: '@SUM(A1)', companyId: acme.id };
  await api.db.write((tx) =>
    recordAudit(tx, [{ ...evil, actor: '=cmd|x', details: { text: ['a "b", c', '\r\n=1+1'] } }]),
  );
  const answer = await api.call('GET', `/activity/export?companyId=${acme.id}`);
  t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
  t.match(answer.headers['content-disposition'], /attachment; filename="activity.csv"/);
  const rows = parse(answer.text, { columns: true, bom: true }) as Record<string, string>[];
  const page = await list(api, `companyId=${acme.id}&sort=at`);
  t.equal(rows.length, page.total);
  t.same(
    Object.keys(rows[0] ?? {}),
    'at,actor,action,objectType,objectId,companyId,address,requestId,details'.split(','),
  );
  for (const [i, row] of rows.entries()) {
    const { at, action, details, requestId } = page.items[i];
    t.same([row.at, row.action, row.requestId], [at, action, requestId ?? '']);
    t.same(JSON.parse(row.details || 'null'), details);
  }
  t.match(rows.at(-1), { actor: "'=cmd|x", objectId: "'@SUM(A1)", address: '', requestId: '' });
  const found = await api.call('GET', '/activity/export?action=user.*&q=ben');
  t.equal(found.text.split('\r\n').length, 3, 'the same filters');
  const bound = await api.token(['activity:read'], { companyId: acme.id });
  t.equal((await api.call('GET', '/activity/export', { token: bound })).text, answer.text, 'the own company only');
  const foreign = await api.call('GET', `/activity/export?companyId=${other.id}`, { token: bound });
  t.equal(foreign.text.trim().split('\r\n').length, 1);
});

t.test('the whole chain is verified for those who may see all companies', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const before = await api.call('GET', '/activity/verify');
  t.match(before, { status: 200, body: { ok: true, brokenAt: null, reason: null } });
  t.equal(before.body.rows, (await list(api, '')).total);
  const bound = await api.token(['admin'], { companyId: acme.id });
  t.match(await api.call('GET', '/activity/verify', { token: bound }), { status: 403, body: { code: 'FORBIDDEN' } });
  await api.db.write(async (tx) => {
    await execute(tx, 'DROP TRIGGER "AuditEvent_no_update"');
    await execute(tx, `UPDATE "AuditEvent" SET "actor" = 'token:innocent' WHERE id = 2`);
  });
  const [one, two] = await Promise.all([1, 2].map(() => api.call('GET', '/activity/verify')));
  t.match(one, { status: 200, body: { ok: false, brokenAt: 2, rows: 1 } });
  t.same(two?.body, one?.body);
});

t.test('dry runs and refused requests leave no event', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const before = (await list(api, '')).total;
  t.equal((await api.call('POST', '/users?dryRun=true', { body: person(acme.id, 'ann') })).status, 200);
  t.equal((await api.call('POST', '/users', { body: person('nobody', 'ann') })).status, 422);
  t.equal((await list(api, '')).total, before);
  t.match((await api.call('GET', '/activity/verify')).body, { ok: true });
});

t.test('the summary tells of each user the last login and the last changes', async (t) => {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const other = await api.company('other');
  const ann = await user(api, acme.id, 'ann');
  const ben = await user(api, acme.id, 'ben');
  await user(api, other.id, 'eve');
  const lastLoginAt = new Date('2026-01-31T09:00:00Z');
  await api.db.write(async (tx) => {
    await tx.user.update({ where: { id: ann.id }, data: { lastLoginAt } });
    const by = (action: string, objectId: string, companyId: string | null = acme.id) => ({
      actor: 'user:ann',
      action,
      objectType: 'user',
      objectId,
      companyId,
    });
    await recordAudit(tx, [by('user.disabled', ben.id), by('session.started', ann.id), by('login.failed', ben.id)]);
    await recordAudit(tx, [by('user.updated', 'elsewhere', other.id)]);
  });
  const { body } = await api.call('GET', '/activity/summary');
  t.same(
    body.items.map((one: Json) => one.username),
    ['ann', 'ben', 'eve'],
  );
  t.match(body.items[0], {
    userId: ann.id,
    lastLoginAt: lastLoginAt.toISOString(),
    lastChangeBy: { action: 'user.disabled', objectType: 'user', objectId: ben.id },
    lastChangeTo: { action: 'user.created' },
  });
  t.match(body.items[1], {
    lastLoginAt: null,
    lastChangeBy: null,
    lastChangeTo: { action: 'user.disabled', actor: 'user:ann' },
  });
  const bound = await api.token(['activity:read'], { companyId: acme.id });
  t.equal((await api.call('GET', '/activity/summary', { token: bound })).body.total, 2);
  const foreign = await api.call('GET', `/activity/summary?companyId=${other.id}`, { token: bound });
  t.equal(foreign.body.total, 0);
  t.same(usernames(await api.call('GET', `/activity/summary?userId=${ben.id}`)), ['ben']);
  t.same(usernames(await api.call('GET', '/activity/summary?sort=-lastLoginAt&limit=1')), ['ann']);
});

const usernames = (answer: { body: Json }): string[] => answer.body.items.map((one: Json) => one.username);

t.test('the log is for those who hold activity:read, which read brings along', async (t) => {
  const api = await createTestApp(t);
  for (const path of ['/activity', '/activity/export', '/activity/summary', '/activity/verify']) {
    for (const [scope, status] of [
      ['activity:read', 200],
      ['read', 200],
      ['users:write', 403],
    ] as const) {
      t.equal(
        (await api.call('GET', path, { token: await api.token([scope]) })).status,
        status,
        `${path} with ${scope}`,
      );
    }
  }
});
