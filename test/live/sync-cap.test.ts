import t from 'tap';
import { until } from '../support/asterisk.ts';
import { onPbx, openTestCore, startCore } from '../support/core.ts';

const SYNC = { deleteCapFloor: 10, deleteCapShare: 0.1 };
const test = await startCore(t, { sync: SYNC });
const { pbx, ami, acme } = test;
const seen = () => onPbx(pbx, ami);

for (let n = 1; n <= 6; n++) await test.create(acme, `100${n}`, { mailbox: {} });
await test.synced();
const before = await seen();

t.test('what somebody deletes on purpose needs no approval, however much it is', async (t) => {
  const others: string[] = [];
  for (let n = 1; n <= 6; n++) others.push((await test.create(acme, `120${n}`)).id);
  await test.synced();
  const items = others.map((extensionId) => ({ extensionId, ifVersion: undefined }));
  await test.core.changes.run((tx) => test.core.batch.remove(tx, 'test', items, 'spare'));
  await test.synced();
  t.same(await seen(), before);
});

t.test('an empty database does not empty the PBX', async (t) => {
  await test.stop();
  const empty = await openTestCore(t, pbx, { sync: SYNC });
  const blocked = await until(async () => {
    const status = await empty.status();
    return status.state === 'blocked' ? status : undefined;
  }, 'the plan to wait for approval');
  t.same(await seen(), before);
  t.match(blocked.reason, /would delete \d+ objects/);

  const plan = await empty.core.fleet.plan(empty.pbxId);
  t.equal(plan.id, blocked.blockedPlan, 'what is shown is what waits');
  t.equal(plan.changes.length, Object.keys(before).length);
  t.ok(plan.changes.every(({ op }) => op === 'delete'));
  t.equal(plan.needsApproval, true);

  await t.test('a change of ours is kept until then', async (t) => {
    const beta = await empty.company({ slug: 'beta' });
    await empty.create(beta, '1001');
    t.same(await seen(), before);
    t.equal((await empty.status()).state, 'blocked');
  });

  await t.test('another audit finds the same and says it once', async (t) => {
    const told = (await empty.activity()).filter(({ action }) => action.startsWith('drift.'));
    await empty.core.fleet.run(empty.pbxId);
    const again = (await empty.activity()).filter(({ action }) => action.startsWith('drift.'));
    t.equal(again.length, told.length);
    t.same([...new Set(told.map(({ action }) => action))], ['drift.reported'], 'nothing was enforced');
    t.same(await seen(), before);
  });

  await t.test('another plan than the one that waits is not approved', async (t) => {
    await t.rejects(empty.core.fleet.approve(empty.pbxId, '0000000000000000', 'test'), { code: 'PLAN_NOT_FOUND' });
    await t.rejects(
      empty.core.fleet.approve(empty.pbxId, plan.id, 'test'),
      { code: 'PLAN_NOT_FOUND' },
      'the one of before',
    );
    t.same(await seen(), before);
  });

  await t.test('the approved plan is done, and nothing else', async (t) => {
    const { blockedPlan = '' } = await empty.status();
    await empty.core.fleet.approve(empty.pbxId, blockedPlan, 'test');
    await empty.synced();
    t.same(await seen(), await empty.desired());
    t.match(Object.keys(await seen()), [
      'aor/1001',
      'auth/1001',
      'company/beta',
      'context/lk-beta',
      'endpoint/1001',
      'extension/beta/1001',
    ]);
    const actions = (await empty.activity()).map(({ action }) => action);
    t.ok(actions.includes('drift.enforced'), 'now it was');
  });

  await t.test('an approval holds for one plan only', async (t) => {
    for (let n = 0; n < 20; n++) await ami.dbPut('linekeeper/aor', `77${n}`, { max_contacts: '1' });
    await empty.core.fleet.run(empty.pbxId);
    t.equal((await empty.status()).state, 'blocked');
    t.equal((await ami.dbTree('linekeeper/aor')).size, 21);
    for (let n = 0; n < 20; n++) await ami.dbDel('linekeeper/aor', `77${n}`);
    await empty.audit();
    t.equal((await empty.status()).state, 'in-sync', 'when the reason is gone it goes on by itself');
  });
});
