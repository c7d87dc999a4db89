import t from 'tap';
import { createTestApp, type Json } from '../support/app.ts';

async function world(t: Parameters<typeof createTestApp>[0]) {
  const api = await createTestApp(t);
  const company = await api.company('acme', { labelKinds: ['desk', 'skill'] });
  const post = (path: string, body: Json) => api.call('POST', path, { body: { companyId: company.id, ...body } });
  const user = async (username: string, more: Json = {}) =>
    (await post('/users', { username, firstName: username, lastName: 'Lee', ...more })).body;
  const names = async (path: string) => (await api.call('GET', path)).body.items.map((one: Json) => one.name);
  const members = async (path: string, token?: string) =>
    (await api.call('GET', `${path}/members`, { token })).body.items.map((one: Json) => one.firstName);
  return { api, company, post, user, names, members };
}

for (const [path, kind] of [
  ['groups', 'group'],
  ['teams', 'team'],
  ['labels', 'skill'],
] as const) {
  t.test(`${path}: made, renamed, filled, emptied and deleted`, async (t) => {
    const { api, company, post, user, members } = await world(t);
    const fields = { name: 'Sales', ...(path === 'labels' ? { kind } : {}) };
    const made = await post(`/${path}`, fields);
    t.match(made, { status: 201, body: { kind, name: 'Sales', description: null, counts: { members: 0 } } });
    const at = `/${path}/${made.body.id}`;
    t.equal(made.headers.location, `/api/v1${at}`);
    t.match(await post(`/${path}`, fields), { status: 409, body: { errors: [{ code: 'GROUP_NAME_TAKEN' }] } });
    const renamed = await api.call('PATCH', at, { body: { name: 'Vendas', description: 'Who sells' } });
    t.match(renamed.body, { name: 'Vendas', description: 'Who sells', version: 2 });
    const stale = { headers: { 'if-match': '"1"' } };
    t.equal((await api.call('PATCH', at, { body: { name: 'x' }, ...stale })).status, 412);

    const ann = await user('ann');
    const bob = await user('bob');
    t.equal((await api.call('PUT', `${at}/members/${ann.id}`)).status, 204);
    t.equal((await api.call('PUT', `${at}/members/${ann.id}`)).status, 204, 'twice does no harm');
    const many = await api.call('POST', `${at}/members`, { body: { userIds: [ann.id, bob.id, bob.id] } });
    t.match(many, { status: 200, body: { added: 1 } });
    t.same(await members(at), ['ann', 'bob']);
    t.match((await api.call('GET', at)).body, { counts: { members: 2 } });
    t.match((await api.call('GET', `/users/${ann.id}`)).body.groups, [{ id: made.body.id, kind, name: 'Vendas' }]);
    t.equal((await api.call('DELETE', `${at}/members/${ann.id}`)).status, 204);
    t.equal((await api.call('DELETE', `${at}/members/${ann.id}`)).status, 204);
    t.same(await members(at), ['bob']);

    t.equal((await api.call('DELETE', at)).status, 204);
    t.equal((await api.call('GET', at)).status, 404);
    t.same((await api.call('GET', `/users/${bob.id}`)).body.groups, []);
    t.match((await api.call('GET', `/activity?objectId=${made.body.id}&limit=500`)).body.items, [
      { action: 'group.deleted', companyId: company.id, details: { kind, name: 'Vendas', members: 1 } },
      { action: 'group.members_removed', details: { count: 1, userIds: [ann.id] } },
      { action: 'group.members_added', details: { count: 1, userIds: [bob.id] } },
      { action: 'group.members_added', details: { count: 1, userIds: [ann.id] } },
      { action: 'group.updated', details: { name: ['Sales', 'Vendas'] } },
      { action: 'group.created', details: { kind, name: 'Sales' } },
    ]);
  });
}

t.test('each of the three shows its own only, and labels are filtered by kind', async (t) => {
  const { api, post, names } = await world(t);
  const group = (await post('/groups', { name: 'G' })).body;
  await post('/teams', { name: 'T' });
  const desk = (await post('/labels', { name: 'D', kind: 'desk' })).body;
  await post('/labels', { name: 'S', kind: 'skill' });
  t.same(await names('/groups'), ['G']);
  t.same(await names('/teams'), ['T']);
  t.same(await names('/labels'), ['D', 'S']);
  t.same(await names('/labels?kind=desk'), ['D']);
  t.equal((await api.call('GET', '/labels?kind=team')).status, 400);
  t.equal((await api.call('GET', '/groups?kind=team')).status, 400);
  for (const path of [`/teams/${group.id}`, `/labels/${group.id}`, `/groups/${desk.id}`]) {
    t.equal((await api.call('GET', path)).status, 404, path);
    t.equal((await api.call('GET', `${path}/members`)).status, 404, path);
    t.equal((await api.call('DELETE', path)).status, 404, path);
  }
});

