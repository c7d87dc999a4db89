import t from 'tap';
import { v7 as uuid } from 'uuid';
import { holdsPermission, PERMISSION_NAMES, type Permission } from '../../src/domain/permission.ts';
import { insertCallRecords } from '../../src/store/call-records.ts';
import type { Json, TestApp } from '../support/app.ts';
import { callRecord } from '../support/call-record.ts';
import { people } from '../support/logins.ts';
import { ROUTE_RULES, type RouteRule } from '../support/route-rules.ts';

const NOWHERE = '0199c5a1-2f7e-7c3b-9d0e-3f1b5a7c9e11';

interface Route {
  method: string;
  url: string;
  rule: RouteRule;
}

type World = Awaited<ReturnType<typeof people>>;

/** Every route there is, with what is laid down for it. */
function routesOf({ api }: World): Route[] {
  return api.app
    .routeTable()
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, url }) => ({ method, url, rule: ROUTE_RULES[`${method} ${url}`] ?? { needs: 'admin' } }));
}

async function ask({ api }: World, { method, url, rule }: Route, token: string, id = NOWHERE) {
  const path = url.replace(':ordinal', '1').replace(/:[A-Za-z]+/g, id);
  const hasBody = rule.body !== undefined;
  const response = await api.inject({
    method: method as 'GET',
    url: path,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      'content-type': rule.contentType ?? 'application/json',
    },
    ...(hasBody ? { payload: JSON.stringify(rule.body) } : {}),
  });
  const isJson = String(response.headers['content-type']).includes('json') && response.body !== '';
  return { status: response.statusCode, problem: isJson ? (response.json() as Json) : {} };
}

/** A role of one permission for each there is, and somebody who has it and no other. */
async function oneForEach(world: World): Promise<Map<Permission | 'user', string>> {
  const tokens = new Map<Permission | 'user', string>();
  await world.make('somebody', {});
  tokens.set('user', (await world.login('somebody')).body.token);
  for (const permission of PERMISSION_NAMES) {
    const body = { companyId: world.acme.id, name: permission, permissions: [permission] };
    const role = await world.api.call('POST', '/roles', { body });
    const id = await world.make(permission, { role: null });
    await world.api.call('POST', `/users/${id}/roles`, { body: { roleIds: [role.body.id] } });
    tokens.set(permission, (await world.login(permission)).body.token);
  }
  return tokens;
}

t.test('every route has a rule, and every rule a route', async (t) => {
  const world = await people(t);
  const names = world.api.app
    .routeTable()
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, url }) => `${method} ${url}`);
  for (const name of names) t.ok(ROUTE_RULES[name], `${name} has a rule in test/support/route-rules.ts`);
  for (const name of Object.keys(ROUTE_RULES)) t.ok(names.includes(name), `${name} is a route`);
});

t.test('a route opens to the permission it names and to no other', async (t) => {
  const world = await people(t);
  const tokens = await oneForEach(world);
  const held = (who: Permission | 'user') => new Set<string>(who === 'user' ? ['users:read', 'users:invite'] : [who]);
  for (const route of routesOf(world)) {
    const { needs, isGlobal } = route.rule;
    const name = `${route.method} ${route.url}`;
    const nobody = await ask(world, route, '');
    if (needs === 'public') t.not(nobody.status, 403, `${name} is public`);
    else t.equal(nobody.status, 401, `${name} without a login`);
    for (const [who, token] of tokens) {
      // What everybody may do to himself would end the session that the rest of the test needs.
      if (needs === 'public' || (needs === 'self' && /logout|end|password$/.test(route.url))) continue;
      const { status, problem } = await ask(world, route, token);
      const may = needs === 'self' || needs === 'login' || holdsPermission(held(who), needs);
      if (!may)
        t.match(
          { status, problem },
          { status: 403, problem: { code: 'FORBIDDEN', details: { scope: needs } } },
          `${name} to ${who}`,
        );
      else if (isGlobal)
        t.match(
          { status, problem },
          { status: 403, problem: { code: 'FORBIDDEN' } },
          `${name} to ${who} of one company`,
        );
      else t.notOk(status === 401 || status === 403, `${name} opens to ${who} (${status} ${problem.code ?? ''})`);
    }
  }
});

