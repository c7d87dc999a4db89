import t from 'tap';
import { checkAllowed } from '../../src/asterisk/ami/actions.ts';
import { AmiMessage } from '../../src/asterisk/ami/ami-message.ts';
import type { AmiFields } from '../../src/asterisk/ami/encode.ts';
import { OnDemandLink } from '../../src/asterisk/ami/on-demand-link.ts';
import { rightsOf } from '../../src/asterisk/ami/rights.ts';
import type { LiveChannel } from '../../src/asterisk/pbx-port/live-channels.ts';
import type { CallLeg } from '../../src/live/actions/find-call.ts';
import { planTransfer } from '../../src/live/actions/plan-transfer.ts';
import { until } from '../support/asterisk.ts';
import { LoopbackAmi } from '../support/loopback-ami.ts';

const TRANSFER = { Channel: 'PJSIP/acme-1001-0000002a', Context: 'lk-acme', Exten: '1003' };
const REDIRECT = { ...TRANSFER, Priority: '1' };
const TEST_CALL = {
  Channel: 'PJSIP/acme-1001/sip:1001@10.0.0.7:5060;transport=udp',
  Context: 'linekeeper-test',
  Exten: 's',
  Priority: '1',
  CallerID: 'Linekeeper test <0>',
  Timeout: '20000',
  Async: 'true',
  ChannelId: `linekeeper-test-${'0'.repeat(32)}`,
};

t.test('the acting login sends these and nothing else', async (t) => {
  const good: [string, AmiFields][] = [
    ['BlindTransfer', TRANSFER],
    ['BlindTransfer', { ...TRANSFER, Exten: '+4930123456' }],
    ['Redirect', REDIRECT],
    ['Redirect', { ...REDIRECT, Context: 'linekeeper-extension' }],
    ['Originate', TEST_CALL],
  ];
  for (const [action, fields] of good)
    t.doesNotThrow(() => checkAllowed('act', action, fields), JSON.stringify(fields));
  const bad: [string, AmiFields][] = [
    ...['Hangup', 'Setvar', 'Command', 'DBPut', 'UpdateConfig', 'MessageSend', 'Reload', 'AGI'].map(
      (name): [string, AmiFields] => [name, {}],
    ),
    ...['/.*/', 'PJSIP/*', '', 'PJSIP/1001 x', 'PJSIP/a/b', '1700000000.1'].map((Channel): [string, AmiFields] => [
      'BlindTransfer',
      { ...TRANSFER, Channel },
    ]),
    ...['default', 'linekeeper-test', 'lk-', 'lk-acme,1', 'from-internal', 'xlk-acme'].map(
      (Context): [string, AmiFields] => ['Redirect', { ...REDIRECT, Context }],
    ),
    ...['*97', 's', '1003&1004', '1003,1', '_X.', '${EXTEN}', '', '+1'].map((Exten): [string, AmiFields] => [
      'BlindTransfer',
      { ...TRANSFER, Exten },
    ]),
    ['Redirect', { ...REDIRECT, Priority: '2' }],
    ['Redirect', { ...REDIRECT, ExtraChannel: 'PJSIP/1002-00000001' }],
    ['Redirect', TRANSFER],
    ['BlindTransfer', { ...TRANSFER, context: 'default' }],
    ...['Application', 'Data', 'Variable', 'Account', 'application', 'EarlyMedia', 'Codecs'].map(
      (name): [string, AmiFields] => ['Originate', { ...TEST_CALL, [name]: 'System' }],
    ),
    ...[
      'Local/x@linekeeper-test',
      'PJSIP/1001',
      'PJSIP/1001/sip:a&PJSIP/1',
      'PJSIP/1001/sip:a,b',
      'PJSIP/1001/tel:1',
    ].map((Channel): [string, AmiFields] => ['Originate', { ...TEST_CALL, Channel }]),
    ['Originate', { ...TEST_CALL, Context: 'lk-acme' }],
    ['Originate', { ...TEST_CALL, Exten: '1001' }],
    ['Originate', { ...TEST_CALL, CallerID: '"The boss" <1001>' }],
    ['Originate', { ...TEST_CALL, ChannelId: '1700000000.1' }],
    ['Originate', { ...TEST_CALL, Async: 'false' }],
    ['Originate', { ...TEST_CALL, Timeout: '999999999' }],
  ];
  for (const [action, fields] of bad) {
    t.throws(
      () => checkAllowed('act', action, fields),
      { code: 'AMI_ACTION_FORBIDDEN' },
      `${action} ${JSON.stringify(fields)}`,
    );
  }
  for (const role of ['events', 'query', 'sync', 'config'] as const) {
    t.throws(() => checkAllowed(role, 'Originate', TEST_CALL), { code: 'AMI_ACTION_FORBIDDEN' }, role);
    t.throws(() => checkAllowed(role, 'BlindTransfer', TRANSFER), { code: 'AMI_ACTION_FORBIDDEN' }, role);
  }
});

t.test('originate is what the acting login is for, and too much for any other', async (t) => {
  const commands = new AmiMessage();
  commands.add('Response', 'Success');
  commands.add('Originate', 'Originate a call.  (Priv: originate,all)');
  commands.add('BlindTransfer', 'Blind transfer.  (Priv: call,all)');
  commands.add('Redirect', 'Redirect.  (Priv: call,all)');
  t.same(rightsOf('act', commands), { excess: [], missing: [] });
  t.same(rightsOf('sync', commands).excess, ['call', 'originate']);
});

