import t from 'tap';
import { until } from '../support/asterisk.ts';
import { onPbx, startCore } from '../support/core.ts';
import { changePinByPhone, PIN_PHONE } from '../support/pin-phone.ts';

const test = await startCore(t, { asterisk: PIN_PHONE });
const { pbx, ami, acme } = test;
const REF = 'mailbox/1001@lk-acme-01';
const line = async (ref = REF) => (await onPbx(pbx, ami))[ref] ?? '';
const A = '471100';
const B = '815900';
const C = '263700';

const { id } = await test.create(acme, '1001', { displayName: 'Ann', mailbox: { pin: A, email: 'ann@example.org' } });
const other = await test.create(acme, '1065', { displayName: 'Same Context', mailbox: { pin: A } });
await test.synced();

t.test(
  'a PIN changed through the API is in the file, works by phone, and one changed by phone becomes ours',
  async (t) => {
    await test.update(id, { mailbox: { pin: B } });
    await test.synced();
    t.match(await line(), new RegExp(`^${B},Ann,ann@example.org,`));
    const before = await test.core.db.read.extension.findUniqueOrThrow({ where: { id } });
    const lineBefore = await line();

    await changePinByPhone(ami, '1001', B, C);
    await until(async () => (await line()).startsWith(`${C},`), 'the PIN to be changed by phone', 60_000);
    await until(async () => (await test.pin(id)) === C, 'the PIN to be adopted');
    await test.synced();
    t.equal(await line(), lineBefore.replace(B, C), 'nothing else of the line has changed');
    const mailbox = await test.core.db.read.mailbox.findUniqueOrThrow({ where: { extensionId: id } });
    t.match(mailbox, { pinSource: 'phone', email: 'ann@example.org' });
    t.ok(mailbox.pinChangedAt > before.updatedAt);
    const after = await test.core.db.read.extension.findUniqueOrThrow({ where: { id } });
    t.equal(after.version, before.version + 1, 'whoever read the extension before sees that it changed');

    const [event, ...more] = await test.activity('mailbox.pin_adopted');
    t.same(more, []);
    t.match(event, { actor: 'phone', objectId: id, companyId: acme, details: { extension: '1001', pin: '****' } });
    t.notMatch(JSON.stringify(await test.activity()), new RegExp(`${A}|${B}|${C}`));
    t.notMatch(test.logged.join(), new RegExp(`${B}|${C}`), 'nor does a PIN stand in the log');
    t.equal(await test.pin(other.id), A);
    t.same(await onPbx(pbx, ami), await test.desired());
  },
);

t.test('an adopted PIN survives what we change afterwards, and a full audit', async (t) => {
  await test.update(id, { displayName: 'Ann Lee', mailbox: { attach: false } });
  await test.synced();
  t.match(await line(), new RegExp(`^${C},Ann Lee,ann@example.org,,attach=no`));
  await test.audit();
  t.equal(await test.pin(id), C);
  t.equal((await test.activity('mailbox.pin_adopted')).length, 1);
  await test.update(id, { mailbox: { pin: A } });
  await test.synced();
  t.match(await line(), new RegExp(`^${A},`), 'an API change after it wins as the newer one');
  t.equal((await test.activity('mailbox.pin_conflict')).length, 0);
});
