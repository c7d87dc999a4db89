import t, { type Test as TapTest } from 'tap';
import { AmiConnection } from '../../src/asterisk/ami/ami-connection.ts';
import { readRights } from '../../src/asterisk/ami/rights.ts';
import { ManagerWire } from '../../src/asterisk/ami/wire-manager.ts';
import { StreamWire } from '../../src/asterisk/ami/wire-stream.ts';
import { connectPbx, type PbxConnection, type PbxConnectionOptions } from '../../src/asterisk/pbx-connection.ts';
import { startAsterisk, until } from '../support/asterisk.ts';
import { FaultProxy } from '../support/fault-proxy.ts';

/** Short enough for a test, long enough for a busy machine. */
const DEADLINES = { ping: 500, silence: 2_000 };
const BACKOFF = { first: 50, most: 500 };

const pbx = await startAsterisk(t);

function connect(t: TapTest, options: Partial<PbxConnectionOptions> = {}): PbxConnection {
  const { host, amiPort: port, logins } = pbx;
  const connection = connectPbx({ host, port, logins, deadlines: DEADLINES, backoff: BACKOFF, ...options });
  t.teardown(() => connection.stop());
  connection.start();
  return connection;
}

t.test('the four logins become ready with the rights that the templates give, and no more', async (t) => {
  const connection = connect(t, { wideRights: 'refuse' });
  await until(() => Object.values(connection.state()).every(({ state }) => state === 'ready'), 'four logins');
  t.ok(connection.ready);
  t.match(await connection.actState(), { state: 'idle' }, 'the fifth waits until it is needed');
  t.match(await connection.actState(true), { state: 'ready' });
  await connection.stop();
  t.match(connection.state(), { query: { state: 'stopped' }, events: { state: 'stopped' } });
  t.notOk(connection.ready);
  await t.rejects(connection.port.observe(), { code: 'PBX_UNREACHABLE' });
});

t.test('a login that may do more than it needs is named, and refused when that is asked for', async (t) => {
  const wide = { events: pbx.testLogin, query: pbx.testLogin, sync: pbx.testLogin, config: pbx.testLogin };
  const connection = connect(t, { logins: wide, wideRights: 'refuse' });
  await until(() => connection.state().sync.reason?.includes('more than it needs'), 'the refusal');
  t.notOk(connection.ready);
  for (const Wire of [StreamWire, ManagerWire]) {
    const wire = new Wire({ host: pbx.host, port: pbx.amiPort });
    const login = await AmiConnection.open({ role: 'query', credentials: pbx.testLogin, wire });
    const rights = await readRights(login);
    t.match(rights.excess.join(), /command.*originate/);
    t.same(rights.missing, []);
    login.close('done');
  }
});

t.test('a login with too few rights is refused by us', async (t) => {
  const connection = connect(t, { logins: { ...pbx.logins, sync: pbx.logins.query } });
  await until(() => connection.state().sync.reason?.includes('DBPut'), 'the refusal');
  t.notOk(connection.ready);
});

t.test('a wrong secret shows as the reason, the other logins go on', async (t) => {
  const wrong = { username: pbx.logins.sync.username, secret: 'not-the-secret' };
  const connection = connect(t, { logins: { ...pbx.logins, sync: wrong } });
  const reason = await until(
    () => connection.state().sync.reason?.includes('refused') && connection.state().sync.reason,
    'the refusal',
  );
  t.notMatch(reason, 'not-the-secret');
  await until(() => connection.state().query.state === 'ready', 'the query login');
  await t.rejects(connection.port.apply([{ ref: 'number/1', before: undefined, after: '{}' }]), {
    code: 'PBX_UNREACHABLE',
  });
});

t.test('a cut connection comes back by itself', async (t) => {
  const proxy = await FaultProxy.start(t, pbx.amiPort);
  const connection = connect(t, { port: proxy.port });
  const downs: string[] = [];
  connection.onDown((reason) => downs.push(reason));
  await until(() => connection.ready, 'the first time');
  proxy.cut();
  await until(() => downs.length === 1, 'the loss to be seen');
  await until(() => connection.ready, 'the second time');
  t.same(await connection.port.observeRefs(['number/1']), new Map([['number/1', undefined]]));
});

t.test('a frozen Asterisk is noticed, and used again when it thaws', async (t) => {
  const connection = connect(t);
  await until(() => connection.ready, 'the connection');
  pbx.freeze();
  t.teardown(() => pbx.thaw());
  const pending = connection.port.observe();
  await t.rejects(pending, { code: 'AMI_CLOSED' });
  await until(() => !connection.ready, 'the loss to be seen');
  await t.rejects(connection.port.observe(), { code: 'PBX_UNREACHABLE' });
  pbx.thaw();
  await until(() => connection.ready, 'the connection after the thaw');
  await connection.port.observe();
});

t.test('a killed Asterisk rejects what is pending, and its boot is a hint', async (t) => {
  const connection = connect(t);
  await until(() => connection.ready && connection.state().events.state === 'ready', 'the connection');
  const writes = Array.from({ length: 20_000 }, (_, index) => ({
    ref: `number/${index}`,
    before: undefined,
    after: '{}',
  }));
  let booted = 0;
  connection.hints.on('fullyBooted', () => {
    booted += 1;
  });
  const applied = connection.port.apply(writes);
  await until(() => connection.port.counters.puts > 1_000, 'some writes');
  await pbx.kill9();
  const results = await applied;
  const failed = results.filter((result) => !result.ok);
  t.ok(failed.length > 0, `${failed.length} of ${results.length} failed`);
  t.ok(failed.every((result) => !result.ok && result.retryable));
  t.ok(results.some((result) => result.ok));
  await until(() => booted > 0, 'FullyBooted', 60_000);
  await until(() => connection.ready, 'the connection after the boot');
});
