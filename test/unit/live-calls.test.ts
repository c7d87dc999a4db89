import t, { type Test } from 'tap';
import { callSchema, type LiveCall } from '../../src/domain/feed/call.ts';
import { createCalls } from '../../src/live/calls/create-calls.ts';
import { until } from '../support/asterisk.ts';
import { channel, messageOf, PlayedLink, recorded } from '../support/call-events.ts';
import { FixedDirectory } from '../support/fixed-directory.ts';
import { RecordingTopic } from '../support/recording-topic.ts';

function setup(t: Test, limits?: { calls: number; legs: number }) {
  const link = new PlayedLink();
  const topic = new RecordingTopic<LiveCall>();
  const directory = new FixedDirectory(['1001', '1002', '1003', '1011'], { '+4930555': '1002' });
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => void warnings.push(message) };
  const clock = { now: Date.UTC(2026, 10, 23) };
  const calls = createCalls({ link, directory, topic, log, now: () => clock.now, ...(limits ? { limits } : {}) });
  t.teardown(() => calls.stop());
  /** The call after its next publication in which this is so. */
  const seen = (isSo: (call: LiveCall) => boolean, what: string) => until(() => calls.calls().find(isSo), what);
  return { link, topic, directory, calls, clock, warnings, seen };
}

/** The states that were told, without repetitions. */
function states(topic: RecordingTopic<LiveCall>, id: string): string[] {
  const told = topic.log.flatMap((entry) => ('set' in entry && entry.id === id ? [entry.set.state] : []));
  return told.filter((state, index) => state !== told[index - 1]);
}

