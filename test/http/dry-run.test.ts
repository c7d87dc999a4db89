import t from 'tap';
import { createTestApp } from '../support/app.ts';

t.test('a dry run answers with the plan and changes nothing', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const body = { companyId: company.id, number: '1001', displayName: 'Ann', mailbox: { pin: '836291' } };
  const answer = await api.call('POST', '/extensions?dryRun=true', { body });
  t.match(answer, { status: 200, body: { dryRun: true, plan: { id: /^[0-9a-f]{16}$/, needsApproval: false } } });
  const { changes } = answer.body.plan;
  t.ok(changes.every((change: { op: string; before: unknown }) => change.op === 'create' && change.before === null));
  const refs = changes.map((change: { ref: string }) => change.ref);
  for (const ref of ['endpoint/1001', 'auth/1001', 'aor/1001', 'extension/acme/1001', 'mailbox/1001@lk-acme-01']) {
    t.ok(refs.includes(ref), ref);
  }
  t.equal((await api.call('GET', '/extensions')).body.total, 0);
  t.equal(await api.db.read.outbox.count(), 1, 'only the company waits');
});

t.test('a plan shows no PIN and no digest', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const body = { companyId: company.id, number: '1001', displayName: 'Ann', mailbox: { pin: '836291' } };
  const { text } = await api.call('POST', '/extensions?dryRun=true', { body });
  t.notMatch(text, /836291/);
  t.notMatch(text, /[0-9a-f]{32}/, 'no MD5');
  t.match(text, /\*\*\*\*/);
});

t.test('a dry run is refused like the real thing', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  await api.extension(company.id, '1001');
  const body = { companyId: company.id, number: '1001', displayName: 'Ann' };
  t.match(await api.call('POST', '/extensions?dryRun=true', { body }), {
    status: 409,
    body: { code: 'EXTENSION_TAKEN' },
  });
  t.match(await api.call('DELETE', `/companies/${company.id}?dryRun=true`), {
    status: 409,
    body: { code: 'COMPANY_NOT_EMPTY' },
  });
  t.match(await api.call('DELETE', '/extensions/nobody?dryRun=true'), { status: 404 });
});

t.test('the dry run of a delete shows what would go', async (t) => {
  const api = await createTestApp(t);
  api.port.connect();
  const company = await api.company('acme');
  const body = { companyId: company.id, number: '1001', displayName: 'Ann' };
  const made = await api.call('POST', '/extensions', { body, headers: { prefer: 'wait=10' } });
  t.equal(made.body.sync.state, 'synced');
  const answer = await api.call('DELETE', `/extensions/${made.body.id}?dryRun=true`);
  const ops = answer.body.plan.changes.map(({ op, ref }: { op: string; ref: string }) => `${op} ${ref}`);
  t.ok(ops.includes('delete endpoint/1001'), ops.join());
  t.equal((await api.call('GET', `/extensions/${made.body.id}`)).status, 200);
});

t.test('a dry run does not reload the PBXs and keeps no token', async (t) => {
  const api = await createTestApp(t);
  const answer = await api.call('POST', '/tokens?dryRun=true', { body: { name: 'x', scopes: ['read'] } });
  t.same(answer.body.plan.changes, []);
  t.notMatch(answer.text, /lk_/);
  t.equal((await api.call('DELETE', `/pbxes/${api.pbxId}?dryRun=true`)).status, 200);
  t.equal((await api.call('GET', '/sync')).body.items.length, 1);
});
