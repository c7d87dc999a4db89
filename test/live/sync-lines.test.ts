import t from 'tap';
import { onPbx, startCore } from '../support/core.ts';

const test = await startCore(t);
const { pbx, ami, acme } = test;
const seen = () => onPbx(pbx, ami);
const refs = async () => Object.keys(await seen());
const counters = () => ({ ...test.core.connection(test.pbxId).connection.port.counters });

t.test('a company is on the PBX, and its context in the dialplan', async (t) => {
  t.same(await seen(), await test.desired());
  t.same(await refs(), ['company/acme', 'context/lk-acme']);
  t.match(await pbx.rx('dialplan show lk-acme'), /MSet\(LK_COMPANY=acme/);
});

t.test('a new extension is on the PBX exactly as wanted', async (t) => {
  const before = await refs();
  const { id } = await test.create(acme, '1001', {
    displayName: 'Ann Lee',
    ringSeconds: 40,
    mailbox: { pin: '471100' },
  });
  await test.synced();
  t.same(await seen(), await test.desired());
  const added = (await refs()).filter((ref) => !before.includes(ref));
  t.same(added, ['aor/1001', 'auth/1001', 'endpoint/1001', 'extension/acme/1001', 'mailbox/1001@lk-acme-01']);
  t.match(await pbx.rx('pjsip show endpoint 1001'), /"Ann Lee" <1001>/);
  t.match(await pbx.rx('voicemail show users for lk-acme-01'), /1001\s+Ann Lee/);
  t.equal((await test.core.db.read.outbox.count()) + (await test.core.db.read.drift.count()), 0);
  await test.remove(id);
  await test.synced();
});

t.test('a change is in force without a reload of PJSIP', async (t) => {
  const { id } = await test.create(acme, '1002', { mailbox: {} });
  await test.synced();
  await test.update(id, {
    displayName: 'Bob Ray',
    forwardBusy: '1003',
    classOfService: 'internal',
    pickupGroup: 'sales',
  });
  await test.synced();
  t.same(await seen(), await test.desired());
  t.match(JSON.parse((await seen())['extension/acme/1002'] ?? ''), { forwardBusy: '1003', class: 'internal' });
  t.match(await pbx.rx('pjsip show endpoint 1002'), /acme-sales/);
  await test.update(id, { forwardBusy: null, pickupGroup: null });
  await test.synced();
  t.same(await seen(), await test.desired());
  t.notMatch(JSON.stringify(await seen()), /forwardBusy|acme-sales/);
  t.match(counters(), { pjsipReloads: 0 });
});

t.test('a new name reaches the phone, the mailbox and nothing else', async (t) => {
  const { id } = await test.create(acme, '1004', { displayName: 'Old Name', mailbox: { pin: '471100' } });
  await test.synced();
  const before = await seen();
  await test.update(id, { displayName: 'New Name' });
  await test.synced();
  const after = await seen();
  const changed = Object.keys(after).filter((ref) => after[ref] !== before[ref]);
  t.same(changed, ['endpoint/1004', 'mailbox/1004@lk-acme-04']);
  t.match(after['mailbox/1004@lk-acme-04'], /^471100,New Name,/);
  t.match(await pbx.rx('voicemail show users for lk-acme-04'), /New Name/);
});

t.test('a disabled extension loses its phones and keeps its mailbox, until it is enabled', async (t) => {
  const { id } = await test.create(acme, '1005', { mailbox: {} });
  await test.synced();
  const before = await seen();
  await test.update(id, { enabled: false });
  await test.synced();
  const of = (all: string[]) => all.filter((ref) => ref.includes('1005'));
  t.same(of(await refs()), ['extension/acme/1005', 'mailbox/1005@lk-acme-05']);
  await test.update(id, { enabled: true });
  await test.synced();
  t.same(await seen(), before, 'with the same secret');
});

t.test('accounts come and go with their extension', async (t) => {
  const { id } = await test.create(acme, '1006');
  const actor = { actor: 'test' };
  await test.core.changes.run((tx) => test.core.extensions.addAccount(tx, actor, id, { kind: 'webrtc' }));
  await test.synced();
  t.match(JSON.parse((await seen())['extension/acme/1006'] ?? ''), { accounts: '1006&1006-2' });
  t.match(JSON.parse((await seen())['endpoint/1006-2'] ?? ''), { webrtc: 'yes' });
  await test.core.changes.run((tx) => test.core.extensions.removeAccount(tx, actor, id, 1));
  await test.synced();
  t.same(await seen(), await test.desired());
  t.notOk((await refs()).includes('auth/1006'));
});

t.test('a deleted extension leaves nothing behind', async (t) => {
  const before = await seen();
  const { id } = await test.create(acme, '1007', { mailbox: {} }, { phoneNumbers: ['+4930123407'] });
  await test.synced();
  t.ok((await refs()).includes('number/4930123407'));
  await test.remove(id);
  await test.synced();
  t.same(await seen(), before);
  t.notMatch(await pbx.rx('pjsip show endpoints'), /\b1007\b/);
  t.match(await pbx.rx('voicemail show users for lk-acme-07'), /No such voicemail context|no voicemail users/i);
});

t.test('two companies have the same extension', async (t) => {
  const beta = await test.company({ slug: 'beta', country: 'GB' });
  await test.create(beta, '1002', { displayName: 'Zoe', mailbox: {} });
  await test.synced();
  const all = await seen();
  t.same(all, await test.desired());
  t.match(JSON.parse(all['endpoint/beta-1002'] ?? ''), { context: 'lk-beta', callerid: '"Zoe" <1002>' });
  t.match(JSON.parse(all['endpoint/1002'] ?? ''), { context: 'lk-acme' });
  t.ok('mailbox/1002@lk-beta-02' in all && 'mailbox/1002@lk-acme-02' in all);
  t.match(await pbx.rx('dialplan show lk-beta'), /MSet\(LK_COMPANY=beta\\?,LK_PREFIX=beta-\)/);
});

t.test('two hundred mailboxes at once take few reloads', async (t) => {
  const before = counters();
  const rows = Array.from({ length: 200 }, (_, n) => ({
    line: n,
    number: String(1100 + n),
    input: { displayName: `User ${n}`, mailbox: {} },
    extras: {},
  }));
  const context = {
    companyId: acme,
    actor: 'test',
    strategy: 'update',
    allowWeakPins: true,
    source: 'import',
  } as const;
  await test.core.changes.run((tx) => test.core.batch.apply(tx, context, rows));
  await test.synced();
  t.same(await seen(), await test.desired());
  const after = counters();
  const reloads = (after.voicemailReloads ?? 0) - (before.voicemailReloads ?? 0);
  t.ok(reloads >= 1 && reloads <= 2, `${reloads} voicemail reloads`);
  t.equal(after.dialplanReloads, before.dialplanReloads, 'an extension never needs one');
});

t.test('a restart of the core changes nothing', async (t) => {
  const before = await seen();
  await test.stop();
  await test.start();
  await test.synced();
  t.same(await seen(), before);
  const { puts, dels, configWrites } = counters();
  t.same({ puts, dels, configWrites }, { puts: 0, dels: 0, configWrites: 0 });
});
