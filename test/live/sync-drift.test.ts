import t from 'tap';
import { until } from '../support/asterisk.ts';
import { onPbx, startCore } from '../support/core.ts';

const test = await startCore(t, { sync: { auditIntervalSeconds: 2 } });
const { pbx, ami, acme } = test;
const seen = () => onPbx(pbx, ami);

await test.create(acme, '1001', { displayName: 'Ann', mailbox: { pin: '471100' } }, { phoneNumbers: ['+4930123401'] });
await test.create(acme, '1002', { displayName: 'Bob' });
await test.synced();
const wanted = await seen();
const SECRETS = [JSON.parse(wanted['auth/1001'] ?? '').md5_cred as string, '471100'];

/** The drift that one edit by hand leads to, after an audit. */
async function found(): Promise<{ action: string; ref: string; kind: string; text: string }[]> {
  const told = (await test.activity()).length;
  await test.audit();
  const news = (await test.activity()).slice(told).filter(({ action }) => action.startsWith('drift.'));
  return news.map(({ action, details }) => ({
    action,
    ref: details.ref,
    kind: details.kind,
    text: JSON.stringify(details),
  }));
}

async function policy(driftPolicy: string): Promise<void> {
  const data = { driftPolicy, version: { increment: 1 } };
  await test.core.db.write((tx) => tx.pbx.update({ where: { id: test.pbxId }, data }));
  await test.core.fleet.reload();
  await until(async () => (await test.status()).state === 'in-sync', 'the PBX to be in step under its new policy');
}

t.test('enforce: what somebody edits, deletes or adds by hand is put right and told', async (t) => {
  const edits: [sentence: string, kind: string, ref: string, edit: () => Promise<void>][] = [
    [
      'a SIP digest is replaced',
      'changed',
      'auth/1001',
      () => ami.dbPut('linekeeper/auth', '1001', { auth_type: 'md5', md5_cred: 'f'.repeat(32) }),
    ],
    [
      'a class is raised',
      'changed',
      'extension/acme/1002',
      () => ami.dbPut('linekeeper/extension/acme', '1002', { accounts: '1002', class: 'international' }),
    ],
    [
      'an endpoint is broken',
      'changed',
      'endpoint/1002',
      () => ami.dbPut('linekeeper/endpoint', '1002', '{"context":"lk-'),
    ],
    ['an aor is deleted', 'missing', 'aor/1001', () => ami.dbDel('linekeeper/aor', '1001')],
    ['a number is deleted', 'missing', 'number/4930123401', () => ami.dbDel('linekeeper/number', '4930123401')],
    ['a company is deleted', 'missing', 'company/acme', () => ami.dbDel('linekeeper/company', 'acme')],
    [
      'a back door is added',
      'unexpected',
      'auth/6666',
      () => ami.dbPut('linekeeper/auth', '6666', { auth_type: 'userpass', password: 'canary' }),
    ],
    [
      'an extension nobody made is added',
      'unexpected',
      'extension/acme/1999',
      () => ami.dbPut('linekeeper/extension/acme', '1999', { accounts: '1001' }),
    ],
  ];
  for (const [sentence, kind, ref, edit] of edits) {
    await t.test(sentence, async (t) => {
      await test.age();
      await edit();
      const drift = await found();
      t.match(drift, [{ action: 'drift.enforced', kind, ref }]);
      t.equal(drift.length, 1);
      t.same(await seen(), wanted);
      for (const secret of [...SECRETS, 'f'.repeat(32), 'canary']) t.notMatch(drift[0]?.text, secret);
    });
  }
  await t.test('nothing is left to say afterwards', async (t) => {
    t.same(await found(), []);
    t.equal((await test.status()).drift, 0);
  });
});

t.test('enforce: a wiped AstDB family is rebuilt by itself, and a phone can register again', async (t) => {
  await test.age();
  await ami.action({ Action: 'DBDelTree', Family: 'linekeeper' });
  t.notSame(await seen(), wanted);
  await until(async () => JSON.stringify(await seen()) === JSON.stringify(wanted), 'the AstDB family to be rebuilt');
  t.match(await pbx.rx('pjsip show auth 1001'), /1001/);
});

t.test('report: what somebody does by hand is told once and left alone', async (t) => {
  await policy('report');
  await test.age();
  await ami.dbPut('linekeeper/extension/acme', '1002', { accounts: '1002', class: 'international' });
  await ami.dbDel('linekeeper/aor', '1001');
  await ami.dbPut('linekeeper/aor', '6666', { max_contacts: '1' });
  const changed = await seen();
  t.match(await found(), [
    { action: 'drift.reported', kind: 'missing', ref: 'aor/1001' },
    { action: 'drift.reported', kind: 'changed', ref: 'extension/acme/1002' },
    { action: 'drift.reported', kind: 'unexpected', ref: 'aor/6666' },
  ]);
  t.same(await seen(), changed);
  t.equal((await test.status()).drift, 3);
  const rows = await test.core.db.read.drift.findMany({ orderBy: { ref: 'asc' } });
  t.match(rows, [
    { ref: 'aor/1001' },
    { ref: 'aor/6666', ownerId: null },
    { ref: 'extension/acme/1002', kind: 'changed' },
  ]);
  t.same(await found(), [], 'once');
  t.equal((await test.status()).drift, 3, 'as long as it is so');

  await ami.dbDel('linekeeper/aor', '6666');
  await found();
  t.equal((await test.status()).drift, 2, 'what was put right is no drift any more');
  await ami.dbPut('linekeeper/aor', '6666', { max_contacts: '1' });
  t.match(await found(), [{ action: 'drift.reported', ref: 'aor/6666' }], 'when it comes again it is told again');
});

t.test('report: what we change ourselves is written all the same', async (t) => {
  const bob = await test.core.db.read.extension.findFirstOrThrow({ where: { number: '1002' } });
  await test.update(bob.id, { ringSeconds: 50 });
  await test.synced();
  t.equal((await seen())['extension/acme/1002'], (await test.desired())['extension/acme/1002']);
});

t.test('from report to enforce: what was only told is put right, and told', async (t) => {
  const told = (await test.activity()).length;
  await policy('enforce');
  await test.audit();
  t.same(await seen(), await test.desired());
  t.equal((await test.status()).drift, 0);
  const actions = (await test.activity()).slice(told).map(({ action, details }) => `${action} ${details.ref}`);
  t.same(actions.sort(), ['drift.enforced aor/1001', 'drift.enforced aor/6666']);
});
