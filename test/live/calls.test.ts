import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { callSchema, type LiveCall } from '../../src/domain/feed/call.ts';
import { createCalls } from '../../src/live/calls/create-calls.ts';
import { until } from '../support/asterisk.ts';
import { type Cdr, keepCdr } from '../support/cdr.ts';
import { type Dialplan, startDialplan, TRUNK, writeCategory } from '../support/dialplan.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { FixedDirectory } from '../support/fixed-directory.ts';
import { hearPbx } from '../support/heard-pbx.ts';
import { RecordingTopic } from '../support/recording-topic.ts';

// Attended transfer is a feature of Asterisk's own that our dialplan does not offer: phones do it by SIP.
const TRANSFERRING = '[test-transfer]\nexten => _XXXX,1,Dial(PJSIP/${EXTEN},,tT)\n';

async function watch(t: Test, d: Dialplan, port = d.pbx.amiPort) {
  const link = await hearPbx(t, d.pbx, { port });
  const topic = new RecordingTopic<LiveCall>();
  const extensions = ['1001', '1002', '1003', '1004', '1011'];
  const directory = new FixedDirectory(extensions, { '+4930555': '1002' });
  const calls = createCalls({ link, directory, topic, log: { warn: () => {} } });
  t.teardown(() => calls.stop());
  const ended: LiveCall[] = [];
  calls.onEnded((call) => void ended.push(callSchema.parse(call)));
  return {
    link,
    topic,
    calls,
    ended,
    up: () => calls.calls().filter((call) => call.state !== 'ended'),
    async next(): Promise<LiveCall> {
      await until(() => ended.length > 0, 'the end of the call', 40_000);
      return ended.shift()!;
    },
  };
}

/** The names of the channels that are up, as the PBX and as we have them. */
async function onPbx(d: Dialplan): Promise<string[]> {
  const rows = await d.ami.action({ Action: 'CoreShowChannels' });
  return rows.flatMap((row) => (row.Event === 'CoreShowChannel' ? [row.Channel ?? ''] : [])).sort();
}

function inView(calls: LiveCall[]): string[] {
  const up = calls.flatMap(({ parties }) => parties.filter(({ state }) => state !== 'gone'));
  return up.map(({ channel }) => channel).sort();
}

async function channelOf(d: Dialplan, prefix: string): Promise<string> {
  return until(async () => (await onPbx(d)).find((name) => name.startsWith(prefix)), `a channel ${prefix}`);
}

const WORDS: Record<string, string> = {
  ANSWERED: 'answered',
  BUSY: 'busy',
  'NO ANSWER': 'no_answer',
  FAILED: 'failed',
  CONGESTION: 'failed',
};

/** The record that Asterisk keeps of the caller's channel says the same as the call. */
async function sameAsCdr(t: Test, records: () => Cdr[], call: LiveCall, pick: 'first' | 'last' = 'first') {
  const own = await until(() => {
    const found = records().filter(({ uniqueId }) => uniqueId === call.id);
    return found.length > 0 ? found : undefined;
  }, `the record of ${call.id}`);
  const [first, last] = [own[0]!, own.at(-1)!];
  t.equal(call.disposition, WORDS[(pick === 'first' ? first : last).disposition], 'disposition');
  const isNear = (ours: string | null, theirs: number | null, what: string) => {
    if (ours === null || theirs === null) t.same(ours, theirs, what);
    else t.ok(Math.abs(Date.parse(ours) - theirs) <= 2000, `${what}: ${ours}, ${new Date(theirs).toISOString()}`);
  };
  isNear(call.startedAt, first.start, 'start');
  isNear(call.answeredAt, own.find(({ answer }) => answer !== null)?.answer ?? null, 'answer');
  isNear(call.endedAt, last.end, 'end');
  t.equal(call.parties[0]?.channel, first.channel);
  const dialled = own.map(({ dstChannel }) => dstChannel).filter((name) => name !== '' && !name.startsWith('Local/'));
  const names = call.parties.map(({ channel }) => channel);
  t.ok(
    dialled.every((name) => names.includes(name)),
    `${dialled} among ${names}`,
  );
  return own;
}

