import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { voicemailFileOf } from '../../src/asterisk/pbx-port/place.ts';
import { until } from '../support/asterisk.ts';
import { onPbx, startCore } from '../support/core.ts';
import { changePinByPhone, PIN_PHONE } from '../support/pin-phone.ts';

const test = await startCore(t, { asterisk: PIN_PHONE });
const { pbx, ami, acme } = test;
const A = '471100';
const OURS = '815900';
const THEIRS = '263700';
const LONG = '26370026370026';
const STARRED = '2637*00';
const ref = (number: string) => `mailbox/${number}@lk-acme-${String(Number(number) % 1000).padStart(2, '0')}`;
const line = async (number: string) => (await onPbx(pbx, ami))[ref(number)] ?? '';

const ids: Record<string, string> = {};
for (const number of ['1001', '1002', '1003', '1004', '1005', '1006', '1007']) {
  ids[number] = (await test.create(acme, number, { displayName: `User ${number}`, mailbox: { pin: A } })).id;
}
await test.synced();
const idOf = (number: string) => ids[number] ?? '';

/** As app_voicemail leaves the file when a PIN is changed by phone. */
function rewrite(number: string, from: string, to: string): void {
  const context = ref(number).split('@')[1] ?? '';
  const file = join(pbx.configDir, voicemailFileOf(context, 32));
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(new RegExp(`^(${number}\\s*=>?\\s*)${from}`, 'm'), `$1${to}`);
  if (changed === text) throw new Error(`no PIN of ${number} in ${file}`);
  writeFileSync(file, changed);
}

async function conflictsOf(number: string) {
  return (await test.activity('mailbox.pin_conflict')).filter(({ objectId }) => objectId === idOf(number));
}

t.test('PINs that change while the core is stopped', async (t) => {
  await test.stop();
  // One by DTMF, the others as it leaves them: of changes in the same instant Asterisk itself keeps only the last.
  await changePinByPhone(ami, '1001', A, THEIRS);
  await until(async () => (await line('1001')).startsWith(THEIRS), 'the PIN to be changed by phone', 60_000);
  rewrite('1002', A, THEIRS);
  rewrite('1003', A, THEIRS);
  rewrite('1004', A, '-');
  rewrite('1005', A, OURS);
  rewrite('1006', A, LONG);
  rewrite('1007', A, STARRED);
  await test.offline(async () => {
    await test.update(idOf('1002'), { mailbox: { pin: OURS } });
    await test.update(idOf('1003'), { displayName: 'New Name', mailbox: { email: 'new@example.org' } });
    await test.update(idOf('1005'), { mailbox: { pin: OURS } });
  });
  await test.start();
  await test.synced();

  await t.test('by phone alone: adopted', async (t) => {
    t.equal(await test.pin(idOf('1001')), THEIRS);
    t.match(await line('1001'), new RegExp(`^${THEIRS},User 1001,`));
  });

  await t.test('on both sides: the phone wins, and what lost is told, masked', async (t) => {
    t.equal(await test.pin(idOf('1002')), THEIRS);
    t.match(await line('1002'), new RegExp(`^${THEIRS},`));
    t.match(await conflictsOf('1002'), [
      { actor: 'phone', objectId: idOf('1002'), details: { extension: '1002', pin: '****', loser: 'database' } },
    ]);
  });

  await t.test('longer than ours may be: adopted', async (t) => {
    t.equal(await test.pin(idOf('1006')), LONG);
    t.match(await line('1006'), new RegExp(`^${LONG},User 1006,`));
  });

  await t.test('one that cannot be adopted: ours is written back, and the loss is told', async (t) => {
    t.equal(await test.pin(idOf('1007')), A);
    t.match(await line('1007'), new RegExp(`^${A},`));
    t.match(await conflictsOf('1007'), [{ actor: 'pbx:local', details: { pin: '****', loser: 'phone' } }]);
  });

  await t.test('the name here and the PIN by phone: both are kept', async (t) => {
    t.equal(await test.pin(idOf('1003')), THEIRS);
    t.match(await line('1003'), new RegExp(`^${THEIRS},New Name,new@example.org,`));
  });

  await t.test('what is no PIN is never adopted: ours is written back', async (t) => {
    t.equal(await test.pin(idOf('1004')), A);
    t.match(await line('1004'), new RegExp(`^${A},`));
  });

  await t.test('the same on both sides is no conflict', async (t) => {
    t.equal(await test.pin(idOf('1005')), OURS);
    t.match(await line('1005'), new RegExp(`^${OURS},`));
  });

  await t.test('each is told once, and no PIN stands in the activity or the log', async (t) => {
    const adopted = (await test.activity('mailbox.pin_adopted')).map(({ details }) => details.extension);
    t.same(adopted.sort(), ['1001', '1003', '1006']);
    const told = JSON.stringify(await test.activity()) + test.logged.join();
    t.notMatch(told, new RegExp(`${A}|${OURS}|${THEIRS}`));
    t.notOk(told.includes(STARRED));
    t.same(await onPbx(pbx, ami), await test.desired());
    await test.audit();
    t.equal((await test.activity('mailbox.pin_adopted')).length, 3);
    t.equal((await test.activity('mailbox.pin_conflict')).length, 2);
  });
});

t.test("a PBX whose database wins: ours is written, and the phone's is told as the loser", async (t) => {
  await test.stop();
  rewrite('1001', THEIRS, '637291');
  rewrite('1002', THEIRS, '637292');
  await test.offline(async () => {
    const data = { pinConflict: 'database', version: { increment: 1 } };
    await test.core.db.write((tx) => tx.pbx.update({ where: { id: test.pbxId }, data }));
    await test.update(idOf('1002'), { mailbox: { pin: OURS } });
  });
  await test.start();
  await test.synced();
  t.equal(await test.pin(idOf('1001')), '637291', 'changed by phone alone is adopted all the same');
  t.equal(await test.pin(idOf('1002')), OURS);
  t.match(await line('1002'), new RegExp(`^${OURS},`));
  const conflicts = await test.activity('mailbox.pin_conflict');
  t.match(conflicts.at(-1), { actor: 'pbx:local', objectId: idOf('1002'), details: { pin: '****', loser: 'phone' } });
  t.equal(conflicts.length, 3);
  t.notMatch(JSON.stringify(await test.activity()), /63729/);
  t.same(await onPbx(pbx, ami), await test.desired());
});
