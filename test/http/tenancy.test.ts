import t from 'tap';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';

/** Two companies with one of everything, and a token that may do all, in the first. */
async function twoCompanies(api: TestApp) {
  const make = async (slug: string, digit: number) => {
    const company = await api.company(slug, { labelKinds: ['desk'] });
    const extension = await api.extension(company.id, '1001', { mailbox: {} });
    const post = async (path: string, body: object) => (await api.call('POST', path, { body })).body;
    const site = await post('/sites', { companyId: company.id, name: 'Here' });
    const user = await post('/users', { companyId: company.id, username: slug, firstName: 'F', lastName: 'L' });
    const number = await post('/numbers', { companyId: company.id, e164: `+493012345${digit}0` });
    const token = await post('/tokens', { companyId: company.id, name: slug, scopes: ['read'] });
    const group = await post('/groups', { companyId: company.id, name: 'All' });
    const team = await post('/teams', { companyId: company.id, name: 'All' });
    const label = await post('/labels', { companyId: company.id, kind: 'desk', name: 'All' });
    return { company, extension, site, user, number, token, group, team, label };
  };
  const own = await make('acme', 1);
  const foreign = await make('other', 2);
  return { own, foreign, bound: await api.token(['admin'], { companyId: own.company.id }) };
}

t.test('an object of another company is not there, whatever one tries', async (t) => {
  const api = await createTestApp(t);
  const { own, foreign, bound } = await twoCompanies(api);
  const cases = (set: typeof own, id: (object: Json) => string): [method: string, path: string, body?: object][] => {
    const extension = `/extensions/${id(set.extension)}`;
    const number = `/numbers/${id(set.number)}`;
    const person = { username: 'new', firstName: 'F', lastName: 'L' };
    const groups = (['group', 'team', 'label'] as const).flatMap((kind): [string, string, object?][] => {
      const path = `/${kind}s/${id(set[kind])}`;
      return [
        ['GET', path],
        ['PATCH', path, { name: 'x' }],
        ['GET', `${path}/members`],
        ['POST', `${path}/members`, { userIds: [own.user.id] }],
        ['PUT', `${path}/members/${own.user.id}`],
        ['DELETE', `${path}/members/${own.user.id}`],
        ['DELETE', path],
      ];
    });
    return [
      ['GET', `/companies/${id(set.company)}`],
      ['PATCH', `/companies/${id(set.company)}`, { name: 'x' }],
      ['GET', `/sites/${id(set.site)}`],
      ['PATCH', `/sites/${id(set.site)}`, { name: 'x' }],
      ['DELETE', `/sites/${id(set.site)}`],
      ['GET', `/users/${id(set.user)}`],
      ['PATCH', `/users/${id(set.user)}`, { firstName: 'x' }],
      ['POST', `/users/${id(set.user)}/duplicate`, person],
      ['GET', `/users/${id(set.user)}/avatar`],
      ['DELETE', `/users/${id(set.user)}/avatar`],
      ['GET', `/colleagues/${id(set.user)}`],
      ['DELETE', `/users/${id(set.user)}`],
      ...groups,
      ['GET', extension],
      ['PATCH', extension, { displayName: 'x' }],
      ['GET', `${extension}/accounts`],
      ['GET', `${extension}/accounts/1`],
      ['POST', `${extension}/accounts`, {}],
      ['PATCH', `${extension}/accounts/1`, { label: 'x' }],
      ['POST', `${extension}/accounts/1/rotate`],
      ['DELETE', `${extension}/accounts/1`],
      ['GET', `${extension}/mailbox`],
      ['POST', `${extension}/mailbox`, {}],
      ['PATCH', `${extension}/mailbox`, {}],
      ['DELETE', `${extension}/mailbox`],
      ['DELETE', extension],
      ['GET', number],
      ['GET', `${number}/history`],
      ['PATCH', number, { note: 'x' }],
      ['POST', `${number}/reserve`],
      ['POST', `${number}/assign`, { extensionId: own.extension.id }],
      ['POST', `${number}/release`],
      ['POST', `${number}/spare`],
      ['DELETE', number],
      ['GET', `/tokens/${id(set.token)}`],
      ['DELETE', `/tokens/${id(set.token)}`],
    ];
  };
  const before = await api.call('GET', '/activity?limit=500');
  const there = cases(foreign, (object) => object.id);
  const nowhere = cases(foreign, () => '0199c5a1-2f7e-7c3b-9d0e-3f1b5a7c9e11');
  for (const [i, [method, path, body]] of there.entries()) {
    const ask = async (address = path) => {
      const answer = await api.call(method, address, { token: bound, ...(body === undefined ? {} : { body }) });
      const { instance: _instance, ...problem } = answer.body;
      return { status: answer.status, problem };
    };
    const foreigner = await ask();
    t.equal(foreigner.status, 404, `${method} ${path}`);
    t.same(foreigner, await ask(nowhere[i]?.[1]), `${method} ${path}: as if it did not exist`);
  }
  t.equal((await api.call('GET', '/activity?limit=500')).body.total, before.body.total, 'nothing happened');
});