t.test('calls on a real Asterisk', async (t) => {
  const d = await startDialplan(t, { custom: { 'extensions.conf': TRANSFERRING } });
  const { phones } = d;
  const records = await keepCdr(d.pbx);
  await writeCategory(d.pbx, 'linekeeper-voicemail-00.conf', 'lk-acme', [['1004', '471147,Dora']], 'app_voicemail');
  await d.ami.dbPut('linekeeper/number', '4930555', { company: 'acme', extension: '1002' });
  const ann = await d.phone('1001');
  const bob = await d.phone('1002');
  const cleo = await d.phone('1003', { ring: '2' });
  const w = await watch(t, d);

  await t.test('two parties', async (t) => {
    const phone = await phones.callee(bob.port, 'answer', { ringing: 300 });
    const run = phones.call({ ...ann, to: '1002', hold: 2000 });
    const up = await until(() => w.up().find(({ state }) => state === 'answered'), 'the answer');
    t.match(up, { companyId: 'acme', direction: 'internal', from: { number: '1001' }, to: { extensionId: 'x-1002' } });
    t.same(inView([up]), await onPbx(d));
    t.same([...w.calls.counts()], [['acme', 1]]);
    await run.done;
    await phone.end();
    const call = await w.next();
    t.match(call, { from: { number: '1001' }, to: { number: '1002', extensionId: 'x-1002' }, isUncertain: false });
    await sameAsCdr(t, records, call);
  });

  await t.test('a busy phone, and one that does not answer', async (t) => {
    const busy = await phones.callee(bob.port, 'busy');
    await phones.call({ ...ann, to: '1002' }).done;
    await busy.end();
    const refused = await w.next();
    t.match(refused, { disposition: 'busy', hangupCause: 17 });
    await sameAsCdr(t, records, refused);

    const silent = await phones.callee(cleo.port, 'no-answer');
    await phones.call({ ...ann, to: '1003' }).done;
    await silent.end();
    const unanswered = await w.next();
    t.match(unanswered, { disposition: 'no_answer', to: { number: '1003', extensionId: 'x-1003' } });
    await sameAsCdr(t, records, unanswered);
  });

  await t.test('a call that is forwarded', async (t) => {
    await d.extension('1004', { forwardAlways: '1002' });
    const phone = await phones.callee(bob.port, 'answer');
    await phones.call({ ...ann, to: '1004', hold: 1000 }).done;
    await phone.end();
    const call = await w.next();
    t.match(call, { forwardedBy: ['1004'], to: { number: '1004', extensionId: 'x-1002' }, disposition: 'answered' });
    await sameAsCdr(t, records, call);
  });

  await t.test('a call that the phone transfers', async (t) => {
    const first = await phones.callee(bob.port, 'transfer', { target: '1003' });
    const second = await phones.callee(cleo.port, 'answer');
    await phones.call({ ...ann, to: '1002', hold: 3000 }).done;
    await first.end();
    await second.end();
    const call = await w.next();
    t.match(call, {
      transfer: { kind: 'blind', by: '1002', to: '1003' },
      to: { number: '1002', extensionId: 'x-1003' },
    });
    await sameAsCdr(t, records, call);
  });

  await t.test('a call that is transferred after asking', async (t) => {
    writeFileSync(join(d.pbx.configDir, 'features.conf'), '[featuremap]\natxfer => *2\n');
    await d.pbx.rx('module reload features');
    const eve = await d.phone('1011', {}, { context: 'test-transfer' });
    const first = await phones.callee(bob.port, 'answer');
    const second = await phones.callee(cleo.port, 'answer');
    const run = phones.call({ ...eve, to: '1002', hold: 15_000 });
    await until(() => w.up().some(({ state }) => state === 'answered'), 'the answer');
    const transferer = await channelOf(d, 'PJSIP/1002-');
    await d.ami.action({ Action: 'Atxfer', Channel: transferer, Exten: '1003', Context: 'test-transfer' });
    const asked = (call: LiveCall) => call.parties.some((one) => one.number === '1003' && one.state === 'up');
    await until(() => w.up().some(asked), 'the third to answer');
    await d.ami.action({ Action: 'Hangup', Channel: transferer });
    const after = await until(() => w.up().find(({ transfer }) => transfer !== null), 'the transfer');
    t.match(after.transfer, { kind: 'attended', by: '1002', to: '1003' });
    await until(async () => (await onPbx(d)).join() === inView(w.up()).join(), 'the same channels');
    await run.end();
    await d.ami.action({ Action: 'Hangup', Channel: await channelOf(d, 'PJSIP/1011-') });
    await first.end();
    await second.end();
    const call = await w.next();
    t.match(call, { disposition: 'answered', to: { number: '1002', extensionId: 'x-1003' } });
    await sameAsCdr(t, records, call);
  });

  await t.test('a call that voicemail takes', async (t) => {
    await d.extension('1004', { mailbox: '1004@lk-acme' });
    const run = phones.call({ ...ann, to: '1004', hold: 15_000 });
    const call = await until(() => w.up().find(({ application }) => application !== null), 'the application');
    t.match(call, { application: 'voicemail', state: 'answered', to: { number: '1004' }, isUncertain: false });
    await d.ami.action({ Action: 'Hangup', Channel: call.parties[0]!.channel });
    await run.end();
    const [record] = await sameAsCdr(t, records, await w.next());
    t.equal(record?.lastApp, 'VoiceMail');
  });

  await t.test('a call from outside, whose name is hostile', async (t) => {
    const phone = await phones.callee(bob.port, 'answer');
    const name = `<img src=x>\u202e\${SHELL(id)}\u0001;${'z'.repeat(1000)}`;
    await phones.trunkCall(TRUNK.ip, { from: '+4989999', to: '+4930555', name, hold: 500 }).done;
    await phone.end();
    const call = await w.next();
    t.match(call, {
      direction: 'inbound',
      companyId: 'acme',
      from: { number: '+4989999', extensionId: null },
      to: { number: '+4930555', extensionId: 'x-1002' },
      number: '+4930555',
    });
    t.match(call.from.name, /^<img src=x>.*\$\{SHELL\(id\)\}.*z$/);
    t.notMatch(call.from.name, /[\u0000-\u001f\u202e]/);
    await sameAsCdr(t, records, call);
  });

  await t.test('a call to the outside', async (t) => {
    await d.ami.dbPut('linekeeper/extension/acme', '1001', { accounts: '1001', class: 'international' });
    const carrier = await phones.callee(d.trunkPort, 'answer', { ip: TRUNK.ip });
    await phones.call({ ...ann, to: '0891234567', hold: 500 }).done;
    await carrier.end();
    const call = await w.next();
    t.match(call, { direction: 'outbound', from: { number: '1001' }, number: '+49891234567', disposition: 'answered' });
    await sameAsCdr(t, records, call);
  });

  await t.test('fifty at once', async (t) => {
    const phone = await phones.callee(bob.port, 'answer', { calls: 50 });
    const run = phones.call({ ...ann, to: '1002', hold: 5000, calls: 50 });
    await until(() => w.calls.counts().get('acme') === 50, 'fifty calls', 30_000);
    await run.done;
    await phone.end();
    await until(() => w.ended.length === 50, 'fifty ends', 30_000);
    for (const call of w.ended.splice(0)) await sameAsCdr(t, records, call);
    await until(() => w.topic.size === 0, 'all to be forgotten');
  });

  await t.test('the filters of the template keep away what we do not use, and nothing else', async (t) => {
    const socket = connect(d.pbx.amiPort, '127.0.0.1');
    t.teardown(() => socket.destroy());
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    const { username, secret } = d.pbx.logins.events;
    socket.write(`Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\n\r\n`);
    await until(() => heard.includes('Event: FullyBooted'), 'the login');
    const phone = await phones.callee(bob.port, 'hold');
    await phones.call({ ...ann, to: '1002', name: 'Event: SuccessfulAuth', hold: 3000 }).done;
    await phone.end();
    await w.next();
    const names = new Set([...heard.matchAll(/^Event: (\w+)\r$/gm)].map(([, name]) => name));
    for (const name of [
      'Newchannel',
      'Newstate',
      'NewCallerid',
      'DialBegin',
      'DialEnd',
      'BridgeEnter',
      'BridgeLeave',
    ]) {
      t.ok(names.has(name), name);
    }
    for (const name of ['Hold', 'Unhold', 'Hangup']) t.ok(names.has(name), name);
    for (const name of ['ChallengeSent', 'NewConnectedLine', 'BridgeCreate', 'HangupRequest']) {
      t.notOk(names.has(name), name);
    }
  });
});

