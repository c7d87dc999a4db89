import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TIMEZONES } from '../../src/domain/timezone.ts';
import { freePort, until } from '../support/asterisk.ts';
import { type Dialplan, startDialplan, writeCategory } from '../support/dialplan.ts';

t.test('voicemail', async (t) => {
  const d = await startDialplan(t);
  const { phones, pbx } = d;
  // one context over two of our files, as the stable hash spreads it
  await writeCategory(pbx, 'linekeeper-voicemail-00.conf', 'lk-acme', [['3002', '471147,Bob']], 'app_voicemail');
  await writeCategory(
    pbx,
    'linekeeper-voicemail-31.conf',
    'lk-acme',
    [
      ['3003', '471147,Carol'],
      ['3004', '471147,Dave'],
    ],
    'app_voicemail',
  );
  const alice = await d.phone('3001');
  const inbox = (number: string) => join(pbx.spoolDir, 'voicemail/lk-acme', number, 'INBOX');
  const mailbox = (number: string) => ({ mailbox: `${number}@lk-acme` });

  await t.test('takes the call of a busy, a silent and an unregistered extension', async (t) => {
    const busy = await d.phone('3002', mailbox('3002'));
    const silent = await d.phone('3003', { ...mailbox('3003'), ring: '1' });
    await d.extension('3004', mailbox('3004'));
    const refusing = await phones.callee(busy.port, 'busy');
    const ringing = await phones.callee(silent.port, 'no-answer');
    const calls = ['3002', '3003', '3004'].map((to) => phones.call({ ...alice, to, hold: 15_000 }));
    for (const call of calls) t.equal(await call.status(), 200);
    t.equal(await refusing.done, 0);
    t.equal(await ringing.done, 0);
    for (const number of ['3002', '3003', '3004']) {
      const folder = inbox(number);
      await until(
        () => existsSync(folder) && readdirSync(folder).includes('msg0000.wav'),
        `a message in ${folder}`,
        30_000,
      );
      t.match(readFileSync(join(folder, 'msg0000.txt'), 'latin1'), /callerid=.*3001/);
    }
  });

  await t.test('*97 opens the own mailbox, *98 with a number any of the company', async (t) => {
    const bob = { user: '3002', secret: 'secret-3002' };
    for (const [to, application] of [
      ['*97', 'VoiceMailMain(3002@lk-acme)'],
      ['*983003', 'VoiceMailMain(3003@lk-acme)'],
    ] as const) {
      const call = phones.call({ ...bob, to, hold: 20_000 });
      t.equal(await call.status(), 200);
      await until(async () => (await pbx.rx('core show channels')).includes(application), application);
      await call.end();
      await hangUpAll(d);
    }
  });

  await t.test('*98 asks which mailbox, of the own company and no other', async (t) => {
    const bob = { user: '3002', secret: 'secret-3002' };
    await d.ami.dbPut('linekeeper/extension/beta', '3007', { accounts: 'beta-3007', mailbox: '3007@lk-beta' });
    const asked = phones.call({ ...bob, to: '*98', hold: 20_000, digits: '3003#' });
    t.equal(await asked.status(), 200);
    await until(async () => (await pbx.rx('core show channels')).includes('Read(LK_DIGITS'), 'the question');
    const opened = 'VoiceMailMain(3003@lk-acme)';
    await until(async () => (await pbx.rx('core show channels')).includes(opened), opened);
    await asked.end();
    await hangUpAll(d);
    for (const digits of ['3007#', '3999#', '#']) {
      const other = phones.call({ ...bob, to: '*98', hold: 20_000, digits });
      t.equal(await other.status(), 200);
      await until(() => other.messages().includes('\nBYE '), `${digits} to end the call`);
      t.equal(await other.done, 0);
    }
  });

  await t.test('*98 asks in silence where the sounds are not installed', async (t) => {
    const file = join(pbx.configDir, 'linekeeper-dialplan.conf');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('vm-login', 'no-such-sound'));
    await pbx.rx('dialplan reload');
    await until(async () => (await pbx.rx('dialplan show *98@linekeeper-phone')).includes('no-such-sound'), 'reload');
    const bob = { user: '3002', secret: 'secret-3002' };
    const call = phones.call({ ...bob, to: '*98', hold: 20_000, digits: '3003#' });
    t.equal(await call.status(), 200);
    const opened = 'VoiceMailMain(3003@lk-acme)';
    await until(async () => (await pbx.rx('core show channels')).includes(opened), opened);
    await call.end();
    await hangUpAll(d);
    writeFileSync(file, text);
    await pbx.rx('dialplan reload');
  });

  await t.test('every time zone that a mailbox may have is known to Asterisk and its machine', async (t) => {
    const shown = await pbx.rx('voicemail show zones');
    const declared = new Set(shown.split('\n').map((line) => line.split(/\s+/)[0] ?? ''));
    const system = `/proc/${pbx.pid()}/root/usr/share/zoneinfo`;
    const missing = TIMEZONES.filter((zone) => !declared.has(zone) || !existsSync(join(system, zone)));
    t.same(missing, []);
  });

  await t.test('*97 without a mailbox and *98 of an unknown one are refused', async (t) => {
    t.equal(await phones.call({ ...alice, to: '*97' }).status(), 403);
    t.equal(await phones.call({ ...alice, to: '*983999' }).status(), 404);
  });

  await t.test('the lamp of the mailbox is lit when the phone subscribes', async (t) => {
    const watching = await watchMailbox('3002', {});
    await until(() => watching.messages().includes('Messages-Waiting: yes'), 'the lamp');
    await watching.end();
    t.pass('lit');
  });

  await t.test('the lamp of the mailbox is lit without a subscription, once the phone registers', async (t) => {
    const carol = await d.extension('3003', mailbox('3003'), { mailboxes: '3003@lk-acme', rewrite_contact: 'no' });
    const port = await freePort();
    const notified = await phones.callee(port, 'notified');
    t.equal(await phones.register(carol, await freePort(), { contact: `sip:3003@127.0.0.1:${port}` }), 200);
    await until(() => notified.messages().includes('Messages-Waiting: yes'), 'the lamp');
    await notified.end();
  });

  await t.test('a phone that gets it unasked may subscribe all the same', async (t) => {
    const both = { mailboxes: '3003@lk-acme', mwi_subscribe_replaces_unsolicited: 'yes' };
    const watching = await watchMailbox('3003', both);
    await until(() => watching.messages().includes('Messages-Waiting: yes'), 'the lamp');
    await watching.end();
    t.pass('lit');
  });

  async function watchMailbox(number: string, endpoint: Record<string, string>) {
    const account = await d.extension(number, mailbox(number), endpoint);
    const aor = { max_contacts: '1', remove_existing: 'yes', mailboxes: `${number}@lk-acme` };
    await d.ami.dbPut('linekeeper/aor', number, aor);
    return phones.subscribe(account, number, 'message-summary', 'application/simple-message-summary');
  }
});