/** Plays a recording event by event, each a second after the one before, and gives the ended call. */
async function play(t: Test, name: string) {
  const world = setup(t);
  world.link.up();
  for (const event of recorded(name)) {
    world.clock.now += 1000;
    world.link.say(event);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
  const call = await world.seen((one) => one.state === 'ended', 'the end of the call');
  for (const { item } of world.topic.items.values()) callSchema.parse(item);
  return { ...world, call };
}

const ENDED = { state: 'ended', pbxId: 'pbx', companyId: 'acme', isUncertain: false };
const ONE = { number: '1001', name: 'Ext 1001', extensionId: 'x-1001' };
const TWO = { number: '1002', name: 'Ext 1002', extensionId: 'x-1002' };
const THREE = { number: '1002', name: 'Ext 1003', extensionId: 'x-1003' };

const STORIES: Record<string, { call: Record<string, unknown>; states: string[] }> = {
  two: {
    call: { direction: 'internal', from: ONE, to: TWO, number: null, disposition: 'answered', hangupCause: 16 },
    states: ['dialing', 'ringing', 'answered', 'ended'],
  },
  busy: {
    call: { from: ONE, to: TWO, disposition: 'busy', hangupCause: 17, answeredAt: null },
    states: ['dialing', 'ended'],
  },
  unanswered: {
    call: { from: ONE, to: TWO, disposition: 'no_answer', hangupCause: 20, answeredAt: null },
    states: ['dialing', 'ringing', 'dialing', 'ended'],
  },
  unallocated: {
    call: { from: ONE, to: { number: '1777', name: null, extensionId: null }, disposition: 'failed', hangupCause: 1 },
    states: ['dialing', 'ended'],
  },
  forwarded: {
    call: { from: ONE, to: THREE, forwardedBy: ['1002'], transfer: null, disposition: 'answered' },
    states: ['dialing', 'ringing', 'dialing', 'ringing', 'answered', 'ended'],
  },
  blind: {
    call: { from: ONE, to: THREE, forwardedBy: [], transfer: { kind: 'blind', by: '1002', to: '1003' } },
    states: ['dialing', 'ringing', 'answered', 'ended'],
  },
  redirected: {
    call: { from: ONE, to: THREE, forwardedBy: [], transfer: { kind: 'blind', by: null, to: '1003' } },
    states: ['dialing', 'ringing', 'answered', 'ended'],
  },
  attended: {
    call: {
      from: { ...ONE, number: '1011', name: 'Ext 1011', extensionId: 'x-1011' },
      to: THREE,
      transfer: { kind: 'attended', by: '1002', to: '1003' },
      disposition: 'answered',
    },
    states: ['dialing', 'ringing', 'answered', 'held', 'answered', 'ended'],
  },
  hold: {
    call: { from: ONE, to: TWO, disposition: 'answered' },
    states: ['dialing', 'ringing', 'answered', 'held', 'answered', 'ended'],
  },
  voicemail: {
    call: { from: ONE, to: TWO, disposition: 'answered' },
    states: ['dialing', 'ringing', 'dialing', 'answered', 'ended'],
  },
  inbound: {
    call: {
      direction: 'inbound',
      from: { number: '+4989999', extensionId: null },
      to: { ...TWO, number: '+4930555' },
      number: '+4930555',
      disposition: 'answered',
    },
    states: ['dialing', 'ringing', 'answered', 'ended'],
  },
  outbound: {
    call: {
      direction: 'outbound',
      from: ONE,
      to: { number: '0891234567', name: null, extensionId: null },
      number: '+49891234567',
      disposition: 'answered',
    },
    states: ['dialing', 'ringing', 'answered', 'ended'],
  },
  originated: {
    call: { direction: 'internal', from: { number: null }, to: TWO, disposition: 'answered', hangupCause: null },
    states: ['dialing', 'ringing', 'answered', 'ended'],
  },
};

for (const [name, story] of Object.entries(STORIES)) {
  t.test(`the story of a recorded call: ${name}`, async (t) => {
    const { call, topic, calls } = await play(t, name);
    t.match(call, { ...ENDED, ...story.call });
    t.same(states(topic, call.id), story.states);
    t.ok(call.parties.every((party) => party.state === 'gone'));
    t.equal(calls.counts().size, 0);
  });
}

t.test('who picks up a call becomes a party of it', async (t) => {
  const { calls, topic } = await play(t, 'pickup');
  const [picked, own] = calls.calls();
  t.match(picked, { ...ENDED, from: ONE, to: { ...TWO, name: 'Ext 1003', extensionId: 'x-1003' } });
  t.same(
    picked?.parties.map(({ endpoint, role }) => `${role} ${endpoint}`),
    ['caller 1001', 'callee 1002', 'callee 1003'],
  );
  t.match(own, { from: { number: '1003' }, to: { number: '*81002' }, state: 'ended', disposition: 'answered' });
  t.equal(topic.size, 2);
});

t.test('text of a caller arrives as text that does nothing', async (t) => {
  const { call } = await play(t, 'inbound');
  t.match(call.from.name, /^x<b>\\u202e\$\{SHELL\(id\)\}\\a\\tEvent: Hangupy+$/);
});

t.test('a call is told whose it is, and to whom it may be shown', async (t) => {
  const { link, topic, directory, seen } = setup(t);
  link.up();
  link.say(...recorded('two').slice(0, -2));
  const call = await seen((one) => one.state === 'answered', 'the call');
  t.equal(topic.log.length, 1, 'many events at once are told once');
  t.same(directory.asked, [['1001', '1002']], 'and looked up once');
  t.same(topic.items.get(call.id)?.scope, {
    companyId: 'acme',
    extensionIds: ['x-1001', 'x-1002'],
    siteIds: ['hq'],
    teamIds: ['sales'],
  });
});

t.test('an ended call is shown for five seconds more', async (t) => {
  const { call, topic, clock, calls } = await play(t, 'two');
  clock.now += 4000;
  t.ok(calls.call(call.id));
  clock.now += 1000;
  await until(() => topic.size === 0, 'the call to be forgotten');
  t.equal(calls.call(call.id), undefined);
});

t.test('events with a header missing, doubled, or of another form do nothing', async (t) => {
  const { link, calls } = setup(t);
  link.up();
  const whole = [
    'Event: Newchannel',
    'Channel: PJSIP/1001-00000001',
    'ChannelState: 4',
    'Uniqueid: 1.1',
    'Linkedid: 1.1',
  ];
  const bad = [['Uniqueid: 1.2'], ['Channel: PJSIP/1001-00000001'], ['CallerIDNum: 1', 'CallerIDNum: 2']].map(
    (extra) => [...whole, ...extra],
  );
  const other = [
    whole.filter((line) => !line.startsWith('Linkedid')),
    whole.map((line) => line.replace('1.1', '1.1; rm')),
    whole.map((line) => line.replace('PJSIP/', 'PJSIP/\u0007')),
    whole.map((line) => line.replace('PJSIP/', `PJSIP/${'x'.repeat(300)}`)),
    whole.map((line) => line.replace('State: 4', 'State: __proto__')),
    ['Event: Hangup', 'Uniqueid: __proto__', 'Linkedid: constructor', 'Channel: a/b', 'ChannelState: 6'],
  ];
  for (const lines of [...bad, ...other]) link.say(messageOf(lines.join('\n')));
  link.say(messageOf([...whole, 'CallerIDNum: 9'].join('\n').replaceAll('1.1', '1.9')));
  await until(() => calls.calls().length > 0, 'the good one');
  t.same(
    calls.calls().map(({ id }) => id),
    ['1.9'],
  );
});

t.test('hostile events cannot make it grow without end', async (t) => {
  const { link, calls, warnings } = setup(t, { calls: 100, legs: 300 });
  link.up();
  for (let i = 0; i < 5000; i++) {
    const linked = i % 2 === 0 ? '1.0' : `1.${i}`;
    link.say(
      messageOf(
        `Event: Newchannel\nChannel: PJSIP/1001-${i.toString(16).padStart(8, '0')}\nChannelState: 4\nUniqueid: 2.${i}\nLinkedid: ${linked}`,
      ),
    );
  }
  await until(() => calls.calls().length > 0 && warnings.length > 0, 'the calls and the warning');
  t.equal(calls.calls().length, 100);
  for (const call of calls.calls()) callSchema.parse(call);
  t.equal(Math.max(...calls.calls().map(({ parties }) => parties.length)), 100);
});

t.test('after a time without events', async (t) => {
  await t.test('calls that are gone are closed, new ones taken in, the others kept, and a gap is told', async (t) => {
    const { link, topic, calls, clock, seen } = setup(t);
    link.up();
    link.say(...recorded('two').slice(0, 10));
    link.say(
      messageOf('Event: Newchannel\nChannel: PJSIP/1003-00000009\nChannelState: 4\nUniqueid: 5.5\nLinkedid: 5.5'),
    );
    const kept = await seen((one) => one.state === 'answered', 'the call');
    const deafAt = clock.now;
    link.down('the connection was cut');
    await until(() => calls.calls().every((call) => call.isUncertain), 'the doubt to be told');
    t.equal(calls.calls().length, 2, 'nothing is removed');
    clock.now += 10_000;
    const [caller, callee] = kept.parties;
    link.channels = [
      channel(caller!.channel, '1795393517.0', { linkedId: kept.id, bridgeId: caller!.bridge }),
      channel(callee!.channel, '1795393517.1', { linkedId: kept.id, bridgeId: callee!.bridge }),
      channel('PJSIP/1002-0000000a', '7.7', { state: 'Ring', exten: '1003', seconds: 4, callerNumber: '1002' }),
    ];
    const ids = recorded('two').map((event) => event.get('Uniqueid'));
    link.channels[0]!.uniqueId = ids[0]!;
    link.channels[1]!.uniqueId = ids[1]!;
    link.up();
    await until(() => topic.gaps.length > 0, 'the gap');
    t.match(topic.gaps, [{ pbxId: 'pbx', from: deafAt, until: clock.now, reason: 'the connection was cut' }]);
    t.same(calls.call(kept.id), kept, 'what was there still is as it was');
    t.match(calls.call('5.5'), { state: 'ended', isUncertain: true, disposition: null });
    t.match(calls.call('7.7'), {
      state: 'dialing',
      isUncertain: true,
      from: { number: '1002' },
      startedAt: new Date(clock.now - 4000).toISOString(),
    });
    t.ok('gap' in topic.log.at(-1)!, 'the gap is told after the calls are right');
  });

  await t.test('what happens while the channels are read comes after it', async (t) => {
    const { link, seen, calls } = setup(t);
    const events = recorded('two');
    const id = events[0]!.get('Linkedid')!;
    link.channels = [channel('PJSIP/1001-00000000', id, { state: 'Ring', application: 'Dial' })];
    link.beforeAnswer = () => link.say(...events.slice(1));
    link.up();
    await seen((call) => call.state === 'ended', 'the end');
    t.match(calls.call(id), { id, disposition: 'answered', isUncertain: true });
    t.equal(calls.calls().length, 1);
  });

  await t.test('a read that fails is tried again', async (t) => {
    const { link, clock, warnings, seen } = setup(t);
    link.channels = [channel('PJSIP/1001-00000000', '1.1')];
    link.beforeAnswer = () => {
      link.beforeAnswer = () => {};
      throw new Error('short list');
    };
    link.up();
    await until(() => warnings.length === 1, 'the failure');
    clock.now += 1000;
    t.match(await seen(() => true, 'the call'), { id: '1.1', isUncertain: true });
  });
});

t.test('a hangup that was missed is found', async (t) => {
  const { link, clock, seen } = setup(t);
  link.up();
  await until(() => link.looks === 1, 'the first look');
  link.say(...recorded('two').slice(0, 10));
  await seen((one) => one.state === 'answered', 'the call');
  clock.now += 30_000;
  await until(() => link.looks === 2, 'the comparison');
  t.match(await seen(() => true, 'the call'), { state: 'answered' }, 'once is not enough: its end may be on the way');
  clock.now += 30_000;
  t.match(await seen((one) => one.state === 'ended', 'the end'), { disposition: 'answered', isUncertain: true });
});

t.test('what somebody talks to alone is looked up', async (t) => {
  const { link, clock, seen } = setup(t);
  link.up();
  await until(() => link.looks === 1, 'the first look');
  const events = recorded('voicemail').slice(0, -1);
  link.say(...events);
  const id = events[0]!.get('Linkedid')!;
  link.channels = [channel('PJSIP/1001-00000006', id, { application: 'VoiceMail' })];
  await seen((one) => one.state === 'answered', 'the answer');
  clock.now += 1000;
  t.match(await seen((one) => one.application !== null, 'the application'), {
    application: 'voicemail',
    state: 'answered',
    isUncertain: false,
  });
  t.equal(link.looks, 2);
});