t.test('the link is cut for ten seconds in the middle of calls', async (t) => {
  const d = await startDialplan(t);
  const { phones } = d;
  const ann = await d.phone('1001');
  const bob = await d.phone('1002');
  const cleo = await d.phone('1003');
  const proxy = await FaultProxy.start(t, d.pbx.amiPort);
  const w = await watch(t, d, proxy.port);
  const first = await phones.callee(bob.port, 'answer', { calls: 3 });
  const second = await phones.callee(cleo.port, 'answer', { calls: 2 });
  phones.call({ ...ann, to: '1002', hold: 60_000 });
  const ending = phones.call({ ...ann, to: '1003', hold: 3000 });
  await until(() => w.up().filter(({ state }) => state === 'answered').length === 2, 'two calls');
  const lasting = w.up().find(({ to }) => to.number === '1002')!;
  const lost = w.up().find(({ to }) => to.number === '1003')!;

  const cutAt = Date.now();
  proxy.faults = { cutAfter: 0 };
  proxy.cut();
  await until(() => w.up().every(({ isUncertain }) => isUncertain), 'the doubt to be told');
  t.equal(w.up().length, 2);
  await ending.done;
  phones.call({ ...ann, to: '1003', hold: 60_000 });
  phones.call({ ...ann, to: '1002', hold: 60_000 });
  await until(async () => (await onPbx(d)).length === 6, 'three calls on the PBX');
  await until(() => Date.now() - cutAt >= 10_000, 'ten seconds to pass');
  t.same(w.topic.gaps, []);
  proxy.faults = {};

  await until(() => w.topic.gaps.length > 0, 'the gap to be told');
  t.same(inView(w.up()), await onPbx(d), 'what we hold is what the PBX has');
  const [gap] = w.topic.gaps;
  t.ok(gap!.from >= cutAt && gap!.until - gap!.from >= 9000, 'the gap is as long as the cut');
  t.match(w.calls.call(lasting.id), { state: 'answered', isUncertain: false, answeredAt: lasting.answeredAt });
  t.match(w.calls.call(lost.id), { state: 'ended', isUncertain: true, disposition: 'answered' });
  t.equal(w.up().filter(({ isUncertain }) => isUncertain).length, 2, 'those that began unheard say so');

  for (const channel of await onPbx(d)) await d.ami.action({ Action: 'Hangup', Channel: channel });
  await until(() => w.up().length === 0, 'all calls to end');
  await first.end();
  await second.end();
});

t.test('a PBX that is killed leaves no call behind', async (t) => {
  const d = await startDialplan(t);
  const ann = await d.phone('1001');
  const w = await watch(t, d);
  const run = d.phones.call({ ...ann, to: '*43', hold: 60_000 });
  await until(() => w.up().some(({ application }) => application !== null), 'the echo');
  await d.pbx.kill9();
  await until(() => w.topic.gaps.length > 0, 'the PBX to be back', 60_000);
  t.match(w.calls.calls(), [{ state: 'ended', isUncertain: true, disposition: 'answered', to: { number: '*43' } }]);
  await run.end();
});