t.test('features', async (t) => {
  const d = await startDialplan(t);
  const { phones, pbx } = d;
  const sales = { named_call_group: 'acme-sales', named_pickup_group: 'acme-sales' };
  const alice = await d.phone('3101');
  const bob = await d.phone('3102', {}, sales);
  const carol = await d.phone('3103', {}, sales);

  await t.test('*43 is an echo test', async (t) => {
    const call = phones.call({ ...alice, to: '*43' });
    t.equal(await call.status(), 200);
    t.equal(await call.done, 0);
  });

  for (const [sentence, code] of [
    ['directed pickup', '*83102'],
    ['group pickup', '*8'],
  ] as const) {
    await t.test(`${sentence} takes over a ringing call`, async (t) => {
      const ringing = await phones.callee(bob.port, 'no-answer');
      const call = phones.call({ ...alice, to: '3102' });
      await until(() => ringing.messages().includes('180 Ringing'), 'bob to ring');
      const pickup = phones.call({ ...carol, to: code });
      t.equal(await pickup.status(), 200);
      t.equal(await call.status(), 200);
      t.equal(await ringing.done, 0, 'bob stops ringing');
    });
  }

  await t.test('a pickup reaches neither another group nor another company', async (t) => {
    await d.ami.dbPut('linekeeper/extension/beta', '3101', { accounts: 'beta-3101' });
    const beta = await d.account('beta-3101', 'beta', { named_pickup_group: 'beta-sales' });
    const stranger = await d.phone('3104');
    const ringing = await phones.callee(bob.port, 'answer', { ringing: 2000 });
    const call = phones.call({ ...alice, to: '3102' });
    await until(() => ringing.messages().includes('180 Ringing'), 'bob to ring');
    t.ok((await phones.call({ ...beta, to: '*8' }).status()) >= 400);
    t.equal(await phones.call({ ...beta, to: '*83102' }).status(), 480);
    t.ok((await phones.call({ ...stranger, to: '*8' }).status()) >= 400);
    t.equal(await ringing.done, 0, 'bob answers himself');
    await call.done;
  });

  await t.test('a lamp follows every account of the extension it watches', async (t) => {
    await d.phone('3105', { accounts: '3105&3105-2' });
    const second = { ...(await d.account('3105-2', 'acme')), port: await freePort() };
    await phones.register(second, second.port);
    const watching = phones.subscribe(alice, '3105');
    await until(() => watching.messages().includes('<state>terminated</state>'), 'the idle state');
    const call = phones.call({ ...second, to: '*43', hold: 1500 });
    await until(() => watching.messages().includes('<state>confirmed</state>'), 'the busy state');
    await call.done;
    await until(
      () => watching.messages().lastIndexOf('terminated') > watching.messages().lastIndexOf('confirmed'),
      'idle again',
    );
    await watching.end();
    t.pass('idle, busy, idle');
  });

  await t.test('lamps survive the reload that adds a company', async (t) => {
    const watching = phones.subscribe(alice, '3103');
    await until(() => watching.messages().includes('<state>terminated</state>'), 'the idle state');
    await writeCategory(pbx, 'linekeeper-companies.conf', 'lk-gamma', [['exten', '1,1,NoOp()']], 'pbx_config');
    const call = phones.call({ ...carol, to: '*43', hold: 1500 });
    await until(() => watching.messages().includes('<state>confirmed</state>'), 'the busy state');
    await call.done;
    await watching.end();
    t.pass('still followed');
  });

  await t.test('a lamp of one company cannot watch another', async (t) => {
    const beta = { user: 'beta-3101', secret: 'secret-beta-3101' };
    const watching = phones.subscribe(beta, '3103');
    await until(() => /NOTIFY|SIP\/2.0 40[34]/.test(watching.messages()), 'an answer');
    const call = phones.call({ ...carol, to: '*43', hold: 500 });
    await call.done;
    t.notMatch(watching.messages(), /<state>confirmed<\/state>/);
    await watching.end();
  });
});

async function hangUpAll(d: Dialplan): Promise<void> {
  const rows = await d.ami.action({ Action: 'CoreShowChannels' });
  for (const row of rows) {
    if (row.Channel !== undefined) await d.ami.action({ Action: 'Hangup', Channel: row.Channel });
  }
  await until(async () => (await d.pbx.rx('core show channels count')).startsWith('0 active channels'), 'no channels');
}