t.test('an object of another company is not there, for whoever may do all in his own', async (t) => {
  const world = await people(t);
  const { api, acme, make, login } = world;
  const other = await api.company('other');
  await make('boss', { companyId: other.id, role: 'administrator' });
  const { token } = (await login('boss')).body;
  const post = async (path: string, body: object): Promise<string> =>
    (await api.call('POST', path, { body: { companyId: acme.id, ...body } })).body.id;
  const anna = await make('anna', {});
  const extension = (await api.extension(acme.id, '1001', { mailbox: {} })).id;
  api.port.addChannel('1001', '1700000000.1');
  const record = callRecord({ pbxId: api.pbxId, companyId: acme.id });
  await api.db.write(async (tx) => insertCallRecords(tx, [record]));
  const ids: Record<string, string> = {
    calls: '1700000000.1',
    companies: acme.id,
    sites: await post('/sites', { name: 'Here' }),
    users: anna,
    roles: await world.roleId(acme.id, 'user'),
    sessions: (await login('anna')).body.sessionId,
    extensions: extension,
    numbers: await post('/numbers', { e164: '+4930123450' }),
    ...(await others(world, anna)),
    'call-records': record.id,
    tokens: await post('/tokens', { name: 'x', scopes: ['read'] }),
    invitations: await post('/invitations', { email: 'cleo@acme.example' }),
  };
  for (const route of routesOf(world)) {
    const [, kind = ''] = /^\/api\/v1\/([a-z-]+)\/:id/.exec(route.url) ?? [];
    if (kind === '' || route.rule.isGlobal === true) continue;
    const name = `${route.method} ${route.url}`;
    const id = ids[kind];
    if (id === undefined) {
      t.fail(`${name}: the test has no ${kind} of another company`);
      continue;
    }
    const without = ({ status, problem: { instance: _instance, ...problem } }: Awaited<ReturnType<typeof ask>>) => ({
      status,
      problem,
    });
    const foreign = without(await ask(world, route, token, id));
    t.equal(foreign.status, 404, `${name} (${JSON.stringify(foreign.problem.errors ?? foreign.problem.code ?? '')})`);
    t.same(foreign, without(await ask(world, route, token)), `${name}: as if it did not exist`);
  }
});

/** One of each kind that only comes into being by way of another. */
async function others({ api, acme, make }: World, anna: string): Promise<Record<string, string>> {
  const companyId = acme.id;
  const post = async (path: string, body: object) => {
    const answer = await api.call('POST', path, { body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  await api.call('PATCH', `/companies/${companyId}`, { body: { labelKinds: ['desk'] } });
  const gone = await make('gone', {});
  const deleted = await api.call('DELETE', `/users/${gone}`);
  await make('mailed', { email: 'mailed@acme.example' });
  const mailed = await api.db.read.user.findFirstOrThrow({ where: { username: 'mailed' } });
  await post(`/users/${mailed.id}/reset-password`, { method: 'link' });
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const text = { text: 'x', category: 'x', target: { everyone: true }, sendAt: soon };
  return {
    colleagues: anna,
    groups: (await post('/groups', { companyId, name: 'G' })).id,
    teams: (await post('/teams', { companyId, name: 'T' })).id,
    labels: (await post('/labels', { companyId, kind: 'desk', name: 'L' })).id,
    // No action is there to do in this app: the row is what another company has.
    jobs: await foreignJob(api, companyId),
    'saved-filters': (await post('/saved-filters', { companyId, list: 'users', name: 'F', query: {}, isShared: true }))
      .id,
    'deleted-users': gone,
    'lifecycle-reports': deleted.body.reportId,
    'scheduled-actions': (await post(`/users/${anna}/schedule`, { action: 'disable', at: soon })).id,
    mails: (await api.db.read.mail.findFirstOrThrow()).id,
    broadcasts: (await post('/broadcasts', { companyId, ...text })).id,
    devices: (await post('/devices', { companyId, mac: '00:15:65:00:00:01', vendor: 'yealink', model: 'T54W' })).id,
    'key-layouts': (await post('/key-layouts', { companyId, name: 'K', keys: [] })).id,
    'roll-outs': await foreignRollOut(api, companyId),
    'phone-sightings': await foreignSighting(api, companyId),
    'redirect-accounts': (
      await post('/redirect-accounts', {
        ...{ companyId, service: 'yealink-rps', name: 'R' },
        credentials: { accessKeyId: 'x', accessKeySecret: 'x' },
      })
    ).id,
  };
}

async function foreignRollOut({ db }: TestApp, companyId: string): Promise<string> {
  const id = uuid();
  const row = { id, companyId, kind: 'templates', target: '{"releaseHash":"x"}', limits: '{}', actor: 'x' };
  await db.write((tx) => tx.rollOut.create({ data: { ...row, createdAt: new Date() } }));
  return id;
}

async function foreignSighting({ db }: TestApp, companyId: string): Promise<string> {
  const seen = { mac: '001565000002', userAgent: 'x', address: '10.0.0.1', path: '/x.cfg', reason: 'x' };
  await db.write((tx) =>
    tx.phoneSighting.create({ data: { ...seen, companyId, firstAt: new Date(), lastAt: new Date() } }),
  );
  return seen.mac;
}

async function foreignJob({ db }: TestApp, companyId: string): Promise<string> {
  const job = { id: uuid(), type: 'action', kind: 'disable-users', actor: 'x', state: 'done', options: '{}' };
  await db.write((tx) => tx.job.create({ data: { ...job, companyId, createdAt: new Date() } }));
  return job.id;
}
