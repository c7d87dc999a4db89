import t from 'tap';
import { openLogins } from '../../src/store/pbxes.ts';
import { createTestApp, pbxInput } from '../support/app.ts';

t.test('logins are written, never read, and sealed at rest', async (t) => {
  const api = await createTestApp(t);
  const made = await api.call('POST', '/pbxes', { body: pbxInput('second') });
  t.match(made, {
    status: 201,
    body: { name: 'second', amiPort: 5038, tls: false, driftPolicy: 'enforce', counts: { companies: 0 } },
  });
  const { id } = made.body;
  for (const path of ['/pbxes', `/pbxes/${id}`, `/activity?objectId=${id}`]) {
    t.notMatch((await api.call('GET', path)).text, /secret-of-ami/, path);
  }
  const row = await api.db.read.pbx.findUniqueOrThrow({ where: { id } });
  t.notMatch(row.loginsSealed, /secret/);
  t.match(openLogins(api.db, id, row.loginsSealed), { sync: { username: 's', secret: 's-secret-of-ami' } });
  t.notMatch(api.logged.join(''), /secret-of-ami/);
});

t.test('one login changes, the others stay', async (t) => {
  const api = await createTestApp(t);
  const path = `/pbxes/${api.pbxId}`;
  const patch = { logins: { sync: { username: 'new', secret: 'new-secret' } }, driftPolicy: 'report' };
  t.match(await api.call('PATCH', path, { body: patch }), { status: 200, body: { driftPolicy: 'report', version: 2 } });
  const row = await api.db.read.pbx.findUniqueOrThrow({ where: { id: api.pbxId } });
  t.match(openLogins(api.db, api.pbxId, row.loginsSealed), { sync: { username: 'new' }, query: { username: 'q' } });
  const events = await api.call('GET', '/activity?action=pbx.updated');
  t.match(events.body.items[0].details, { logins: ['sync'], driftPolicy: ['enforce', 'report'] });
});

t.test('hosts, ports, addresses and logins that are none', async (t) => {
  const api = await createTestApp(t);
  const base = pbxInput('x');
  for (const [field, value] of [
    ['host', ''],
    ['host', 'a b'],
    ['host', 'a\r\nb'],
    ['host', '-x'],
    ['host', 'x/y'],
    ['host', 'u@h'],
    ['amiPort', 0],
    ['amiPort', 65_536],
    ['amiPort', '5038'],
    ['wsUrl', 'http://x'],
    ['wsUrl', 'javascript:1'],
    ['wsUrl', 'x'],
    ['driftPolicy', 'maybe'],
    ['pinConflict', 'both'],
    ['logins', {}],
    ['logins', { ...base.logins, sync: { username: 's', secret: 'a\r\nAction: Logoff' } }],
    ['logins', { ...base.logins, sync: { username: 's', secret: '' } }],
    ['logins', { ...base.logins, root: base.logins.sync }],
  ] as const) {
    // biome-ignore format: one table
    const answer = await api.call('POST', '/pbxes', { body: { ...base, [field]: value } });
    t.match(
      answer,
      { status: 400, body: { errors: [{ path: new RegExp(`^${field}`) }] } },
      `${field} ${JSON.stringify(value)}`,
    );
  }
});

t.test('names are unique; a PBX with companies stays; a deleted one is gone from sync', async (t) => {
  const api = await createTestApp(t);
  t.match(await api.call('POST', '/pbxes', { body: pbxInput('main') }), {
    status: 409,
    body: { code: 'PBX_NAME_TAKEN' },
  });
  const second = (await api.call('POST', '/pbxes', { body: pbxInput('second') })).body;
  t.equal((await api.call('GET', '/sync')).body.items.length, 2);
  const company = await api.company('acme', { pbxId: second.id });
  t.match(await api.call('DELETE', `/pbxes/${second.id}`), { status: 409, body: { code: 'PBX_IN_USE' } });
  await api.call('DELETE', `/companies/${company.id}`);
  t.equal((await api.call('DELETE', `/pbxes/${second.id}`)).status, 204);
  t.equal((await api.call('GET', `/sync/${second.id}`)).status, 404);
  t.equal(await api.db.read.outbox.count({ where: { pbxId: second.id } }), 0);
});

t.test('sync: status, plan, run, drift and approval', async (t) => {
  const api = await createTestApp(t);
  const path = `/sync/${api.pbxId}`;
  await api.company('acme');
  t.match((await api.call('GET', path)).body, {
    state: 'offline',
    reason: /not connected/,
    pending: 1,
    oldestPendingAt: /Z$/,
  });
  api.port.connect();
  const ran = await api.call('POST', `${path}/run`);
  t.equal(ran.status, 200);
  let status = ran.body;
  // Being connected asked for an audit too: it may still run.
  while (status.state === 'auditing') status = (await api.call('GET', path)).body;
  t.match(status, { state: 'in-sync', pending: 0, failed: 0, lastAuditAt: /Z$/ });
  await api.call('PATCH', `/pbxes/${api.pbxId}`, { body: { driftPolicy: 'report' } });
  api.port.connect();
  await api.call('POST', `${path}/run`);
  t.match((await api.call('GET', `${path}/plan`)).body, { needsApproval: false, changes: [] });
  t.match((await api.call('GET', `${path}/drift`)).body, { total: 0 });
  api.port.objects.set('number/4930999999', '{}');
  await api.call('POST', `${path}/run`);
  t.match((await api.call('GET', `${path}/drift`)).body, {
    total: 1,
    items: [{ ref: 'number/4930999999', kind: 'unexpected' }],
  });
  t.match((await api.call('GET', `${path}/drift?kind=missing`)).body, { total: 0 });
  t.match(await api.call('POST', `${path}/approve`, { body: { planId: 'nope' } }), {
    status: 404,
    body: { code: 'PLAN_NOT_FOUND' },
  });
  for (const action of ['plan', 'drift', ''])
    t.equal((await api.call('GET', `/sync/nobody/${action}`.replace(/\/$/, ''))).status, 404);
});