t.test('a login on demand is connected when it is used, and closed when it is idle', async (t) => {
  const server = await LoopbackAmi.start(t);
  server.script = ({ reply }) => reply(['Response: Success']);
  const credentials = { username: 'linekeeper-act', secret: 'of-no-use' };
  const address = { host: '127.0.0.1', port: server.port };
  const link = new OnDemandLink({ role: 'act', address, credentials, idleAfter: 50 });
  t.teardown(() => link.stop());
  t.same(link.state, { state: 'idle' });
  t.equal(server.connections, 0, 'nobody asked yet');
  const send = () => link.use((connection) => connection.action('BlindTransfer', TRANSFER));
  await Promise.all([send(), send()]);
  t.equal(server.actions.filter(({ action }) => action === 'Login').length, 1, 'one connection for both');
  await until(() => link.state.state === 'idle' && server.connections === 0, 'the connection to be closed');
  await send();
  t.equal(server.actions.filter(({ action }) => action === 'Login').length, 2);
  server.cutAll();
  await until(() => link.state.state === 'idle', 'the cut to be noticed');
  await send();
  server.login = 'refuse';
  await until(() => server.connections === 0, 'the idle connection to close');
  await t.rejects(send(), { code: 'PBX_LOGIN_REFUSED' });
  t.match(link.state, { state: 'failed', reason: /refused the act login/ });
  server.login = 'accept';
  await send();
  t.match(link.state, { state: 'ready' });
  await link.stop();
  await t.rejects(send(), { code: 'PBX_UNREACHABLE' });
  const absent = new OnDemandLink({ role: 'act', address, credentials: undefined });
  await t.rejects(
    absent.use(async () => {}),
    { code: 'PBX_ACTIONS_UNAVAILABLE', message: /linekeeper pbx set/ },
  );
  t.same(absent.state, { state: 'absent' });
});

const CALL = '1700000000.1';

function leg(endpoint: string, more: Partial<LiveChannel> & { isOurs?: boolean } = {}): CallLeg {
  const { isOurs = true, ...given } = more;
  const nobody = { callerNumber: null, callerName: null, connectedNumber: null, connectedName: null };
  const place = { context: 'linekeeper-extension', exten: '1002', application: 'Dial', bridgeId: 'b', seconds: 9 };
  const name = `PJSIP/${endpoint}-0000002a`;
  const channel = { name, uniqueId: endpoint, linkedId: CALL, state: 'Up', ...place, ...nobody, ...given };
  const owner = { endpoint, companyId: 'acme', extensionId: endpoint, number: endpoint, displayName: endpoint };
  return { channel, owner: isOurs ? { ...owner, siteId: null, userId: null, teamIds: [] } : undefined };
}

t.test('who of a call is transferred', async (t) => {
  const outside = { isOurs: false };
  const first = { uniqueId: CALL };
  const alone = { bridgeId: null };
  type Case = [string, CallLeg[], 'caller' | 'callee' | undefined, [kind: string, channel: string, kept: string]];
  const cases: Case[] = [
    ['two phones: the callee gives away', [leg('1002'), leg('1001', first)], undefined, ['blind', '1002', '1001']],
    ['the callee is kept', [leg('1002'), leg('1001', first)], 'callee', ['blind', '1001', '1002']],
    [
      'a call from outside',
      [leg('carrier', { ...first, ...outside }), leg('1002')],
      undefined,
      ['blind', '1002', 'carrier'],
    ],
    ['a call to outside', [leg('1001', first), leg('carrier', outside)], undefined, ['blind', '1001', 'carrier']],
    ['ours is kept', [leg('1001', first), leg('carrier', outside)], 'caller', ['redirect', '1001', '1001']],
    ['the first channel is gone', [leg('1002', { seconds: 5 }), leg('1003')], undefined, ['blind', '1002', '1003']],
    ['it rings', [leg('1001', { ...first, ...alone }), leg('1002', alone)], undefined, ['redirect', '1001', '1001']],
    [
      'a mailbox talks',
      [leg('carrier', { ...first, ...alone, ...outside })],
      undefined,
      ['redirect', 'carrier', 'carrier'],
    ],
  ];
  for (const [name, legs, keep, [kind, channel, kept]] of cases) {
    const planned = planTransfer(legs, CALL, '1003', keep);
    t.equal(planned.order.kind, kind, name);
    t.equal(planned.order.channel, `PJSIP/${channel}-0000002a`, name);
    t.equal(planned.kept.channel.name, `PJSIP/${kept}-0000002a`, name);
  }
  const refused: [string, CallLeg[], 'callee' | undefined][] = [
    ['nobody has answered', [leg('1001', { ...first, ...alone }), leg('1002', alone)], 'callee'],
    ['a conference', [leg('1001', first), leg('1002'), leg('1003')], undefined],
    ['two bridges', [leg('1001', first), leg('1002', { bridgeId: 'c' })], undefined],
    ['a test call', [leg('1001', { ...first, ...alone, ...outside, context: 'linekeeper-test' })], undefined],
    ['the operator’s own', [leg('x', { ...first, ...outside, context: 'internal' }), leg('y', outside)], undefined],
    ['without its caller', [leg('1002', alone), leg('1003', alone)], undefined],
  ];
  for (const [name, legs, keep] of refused) {
    t.throws(() => planTransfer(legs, CALL, '1003', keep), { code: 'CALL_STATE_INVALID' }, name);
  }
});
