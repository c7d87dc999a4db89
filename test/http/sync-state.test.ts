import t from 'tap';
import { createTestApp, type TestApp } from '../support/app.ts';

const wait = (seconds: number) => ({ prefer: `wait=${seconds}` });

/** The PBX is there and its first audit is over. */
async function online(api: TestApp): Promise<void> {
  api.port.connect();
  await api.call('POST', `/sync/${api.pbxId}/run`, { body: {} });
}

t.test('without the PBX a change is taken and pending', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  t.equal(company.sync.state, 'pending');
  t.match(company.sync.since, /^\d{4}-.*Z$/);
  t.match((await api.call('GET', '/companies?sync=pending')).body, { total: 1 });
  t.match((await api.call('GET', '/companies?sync=synced')).body, { total: 0 });
});

t.test('Prefer: wait answers when the PBX has it', async (t) => {
  const api = await createTestApp(t);
  await online(api);
  const company = await api.company('acme');
  const answer = await api.call('POST', '/extensions', {
    body: { companyId: company.id, number: '1001', displayName: 'Ann' },
    headers: wait(10),
  });
  t.match(answer, { status: 201, headers: { 'preference-applied': 'wait=10' }, body: { sync: { state: 'synced' } } });
  t.ok(api.port.objects.has('endpoint/1001'), 'the PBX has the endpoint');
  const read = await api.call('GET', `/extensions/${answer.body.id}`);
  t.same(read.body.sync, { state: 'synced' });
  const gone = await api.call('DELETE', `/extensions/${answer.body.id}`, { headers: wait(10) });
  t.match(gone, { status: 200, body: { sync: { state: 'synced' } } });
  t.notOk(api.port.objects.has('endpoint/1001'));
});

t.test('what the PBX refuses is failed, with the reason, and found by ?sync=failed', async (t) => {
  const api = await createTestApp(t);
  await online(api);
  const company = await api.company('acme');
  api.port.refused.add('endpoint/1001');
  const answer = await api.call('POST', '/extensions', {
    body: { companyId: company.id, number: '1001', displayName: 'Ann' },
    headers: wait(10),
  });
  const failure = { state: 'failed', code: 'AMI_REFUSED', reason: /refused by the test/ };
  t.match(answer, { status: 201, body: { sync: failure } }, 'the change stands all the same');
  const list = await api.call('GET', `/extensions?sync=failed`);
  t.match(list.body, { total: 1, items: [{ number: '1001', sync: failure }] });
});

t.test('waiting ends: the change is pending', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const started = Date.now();
  const answer = await api.call('PATCH', `/companies/${company.id}`, { body: { trunk: 'carrier' }, headers: wait(1) });
  t.match(answer, { status: 200, headers: { 'preference-applied': 'wait=1' }, body: { sync: { state: 'pending' } } });
  t.ok(Date.now() - started >= 900);
});

t.test('a key is free for others while its request waits for the PBX', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const request = {
    body: { companyId: company.id, displayName: 'Ann' },
    headers: { ...wait(2), 'idempotency-key': 'k' },
  };
  const slow = api.call('POST', '/extensions', request);
  let again = await api.call('POST', '/extensions', { ...request, headers: { 'idempotency-key': 'k' } });
  while (again.status === 409)
    again = await api.call('POST', '/extensions', { ...request, headers: { 'idempotency-key': 'k' } });
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } });
  t.equal((await slow).body.id, again.body.id);
});

t.test('a change of the time zone is the change of mailboxes that have none of their own', async (t) => {
  const api = await createTestApp(t);
  await online(api);
  const company = await api.company('acme');
  const own = await api.extension(company.id, '1001', { mailbox: { timezone: 'Asia/Tokyo' } });
  const inherited = await api.extension(company.id, '1002', { mailbox: {} });
  const none = await api.extension(company.id, '1003');
  const plan = await api.call('PATCH', `/companies/${company.id}?dryRun=true`, { body: { timezone: 'Europe/Paris' } });
  const refs = plan.body.plan.changes.map((change: { ref: string }) => change.ref);
  t.ok(refs.includes('mailbox/1002@lk-acme-02'), `the mailbox without a zone: ${refs}`);
  t.notOk(
    refs.some((ref: string) => /100[13]/.test(ref)),
    `and no other, not ${own.number} nor ${none.number}`,
  );
  t.ok(inherited.id);
});

t.test('the renamed company is not the business of the PBX', async (t) => {
  const api = await createTestApp(t);
  await online(api);
  const company = await api.company('acme');
  await api.call('PATCH', `/companies/${company.id}`, { body: { trunk: 'x' }, headers: wait(10) });
  const answer = await api.call('PATCH', `/companies/${company.id}`, { body: { name: 'Acme Ltd', quarantineDays: 5 } });
  t.match(answer.body, { name: 'Acme Ltd', version: 3, sync: { state: 'synced' } });
});
