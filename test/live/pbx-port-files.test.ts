import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { connectPbx } from '../../src/asterisk/pbx-connection.ts';
import { voicemailFileOf } from '../../src/asterisk/pbx-port/place.ts';
import type { Write } from '../../src/plan/ports.ts';
import { startAsterisk, until } from '../support/asterisk.ts';
import { changePinByPhone, PIN_PHONE } from '../support/pin-phone.ts';

const pbx = await startAsterisk(t, PIN_PHONE);
const connection = connectPbx({ host: pbx.host, port: pbx.amiPort, logins: pbx.logins });
t.teardown(() => connection.stop());
connection.start();
await until(() => connection.ready && connection.state().events.state === 'ready', 'the connection');
const { port } = connection;

const line = (pin: string, name: string) => `${pin},${name},${name.toLowerCase()}@example.org,,attach=no|delete=no`;
const write = (ref: string, before: string | undefined, after: string | undefined): Write => ({ ref, before, after });
const fileOf = (context: string) => join(pbx.configDir, voicemailFileOf(context, 32));

t.test('mailboxes are created, changed and deleted, and Asterisk knows them after one reload', async (t) => {
  const refs = ['mailbox/1001@lk-acme', 'mailbox/1002@lk-acme', 'mailbox/1001@lk-other'];
  const [ann, bob, other] = [line('4711', 'Ann'), line('4712', 'Bob'), line('4713', 'Zoë')];
  t.same(
    await port.apply([
      write(refs[0]!, undefined, ann),
      write(refs[1]!, undefined, bob),
      write(refs[2]!, undefined, other),
    ]),
    [
      { ref: refs[0], ok: true },
      { ref: refs[1], ok: true },
      { ref: refs[2], ok: true },
    ],
  );
  t.same([...(await port.observeRefs(refs)).values()], [ann, bob, other]);
  await port.reload('voicemail');
  t.match(await pbx.rx('voicemail show users for lk-acme'), /1001\s+Ann[\s\S]*1002\s+Bob/);

  const bert = line('4712', 'Bert');
  t.match(await port.apply([write(refs[1]!, bob, bert), write(refs[0]!, ann, undefined)]), [
    { ok: true },
    { ok: true },
  ]);
  const text = readFileSync(fileOf('lk-acme'), 'utf8');
  t.notMatch(text, 'Ann');
  t.equal(text.match(/1002/g)?.length, 1, 'no line is doubled');
  const { objects } = await port.observe();
  t.same(Object.fromEntries(objects), { [refs[1]!]: bert, [refs[2]!]: other });

  await port.apply([write(refs[1]!, bert, undefined), write(refs[2]!, other, undefined)]);
  t.notMatch(readFileSync(fileOf('lk-acme'), 'utf8'), 'lk-acme]', 'the empty section is gone too');
});

t.test('a write that was planned for another value fails with CHANGED_MEANWHILE', async (t) => {
  const ref = 'mailbox/1001@lk-acme';
  const mine = line('4711', 'Ann');
  await port.apply([write(ref, undefined, mine)]);
  const theirs = line('999999', 'Ann');
  writeFileSync(fileOf('lk-acme'), `[lk-acme]\n1001 = ${theirs}\n`);
  t.match(await port.apply([write(ref, mine, line('1111', 'Ann'))]), [
    { ok: false, code: 'CHANGED_MEANWHILE', retryable: true },
  ]);
  t.match(await port.apply([write(ref, undefined, mine)]), [{ ok: false, code: 'CHANGED_MEANWHILE' }]);
  t.equal((await port.observeRefs([ref])).get(ref), theirs);
  t.match(await port.apply([write(ref, undefined, theirs)]), [{ ok: true }], 'what is there already is no conflict');
  await port.apply([write(ref, theirs, undefined)]);
});

t.test('sections and lines that stand twice are written anew, once', async (t) => {
  const [ref, next] = ['mailbox/1001@lk-acme', 'mailbox/1002@lk-acme'];
  writeFileSync(
    fileOf('lk-acme'),
    '[lk-acme]\n1001 = 1,A,,,\n1001 = 2,A,,,\n[lk-acme]\n1002 = 3,B,,,\n1001 = 4,A,,,\n',
  );
  t.equal((await port.observeRefs([ref])).get(ref), '4,A,,,', 'the last counts, as for Asterisk');
  t.match(await port.apply([write(ref, '4,A,,,', '5,A,,,')]), [{ ok: true }]);
  const text = readFileSync(fileOf('lk-acme'), 'utf8');
  t.equal(text.match(/\[lk-acme\]/g)?.length, 1);
  t.same([...(await port.observeRefs([ref, next])).values()], ['5,A,,,', '3,B,,,']);
  await port.apply([write(ref, '5,A,,,', undefined), write(next, '3,B,,,', undefined)]);
});