t.test('labels are of the kinds of their company, and a kind stays while there are labels of it', async (t) => {
  const { api, company, post } = await world(t);
  const unknown = await post('/labels', { name: 'x', kind: 'campaign' });
  t.match(unknown, { status: 422, body: { code: 'REFERENCE_INVALID', errors: [{ path: 'kind' }] } });
  t.equal((await post('/labels', { name: 'x' })).status, 400, 'a label names its kind');
  t.equal((await post('/groups', { name: 'x', kind: 'desk' })).status, 400, 'a group is no label');
  const label = (await post('/labels', { name: 'x', kind: 'desk' })).body;
  const kinds = (labelKinds: string[]) => api.call('PATCH', `/companies/${company.id}`, { body: { labelKinds } });
  t.match(await kinds(['skill']), {
    status: 409,
    body: { code: 'LABEL_KIND_IN_USE', errors: [{ path: 'labelKinds' }] },
  });
  t.equal((await kinds(['desk'])).status, 200, 'the other kind has none');
  await api.call('DELETE', `/labels/${label.id}`);
  t.equal((await kinds([])).status, 200);
});

t.test('members are of the company: at home there, or there by a role; all or none', async (t) => {
  const { api, company, post, user, members } = await world(t);
  const group = (await post('/groups', { name: 'G' })).body;
  const other = await api.company('other');
  const ann = await user('ann');
  const guest = await user('guest', { companyId: other.id });
  const stranger = await user('stranger', { companyId: other.id });
  const role = await api.db.read.role.findFirstOrThrow({ where: { companyId: company.id, builtIn: 'user' } });
  await api.db.write((tx) => tx.userRole.create({ data: { userId: guest.id, roleId: role.id } }));
  const add = (userIds: string[]) => api.call('POST', `/groups/${group.id}/members`, { body: { userIds } });
  t.match(await add([ann.id, stranger.id, 'nobody']), {
    status: 422,
    body: { code: 'REFERENCE_INVALID', errors: [{ path: 'userIds.1' }, { path: 'userIds.2' }] },
  });
  t.equal((await api.call('PUT', `/groups/${group.id}/members/${stranger.id}`)).status, 422);
  t.same(await members(`/groups/${group.id}`), []);
  t.match((await add([ann.id, guest.id])).body, { added: 2 });
  t.same(await members(`/groups/${group.id}`), ['ann', 'guest']);
  t.same((await api.call('GET', `/users/${guest.id}`)).body.groups, [], 'at home nobody hears of groups elsewhere');
  t.equal((await add([])).status, 400);
  t.equal((await add(Array.from({ length: 1001 }, (_, n) => `id-${n}`))).status, 400, 'more than 1000');
});

t.test('a thousand members come in one request', async (t) => {
  const { api, company, post } = await world(t);
  const group = (await post('/groups', { name: 'G' })).body;
  const ids = Array.from({ length: 1000 }, (_, n) => `user-${n}`);
  const now = new Date();
  await api.db.write((tx) =>
    tx.user.createMany({
      data: ids.map((id) => ({
        id,
        companyId: company.id,
        username: id,
        firstName: 'F',
        lastName: 'L',
        createdAt: now,
        updatedAt: now,
      })),
    }),
  );
  const answer = await api.call('POST', `/groups/${group.id}/members`, { body: { userIds: ids } });
  t.match(answer.body, { added: 1000 });
  t.equal((await api.call('GET', `/groups/${group.id}/members?limit=1`)).body.total, 1000);
});

t.test('everybody may look and only who may write groups changes them', async (t) => {
  const { api, company, post, user, members } = await world(t);
  const group = (await post('/groups', { name: 'G' })).body;
  const at = `/groups/${group.id}`;
  const ann = await user('ann');
  const gone = await user('gone');
  await api.call('POST', `${at}/members`, { body: { userIds: [ann.id, gone.id] } });
  await api.db.write((tx) => tx.user.update({ where: { id: gone.id }, data: { state: 'disabled' } }));
  const reader = await api.token(['users:read'], { companyId: company.id });
  t.same(await members(at, reader), ['ann'], 'who is disabled is nobody’s colleague');
  t.same(await members(at), ['ann', 'gone'], 'but an administrator sees who is there');
  t.equal((await api.call('GET', '/groups', { token: reader })).body.total, 1);
  const writes: [method: string, path: string, body?: object][] = [
    ['POST', '/groups', { name: 'x' }],
    ['PATCH', at, { name: 'x' }],
    ['DELETE', at],
    ['POST', `${at}/members`, { userIds: [ann.id] }],
    ['PUT', `${at}/members/${ann.id}`],
    ['DELETE', `${at}/members/${ann.id}`],
  ];
  for (const [method, path, body] of writes) {
    const answer = await api.call(method, path, { token: reader, ...(body === undefined ? {} : { body }) });
    t.match(answer, { status: 403, body: { details: { scope: 'groups:write' } } }, `${method} ${path}`);
  }
});
