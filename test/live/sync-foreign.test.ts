import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { freePort, until } from '../support/asterisk.ts';
import { onPbx, startCore } from '../support/core.ts';
import { createPhones } from '../support/sipp.ts';

/** An operator's own phones and mailboxes; one of them has the number that a company wants, too. */
const PJSIP = ['1002', 'reception']
  .map((id) =>
    [
      `[${id}]\ntype=endpoint\ncontext=operator\nauth=${id}\naors=${id}\nallow=!all,ulaw`,
      `[${id}]\ntype=auth\nauth_type=userpass\nusername=${id}\npassword=operators-own-${id}`,
      `[${id}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n`,
    ].join('\n'),
  )
  .join('\n');
const VOICEMAIL = `[default]\n1001 => 4242,Operator,op@example.org,,attach=no|tz=UTC\n[lk-operator]\n7 => 1,Seven\n`;
const EXTENSIONS = '[operator]\nexten => _X.,1,NoOp(mine)\n same => n,Hangup()\n';

const test = await startCore(t, {
  asterisk: { custom: { 'pjsip.conf': PJSIP, 'voicemail.conf': VOICEMAIL, 'extensions.conf': EXTENSIONS } },
});
const { pbx, ami, acme } = test;
const phones = createPhones(t, pbx.sipPort);

for (const [family, key, value] of [
  ['operator', 'key', 'his value'],
  ['linekeeperish', '1001', 'not ours'],
  ['LINEKEEPER/endpoint', '1001', 'AstDB tells case apart, LIKE does not'],
  ['cidname', '1001', 'Ann'],
] as const) {
  await ami.dbPut(family, key, value);
}
const ours = new Set(['linekeeper-companies.conf']);

/** All that is not ours, byte by byte. */
async function his(): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const folder of [pbx.configDir, join(pbx.configDir, '../custom')]) {
    for (const name of readdirSync(folder)) {
      if (ours.has(name) || /^linekeeper-voicemail-\d\d\.conf$/.test(name)) continue;
      all[`file ${folder.split('/').pop()}/${name}`] = readFileSync(join(folder, name), 'utf8');
    }
  }
  for (const [key, value] of await ami.dbTree('')) {
    if (!key.startsWith('/linekeeper/') && !key.startsWith('/registrar/')) all[key] = value;
  }
  return all;
}

t.test('what belongs to the operator is the same byte by byte after all that we do', async (t) => {
  const before = await his();
  t.ok('/LINEKEEPER/endpoint/1001' in before && '/operator/key' in before && '/linekeeperish/1001' in before);
  const mailboxes = await pbx.rx('voicemail show users for default');

  const made = [];
  for (const number of ['1001', '1003', '1004']) {
    made.push(await test.create(acme, number, { mailbox: {} }, { phoneNumbers: [`+493012340${number.slice(2)}`] }));
  }
  await test.synced();
  await test.update(made[0]?.id ?? '', { displayName: 'Changed', enabled: false });
  await test.rotate(made[1]?.id ?? '');
  await test.synced();
  await ami.dbDel('linekeeper/aor', '1003');
  await ami.dbPut('linekeeper/aor', '6666', { max_contacts: '1' });
  await test.audit();
  for (const { id } of made) await test.remove(id);
  await test.synced();

  t.same(await his(), before);
  t.equal(await pbx.rx('voicemail show users for default'), mailboxes);
  t.match(await pbx.rx('voicemail show users for lk-operator'), /7\s+Seven/);
  t.match(await pbx.rx('dialplan show operator'), /NoOp\(mine\)/);
  t.same(await onPbx(pbx, ami), await test.desired());
});

t.test("an extension whose endpoint is the operator's fails with the reason, and his phone goes on", async (t) => {
  const before = await his();
  const his1002 = { user: '1002', secret: 'operators-own-1002' };
  t.equal(await phones.register(his1002, await freePort()), 200);

  const { id, secret } = await test.create(acme, '1002', { displayName: 'Bob', mailbox: {} });
  const mark = await until(async () => {
    const row = await test.core.db.read.outbox.findFirst({ where: { ownerId: id } });
    return row?.errorCode === null ? undefined : row;
  }, 'the extension to fail');
  t.match(mark, { errorCode: 'ENDPOINT_TAKEN_ON_PBX', errorReason: /1002.*pjsip\.conf/ });
  t.match(await test.status(), { failed: 1, pending: 0 });
  const refs = Object.keys(await onPbx(pbx, ami));
  for (const kind of ['endpoint', 'auth', 'aor']) t.notOk(refs.includes(`${kind}/1002`), `no ${kind} of ours`);

  t.equal(await phones.register(his1002, await freePort()), 200, 'his phone registers');
  t.equal(await phones.register({ user: '1002', secret }, await freePort()), 401, 'ours does not');
  t.equal(await phones.register({ user: 'reception', secret: 'operators-own-reception' }, await freePort()), 200);
  t.same(await his(), before);

  await test.create(acme, '1005');
  await until(async () => 'endpoint/1005' in (await onPbx(pbx, ami)), 'the others to go on');
  await test.remove(id);
  await test.synced();
  t.equal(await phones.register(his1002, await freePort()), 200, 'and when ours is deleted, too');
});

t.test(
  'an extension that clashed is settled when PJSIP was reloaded without the endpoint of the operator',
  async (t) => {
    const { id, secret } = await test.create(acme, '1002', { displayName: 'Bob', mailbox: {} });
    const mark = () => test.core.db.read.outbox.findFirst({ where: { ownerId: id } });
    const failed = await until(async () => {
      const row = await mark();
      return row?.errorCode === null ? undefined : row;
    }, 'the extension to fail');
    await test.core.fleet.run(test.pbxId);
    const still = await mark();
    t.match(still, { errorCode: 'ENDPOINT_TAKEN_ON_PBX' }, 'an audit that finds the clash changes nothing');
    t.same(still?.nextAttemptAt, failed?.nextAttemptAt, 'nor when it is tried again');

    writeFileSync(join(pbx.configDir, '../custom/pjsip.conf'), PJSIP.slice(PJSIP.indexOf('[reception]')));
    await pbx.rx('module reload res_pjsip.so');
    await test.synced();
    t.equal(await mark(), null);
    t.equal(await phones.register({ user: '1002', secret }, await freePort()), 200, 'and our phone registers');
  },
);