t.test('values that would be read otherwise are refused, and never shown', async (t) => {
  const bad = [
    '',
    '-',
    ',Ann,,,',
    '4711,Ann,,;x',
    `4711,\${SHELL(id)},,`,
    '4711,A\nB,,',
    '>4711,A',
    ' 4711,A',
    'canary,A',
  ];
  const results = await port.apply(
    bad.map((value, index) => write(`mailbox/${2000 + index}@lk-acme`, undefined, value)),
  );
  t.ok(results.every((result) => !result.ok && result.code === 'AMI_UNSAFE_VALUE'));
  t.notMatch(JSON.stringify(results), /4711|canary/);
  const contexts = ['exten => 1,1,NoOp', '#exec = /bin/true', 'exten = 1,1,NoOp(a;b)', 'switch = Loopback/x', ''];
  const refused = await port.apply(contexts.map((value, index) => write(`context/lk-c${index}`, undefined, value)));
  t.ok(refused.every((result) => !result.ok && result.code === 'AMI_UNSAFE_VALUE'));
  const names = ['mailbox/1@general', 'mailbox/x@lk-acme', 'mailbox/1@a]b', 'context/globals', 'context/a](b'];
  const misnamed = await port.apply(names.map((ref) => write(ref, undefined, '4711,A')));
  t.ok(misnamed.every((result) => !result.ok && result.code === 'AMI_UNSAFE_VALUE'));
  t.equal((await port.observe()).objects.size, 0);
});

t.test('three thousand mailboxes, then one change that touches one file', async (t) => {
  const writes = Array.from({ length: 3_000 }, (_, index) =>
    write(`mailbox/${10_000 + index}@lk-m${index % 40}`, undefined, line('4711', `User ${index}`)),
  );
  const results = await port.apply(writes);
  t.equal(results.filter((result) => result.ok).length, 3_000);
  t.equal((await port.observe()).objects.size, 3_000);
  const before = { ...port.counters };
  const { ref, after } = writes[5]!;
  t.match(await port.apply([write(ref, after, line('4712', 'User 5'))]), [{ ok: true }]);
  t.equal(port.counters.configWrites - before.configWrites, 1);
  t.equal(port.counters.configReads - before.configReads, 2);
  const gone = writes.map((one) => write(one.ref, one.ref === ref ? line('4712', 'User 5') : one.after, undefined));
  t.equal((await port.apply(gone)).filter((result) => result.ok).length, 3_000);
  t.equal((await port.observe()).objects.size, 0);
});

t.test('a company context is in the dialplan after one reload, in its order', async (t) => {
  const ref = 'context/lk-acme';
  const value = `exten = _[+*0-9]!,1,MSet(LK_COMPANY=acme,LK_PREFIX=)\nexten = _[+*0-9]!,2,Goto(x,\${FILTER(0-9*+,\${EXTEN})},1)`;
  t.match(await port.apply([write(ref, undefined, value)]), [{ ok: true }]);
  await port.reload('dialplan');
  t.match(await pbx.rx('dialplan show lk-acme'), /MSet\(LK_COMPANY=acme[\s\S]*Goto\(x/);
  t.equal((await port.observe()).objects.get(ref), value);
  const long = Array.from({ length: 50 }, (_, index) => `exten = ${index},1,NoOp(${index})`).join('\n');
  t.match(await port.apply([write(ref, value, long)]), [{ ok: true }], 'more lines than one action holds');
  t.equal((await port.observeRefs([ref])).get(ref), long);
  t.match(await port.apply([write(ref, long, undefined)]), [{ ok: true }]);
  await port.reload('dialplan');
  t.match(await pbx.rx('dialplan show lk-acme'), /no existence/);
  t.equal(port.counters.dialplanReloads, 2);
  t.equal(port.counters.pjsipReloads, 0);
});

t.test('a file of ours that is missing is created', async (t) => {
  rmSync(fileOf('lk-acme'));
  t.equal((await port.observe()).objects.size, 0);
  t.match(readFileSync(fileOf('lk-acme'), 'utf8'), '');
});

t.test('a PIN changed by phone is a hint, stands in our file, and is not overwritten', async (t) => {
  const refs = ['mailbox/1001@lk-acme', 'mailbox/1002@lk-acme'];
  const [ann, bob] = [line('471100', 'Ann'), line('471200', 'Bob')];
  await port.apply([write(refs[0]!, undefined, ann), write(refs[1]!, undefined, bob)]);
  await port.reload('voicemail');
  const hints: object[] = [];
  const seen: string[] = [];
  connection.hints.on('pinChanged', (mailbox) => hints.push(mailbox));
  connection.onEvent((event) => seen.push(JSON.stringify([...event])));
  const raw = await pbx.raw();
  t.teardown(() => raw.close());
  await changePinByPhone(raw, '1002', '471200', '815915', 'lk-acme');
  await until(() => hints.length > 0, 'the PIN to be changed by phone', 90_000);
  t.same(hints, [{ number: '1002', context: 'lk-acme' }]);
  t.notMatch(seen.filter((event) => event.includes('VoicemailPasswordChange')).join(), '815915', 'without the PIN');
  const changed = line('815915', 'Bob');
  await until(async () => (await port.observeRefs(refs)).get(refs[1]!) === changed, 'the PIN in our file');
  t.equal((await port.observeRefs(refs)).get(refs[0]!), ann);
  t.match(await port.apply([write(refs[1]!, bob, line('111222', 'Bob'))]), [{ ok: false, code: 'CHANGED_MEANWHILE' }]);
});
