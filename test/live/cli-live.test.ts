import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createLocalServer } from '../../src/http/local-server.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { until } from '../support/asterisk.ts';
import { createCli, startCli } from '../support/cli.ts';
import { callItem, pbxItem, registrationItem } from '../support/feed-items.ts';

/** The app behind its socket file, with what stands in its feed said by the test. */
async function setUp(t: Test) {
  const api = await createTestApp(t);
  const server = createLocalServer(api.app);
  await new Promise<void>((resolve) => server.listen(join(api.folder, 'admin.sock'), resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const acme = await api.company('acme');
  const { calls, registrations, sync } = api.feed.topics;
  const scope = { companyId: acme.id as string };
  const call = (more: Parameters<typeof callItem>[0] = {}) => {
    const item = callItem({ companyId: acme.id, ...more });
    calls.set(item.id, item, scope);
  };
  const phone = (more: Parameters<typeof registrationItem>[0] = {}) => {
    const item = registrationItem({ companyId: acme.id, ...more });
    registrations.set(item.id, item, scope);
  };
  sync.set('pbx', pbxItem(), { companyId: null });
  return { api, acme, call, phone };
}

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

t.test('--once prints what is so now, as a table or as JSON', async (t) => {
  const { api, call, phone } = await setUp(t);
  call({ from: { number: '+4930', name: '\u001b[2J<b>Anna</b>', extensionId: null } });
  phone();
  const linekeeper = createCli(api.folder);
  const shown = await linekeeper(['live', '--once']);
  t.equal(shown.code, 0, shown.err);
  t.match(shown.out, /^linekeeper live {2}1 call {2}1 registered/);
  t.match(shown.out, /\nmain: in-sync\n/);
  t.match(shown.out, /\nringing .*\\u001b\[2J<b>Anna.* acme 1001\n/);
  t.match(shown.out, /\nacme 1001 .*Yealink/);
  const json = JSON.parse((await linekeeper(['--json', 'live', '--once'])).out);
  t.match(json, { calls: [{ state: 'ringing' }], registrations: [{ endpoint: '1001' }], sync: [{ name: 'main' }] });

  await api.company('beta', { ranges: [['2000', '2999']] });
  const other = await linekeeper(['live', '--once', '--company', 'beta', '--json']);
  t.same(JSON.parse(other.out).calls, [], "another company's calls are not shown");
  t.match(await linekeeper(['live', '--topic', 'nothing']), { code: 1, err: /TOPIC_UNKNOWN/ });
});

t.test('where no terminal is, each event is a line of JSON', async (t) => {
  const { api, call } = await setUp(t);
  const extension = await api.extension((await companyOf(api)).id, '1001');
  const running = startCli(t, api.folder, ['live']);
  await until(() => linesOf(running.out()).length === 2, 'both snapshots');
  t.match(linesOf(running.out()), [
    { topic: 'calls', op: 'snapshot', items: [] },
    { topic: 'registrations', op: 'snapshot', items: [] },
  ]);
  call();
  call({ state: 'answered' });
  api.feed.topics.calls.remove('1764000000.1');
  await until(() => linesOf(running.out()).length >= 5, 'the events');
  t.match(
    linesOf(running.out())
      .slice(2)
      .map(({ op, seq, item }) => [op, seq, item?.state]),
    [
      ['set', 1, 'ringing'],
      ['set', 2, 'answered'],
      ['remove', 3, undefined],
    ],
  );
  running.signal('SIGTERM');
  await running.done;

  const one = startCli(t, api.folder, ['--json', 'live', '--extension', '1001', '--topic', 'calls']);
  await until(() => linesOf(one.out()).length === 1, 'the snapshot');
  call();
  const item = callItem({ id: 'mine' });
  api.feed.topics.calls.set('mine', item, { companyId: extension.companyId, extensionIds: [extension.id] });
  await until(() => linesOf(one.out()).length === 2, 'the call of the extension');
  t.match(linesOf(one.out())[1], { topic: 'calls', op: 'set', id: 'mine' });
  one.signal('SIGTERM');
  await one.done;
});

t.test('on a terminal the screen follows, obeys keys and gives the terminal back', async (t) => {
  const { api, call, phone } = await setUp(t);
  const running = startCli(t, api.folder, ['live'], { rows: 24, columns: 110 });
  await until(() => running.out().includes('main: in-sync'), 'the first screen');
  t.match(running.out(), '\u001b[?1049h', 'on a screen of its own');
  call();
  await until(() => running.out().includes('Anna Berg'), 'the call');
  phone();
  await until(() => running.out().includes('1001 Reception at 10.0.0.3:5060'), 'the news of the phone');
  running.type('2');
  await until(() => /not inuse.*Yealink/.test(running.out()), 'the registrations');
  running.type('q');
  t.equal(await running.done, 0);
  t.match(running.out(), /\u001b\[\?25h\u001b\[\?1049l\s*$/, 'the cursor and the old screen are back');

  const other = startCli(t, api.folder, ['live'], { rows: 24, columns: 110 });
  await until(() => other.out().includes('main: in-sync'), 'the screen');
  other.type('\u0003');
  await other.done;
  t.match(other.out(), /\u001b\[\?1049l\s*$/, 'Ctrl-C gives it back too');
});

t.test('without a daemon it says so at once', async (t) => {
  t.match(await createCli(t.testdir())(['live', '--once']), { code: 3, err: /DAEMON_UNREACHABLE/ });
});

async function companyOf(api: TestApp) {
  return (await api.call('GET', '/companies')).body.items[0];
}