t.test('lists hold one company only, whatever the filter', async (t) => {
  const api = await createTestApp(t);
  const { own, foreign, bound } = await twoCompanies(api);
  for (const path of [
    '/companies',
    '/sites',
    '/users',
    '/groups',
    '/teams',
    '/labels',
    '/extensions',
    '/mailboxes',
    '/numbers',
    '/tokens',
    '/activity',
  ]) {
    const whole = await api.call('GET', `${path}?limit=500`, { token: bound });
    t.ok(whole.body.total > 0, `${path} is not empty`);
    t.notMatch(whole.text, foreign.company.id, `${path} does not know the other company`);
    if (path === '/companies') continue;
    const other = await api.call('GET', `${path}?companyId=${foreign.company.id}`, { token: bound });
    t.match(other.body, { total: 0, items: [] }, `${path} by the other company`);
    const same = await api.call('GET', `${path}?limit=500&companyId=${own.company.id}`, { token: bound });
    t.equal(same.body.total, whole.body.total, `${path} by its own company`);
  }
});

t.test('a new object names its own company or none', async (t) => {
  const api = await createTestApp(t);
  const { own, foreign, bound } = await twoCompanies(api);
  const bodies: [path: string, body: object][] = [
    ['/sites', { name: 'New' }],
    ['/users', { username: 'new', firstName: 'F', lastName: 'L' }],
    ['/extensions', { displayName: 'New' }],
    ['/numbers', { e164: '+4930999999' }],
    ['/groups', { name: 'New' }],
    ['/teams', { name: 'New' }],
    ['/labels', { name: 'New', kind: 'desk' }],
  ];
  for (const [path, body] of bodies) {
    const create = (more: object) => api.call('POST', path, { token: bound, body: { ...body, ...more } });
    t.match(
      await create({ companyId: foreign.company.id }),
      { status: 422, body: { code: 'REFERENCE_INVALID' } },
      path,
    );
    t.match(await create({}), { status: 201, body: { companyId: own.company.id } }, path);
  }
});

t.test('references to objects of another company are unknown', async (t) => {
  const api = await createTestApp(t);
  const { own, foreign } = await twoCompanies(api);
  const cases: [method: string, path: string, body: object][] = [
    ['PATCH', `/extensions/${own.extension.id}`, { userId: foreign.user.id }],
    ['PATCH', `/extensions/${own.extension.id}`, { siteId: foreign.site.id }],
    ['PATCH', `/users/${own.user.id}`, { siteId: foreign.site.id }],
    ['PUT', `/groups/${own.group.id}/members/${foreign.user.id}`, {}],
    ['POST', `/teams/${own.team.id}/members`, { userIds: [foreign.user.id] }],
    ['POST', `/numbers/${own.number.id}/assign`, { extensionId: foreign.extension.id }],
  ];
  for (const [method, path, body] of cases) {
    t.match(
      await api.call(method, path, { body }),
      { status: 422, body: { code: 'REFERENCE_INVALID' } },
      JSON.stringify(body),
    );
  }
});

t.test('what belongs to no company is forbidden to a token of one', async (t) => {
  const api = await createTestApp(t);
  const { own, bound } = await twoCompanies(api);
  const cases: [method: string, path: string, body?: object][] = [
    ['POST', '/companies', { name: 'x', slug: 'x', ranges: [['10', '19']], country: 'DE', timezone: 'UTC' }],
    ['DELETE', `/companies/${own.company.id}`],
    ['GET', '/pbxes'],
    ['GET', `/pbxes/${api.pbxId}`],
    ['PATCH', `/pbxes/${api.pbxId}`, {}],
    ['DELETE', `/pbxes/${api.pbxId}`],
    ['GET', '/sync'],
    ['GET', `/sync/${api.pbxId}`],
    ['GET', `/sync/${api.pbxId}/plan`],
    ['GET', `/sync/${api.pbxId}/drift`],
    ['POST', `/sync/${api.pbxId}/run`],
    ['POST', `/sync/${api.pbxId}/approve`, { planId: 'x' }],
  ];
  for (const [method, path, body] of cases) {
    const answer = await api.call(method, path, { token: bound, ...(body === undefined ? {} : { body }) });
    t.match(answer, { status: 403, body: { code: 'FORBIDDEN' } }, `${method} ${path}`);
  }
});
