import t, { type Test } from 'tap';
import { createTestApp, type Json } from '../support/app.ts';
import { createPerson } from '../support/people.ts';

/** A company with people of all sorts: `ann` at a site, in a group, with a phone; `ben` disabled; `cleo` with nothing. */
async function world(t: Test) {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const post = async (path: string, body: object): Promise<Json> => {
    const answer = await api.call('POST', path, { body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  await api.call('PATCH', `/companies/${companyId}`, { body: { userTypes: ['agent'], labelKinds: ['desk'] } });
  const site = await post('/sites', { companyId, name: 'Berlin' });
  const names = (username: string) => ({ companyId, username, firstName: username, lastName: 'Berg' });
  const ann = await post('/users', { ...names('ann'), siteId: site.id, userType: 'agent', title: 'Head' });
  const ben = await post('/users', { ...names('ben'), language: 'de', email: 'ben@acme.example' });
  const cleo = await post('/users', { ...names('cleo'), timezone: 'Europe/Rome' });
  const extension = await post('/extensions', { companyId, number: '1001', displayName: 'A', userId: ann.id });
  await post('/extensions', { companyId, number: '1005', displayName: 'B', mailbox: {}, enabled: false });
  const group = await post('/groups', { companyId, name: 'Sales' });
  const label = await post('/labels', { companyId, kind: 'desk', name: 'North' });
  await post(`/groups/${group.id}/members`, { userIds: [ann.id, ben.id] });
  await post(`/labels/${label.id}/members`, { userIds: [ann.id] });
  await api.db.write(async (tx) => {
    await tx.user.update({ where: { id: ben.id }, data: { state: 'disabled', mustChangePassword: true } });
    await tx.user.update({ where: { id: cleo.id }, data: { lastLoginAt: new Date('2026-01-15T12:00:00Z') } });
  });
  const list = async (path: string) => (await api.call('GET', path)).body;
  const users = async (query: string) =>
    (await list(`/users?${query}`)).items.map((item: Json) => item.username).join(' ');
  return { api, companyId, post, list, users, ids: { site, ann, ben, cleo, extension, group, label } };
}

t.test('users are chosen by what they are, have and belong to', async (t) => {
  const { api, users, ids, companyId } = await world(t);
  const role = await api.db.read.role.findFirstOrThrow({ where: { companyId, builtIn: 'user' } });
  const cases: [query: string, found: string][] = [
    ['state=active', 'ann cleo'],
    ['state=active,disabled', 'ann ben cleo'],
    [`siteId=${ids.site.id}`, 'ann'],
    ['siteId=none', 'ben cleo'],
    [`siteId=none,${ids.site.id}`, 'ann ben cleo'],
    ['userType=agent', 'ann'],
    ['userType=none', 'ben cleo'],
    ['language=de', 'ben'],
    ['timezone=Europe/Rome', 'cleo'],
    [`roleId=${role.id}`, 'ann ben cleo'],
    [`groupId=${ids.group.id}`, 'ann ben'],
    [`groupId=${ids.group.id},${ids.label.id}`, 'ann ben'],
    [`labelId=${ids.label.id}`, 'ann'],
    [`teamId=${ids.label.id}`, ''],
    [`groupId=${ids.group.id}&state=disabled`, 'ben'],
    ['extension=1001', 'ann'],
    ['extension=1005,1001', 'ann'],
    ['hasExtension=false', 'ben cleo'],
    ['sync=pending,failed,synced', 'ann'],
    ['lastLoginBefore=2026-01-16T00:00:00Z', 'cleo'],
    ['lastLoginAfter=2026-01-16T00:00:00Z', ''],
    ['neverLoggedIn=true', 'ann ben'],
    ['createdAfter=2026-01-01T00:00:00%2B01:00', 'ann ben cleo'],
    ['createdBefore=2020-01-01T00:00:00Z', ''],
    ['hasSecondFactor=true', ''],
    ['mustChangePassword=true', 'ben'],
    ['hasPassword=false', 'ann ben cleo'],
    ['q=berg&state=active&hasExtension=true', 'ann'],
  ];
  for (const [query, found] of cases) t.equal(await users(query), found, query);
});

t.test('extensions, numbers and mailboxes are chosen by what they are', async (t) => {
  const { list, post, ids, companyId } = await world(t);
  await post('/numbers', { companyId, e164: '+4930123456' });
  const ring = await post('/numbers', { companyId, e164: '+4940123456', note: 'x' });
  await post(`/numbers/${ring.id}/assign`, { extensionId: ids.extension.id });
  const numbers = async (query: string) =>
    (await list(`/extensions?${query}`)).items.map((item: Json) => item.number).join(' ');
  const cases: [query: string, found: string][] = [
    ['number=1001,1005', '1001 1005'],
    ['numberFrom=1002', '1005'],
    ['numberFrom=999&numberTo=1001', '1001'],
    [`userId=${ids.ann.id}`, '1001'],
    ['userId=none', '1005'],
    ['hasUser=true', '1001'],
    ['siteId=none', '1001 1005'],
    ['enabled=false', '1005'],
    ['classOfService=national,international', '1001 1005'],
    ['pickupGroup=none', '1001 1005'],
    ['hasMailbox=true', '1005'],
    ['accountKind=webrtc', ''],
    ['accountKind=desk', '1001 1005'],
    [`groupId=${ids.group.id}`, '1001'],
    ['userState=disabled', ''],
    ['userState=active', '1001'],
  ];
  for (const [query, found] of cases) t.equal(await numbers(query), found, query);
  const found = async (path: string) => (await list(path)).total;
  t.equal(await found('/numbers?prefix=4930'), 1);
  t.equal(await found('/numbers?prefix=%2B4940'), 1);
  t.equal(await found('/numbers?state=spare,assigned'), 2);
  t.equal(await found(`/numbers?extensionId=${ids.extension.id}`), 1);
  t.equal(await found('/numbers?hasNote=true'), 1);
  t.equal(await found('/mailboxes?extension=1005&enabled=true&hasEmail=false'), 1);
});

t.test('what a filter cannot be is refused', async (t) => {
  const { api } = await world(t);
  for (const query of [
    'state=gone',
    'state=active,',
    'language=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'lastLoginBefore=yesterday',
    'hasExtension=maybe',
    'planet=mars',
    'facets=planet',
    'facets=state,',
    'sort=planet',
    `groupId=${Array.from({ length: 201 }, (_, i) => i).join(',')}`,
  ]) {
    t.match(await api.call('GET', `/users?${query}`), { status: 400, body: { code: 'VALIDATION_FAILED' } }, query);
  }
  t.equal((await api.call('GET', '/numbers?prefix=abc')).status, 400);
});

t.test('every sort gives each item once, page by page, both ways, also where nothing stands', async (t) => {
  const { api, list } = await world(t);
  const { paths } = (await api.inject({ method: 'GET', url: '/openapi.json' })).json();
  let count = 0;
  for (const path of [
    'users',
    'extensions',
    'mailboxes',
    'numbers',
    'companies',
    'sites',
    'roles',
    'groups',
    'labels',
  ]) {
    const { parameters } = paths[`/api/v1/${path}`].get;
    const sorts: string[] = parameters.find((one: Json) => one.name === 'sort').schema.enum;
    const whole = (await list(`/${path}`)).items.map((item: Json) => item.id ?? item.extensionId);
    for (const sort of sorts) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Json = await list(`/${path}?limit=1&sort=${sort}${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.items.map((item: Json) => item.id ?? item.extensionId));
        cursor = page.nextCursor;
      }
      t.same(seen.toSorted(), whole.toSorted(), `${path} by ${sort}`);
      count++;
    }
  }
  t.ok(count > 80);
});

t.test('sorts are by what is shown', async (t) => {
  const { users } = await world(t);
  t.equal(await users('sort=-site'), 'ann cleo ben');
  t.equal(await users('sort=-title').then((all) => all.split(' ')[0]), 'ann');
  t.equal(await users('sort=-extension').then((all) => all.split(' ')[0]), 'ann');
  t.equal(await users('sort=-email').then((all) => all.split(' ')[0]), 'ben');
  t.equal(await users('sort=-state').then((all) => all.split(' ')[0]), 'ben');
});

t.test('facets count under all filters but their own', async (t) => {
  const { list, ids, api, companyId } = await world(t);
  const site = { value: ids.site.id, label: 'Berlin', count: 1 };
  const none = (count: number) => ({ value: null, label: null, count });
  t.notHas(await list('/users'), { facets: {} }, 'nobody asked');
  const all = await list('/users?facets=state,siteId,groupId,labelId,hasExtension,userType&limit=1');
  t.equal(all.total, 3);
  t.same(all.facets, {
    state: [
      { value: 'active', label: null, count: 2 },
      { value: 'disabled', label: null, count: 1 },
    ],
    siteId: [none(2), site],
    groupId: [{ value: ids.group.id, label: 'Sales', count: 2 }],
    labelId: [{ value: ids.label.id, label: 'North', count: 1 }],
    hasExtension: [
      { value: 'false', label: null, count: 2 },
      { value: 'true', label: null, count: 1 },
    ],
    userType: [none(2), { value: 'agent', label: null, count: 1 }],
  });
  const some = await list('/users?facets=state,siteId&state=disabled&q=berg');
  t.equal(some.total, 1);
  t.same(some.facets.state.length, 2, 'not under its own');
  t.same(some.facets.siteId, [none(1)], 'but under that of the other');
  t.same((await list('/extensions?facets=sync,classOfService,accountKind,enabled')).facets.accountKind, [
    { value: 'desk', label: null, count: 2 },
  ]);
  t.same((await list('/users?facets=state&q=nobody')).facets, { state: [] });

  await api.company('globex');
  const token = await api.token(['read'], { companyId });
  const own = (await api.call('GET', '/users?facets=companyId&companyId=none', { token })).body;
  t.same(own.facets, { companyId: [] });
  const theirs = (await api.call('GET', '/users?facets=companyId', { token })).body;
  t.same(theirs.facets.companyId, [{ value: companyId, label: 'acme', count: 3 }], 'no other company is counted');
});

t.test('every facet of every list can be asked for', async (t) => {
  const { api } = await world(t);
  const { paths } = (await api.inject({ method: 'GET', url: '/openapi.json' })).json();
  let lists = 0;
  for (const [path, { get }] of Object.entries<Json>(paths)) {
    const parameter = get?.parameters?.find((one: Json) => one.name === 'facets');
    if (parameter === undefined || path.includes('/me/')) continue;
    const names = String(parameter.description)
      .replace(/^[^:]*: |\.$/g, '')
      .split(', ');
    const { status, body } = await api.call('GET', `${path}?facets=${names.join(',')}`);
    t.equal(status, 200, path);
    t.same(Object.keys(body.facets).toSorted(), names.toSorted());
    lists++;
  }
  t.equal(lists, 15);
});

t.test('filters are saved, shared in the company, and changed by their owners', async (t) => {
  const { api, companyId } = await world(t);
  const admin = await createPerson(api, companyId, 'admin', { role: 'administrator' });
  const dora = await createPerson(api, companyId, 'dora', { role: 'administrator' });
  const plain = await createPerson(api, companyId, 'plain');
  const query = { filters: { state: 'active,disabled', hasExtension: 'true' }, q: 'berg', sort: '-lastName' };
  const made = await dora.call('POST', '/saved-filters', { list: 'users', name: 'Mine', query, columns: ['username'] });
  t.match(made, { status: 201, body: { query, columns: ['username'], isShared: false, owner: { id: dora.id } } });
  const path = `/saved-filters/${made.body.id}`;
  t.equal((await admin.call('GET', path)).status, 404, 'what is not shared is nobody else’s');
  t.equal((await admin.call('GET', '/saved-filters')).body.total, 0);
  t.equal((await dora.call('POST', '/saved-filters', { list: 'users', name: 'Mine', query })).status, 409);
  t.equal((await dora.call('PATCH', path, { isShared: true })).status, 200);
  t.equal((await admin.call('GET', '/saved-filters?list=users')).body.total, 1);
  t.equal((await plain.call('GET', '/saved-filters')).body.total, 0, 'not for those who may not see the list');
  t.equal((await plain.call('POST', '/saved-filters', { list: 'users', name: 'x', query: {} })).status, 403);
  t.equal((await admin.call('PATCH', path, { name: 'Ours' })).body.name, 'Ours', 'an administrator changes it');

  const groups = { list: 'groups', name: 'G', query: {}, isShared: true };
  const shared = `/saved-filters/${(await dora.call('POST', '/saved-filters', groups)).body.id}`;
  t.equal((await plain.call('GET', shared)).status, 200);
  t.equal((await plain.call('PATCH', shared, { name: 'X' })).status, 403);
  t.equal((await plain.call('DELETE', shared)).status, 403);
  const own = await plain.call('POST', '/saved-filters', { ...groups, name: 'P' });
  t.equal((await plain.call('DELETE', `/saved-filters/${own.body.id}`)).status, 204);

  const { id: otherId } = await api.company('globex');
  const foreign = await createPerson(api, otherId, 'foreign', { role: 'administrator' });
  t.equal((await foreign.call('GET', path)).status, 404);
  t.equal((await foreign.call('GET', '/saved-filters')).body.total, 0);

  await dora.call('POST', '/saved-filters', { list: 'users', name: 'Private', query: {} });
  await api.call('DELETE', `/users/${dora.id}`);
  t.equal(await api.db.read.savedFilter.count(), 2, 'who goes takes along what was not shared');
  t.match((await admin.call('GET', path)).body, { owner: null });
  t.equal((await admin.call('PATCH', path, { isShared: false })).status, 409);
  t.equal((await admin.call('DELETE', path)).status, 204);
  const events = await api.db.read.auditEvent.findMany({ where: { objectType: 'saved_filter' } });
  t.same(
    events.slice(0, 3).map((event) => event.action),
    ['saved_filter.created', 'saved_filter.updated', 'saved_filter.updated'],
  );
});

t.test('a saved filter is one that its list takes', async (t) => {
  const { api, companyId } = await world(t);
  const { call } = await createPerson(api, companyId, 'dora', { role: 'administrator' });
  const cases: [field: string, body: object][] = [
    ['query.filters.state', { query: { filters: { state: 'gone' } } }],
    ['query.filters', { query: { filters: { planet: 'mars' } } }],
    ['query.filters', { query: { filters: { limit: '5' } } }],
    ['query.sort', { query: { sort: 'planet' } }],
    ['columns', { query: {}, columns: ['passwordHash'] }],
    ['columns', { query: {}, columns: ['username', 'username'] }],
  ];
  for (const [path, body] of cases) {
    const answer = await call('POST', '/saved-filters', { list: 'users', name: 'x', ...body });
    t.match(answer, { status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path }] } }, JSON.stringify(body));
  }
  t.equal((await call('POST', '/saved-filters', { list: 'planets', name: 'x', query: {} })).status, 400);
  const token = await api.token(['read'], { companyId });
  const ofNobody = { list: 'users', name: 'x', query: {} };
  t.equal((await api.call('POST', '/saved-filters', { token, body: ofNobody })).status, 403);
});

t.test('each chooses columns, sort and length of a page', async (t) => {
  const { api, companyId } = await world(t);
  const { call } = await createPerson(api, companyId, 'dora');
  const first = (await call('GET', '/me/lists/users')).body;
  t.match(first, { list: 'users', sort: 'username', limit: 50, isDefault: true });
  t.ok(first.columns.includes('lastName'));
  const choice = { columns: ['username', 'site'], sort: '-lastLoginAt', limit: 100 };
  t.same((await call('PUT', '/me/lists/users', choice)).body, { list: 'users', ...choice, isDefault: false });
  t.same((await call('GET', '/me/lists/users')).body, { list: 'users', ...choice, isDefault: false });
  t.equal((await call('GET', '/me/lists/extensions')).body.isDefault, true);
  t.equal((await call('PUT', '/me/lists/users', { columns: ['secret'] })).status, 400);
  t.equal((await call('PUT', '/me/lists/users', { columns: ['username'], sort: 'secret' })).status, 400);
  t.equal((await call('PUT', '/me/lists/planets', choice)).status, 400);
  for (const name of [
    'companies',
    'sites',
    'roles',
    'sessions',
    'deleted-users',
    'invitations',
    'mailboxes',
    'teams',
  ]) {
    const { body } = await call('GET', `/me/lists/${name}`);
    t.equal((await call('PUT', `/me/lists/${name}`, { columns: body.columns, sort: body.sort })).status, 200, name);
  }
});
