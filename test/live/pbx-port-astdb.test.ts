import t from 'tap';
import { connectPbx } from '../../src/asterisk/pbx-connection.ts';
import type { Write } from '../../src/plan/ports.ts';
import { startAsterisk, until } from '../support/asterisk.ts';

const OPERATOR = `
[operator-template](!)
type=endpoint
context=internal
[9001](operator-template)
auth=9001
[9001]
type=auth
password=canary-password
[trunk]
type=endpoint
[trunk-aor]
type=aor
`;

const pbx = await startAsterisk(t, { custom: { 'pjsip.conf': OPERATOR } });
const connection = connectPbx({ host: pbx.host, port: pbx.amiPort, logins: pbx.logins });
t.teardown(() => connection.stop());
connection.start();
await until(() => connection.ready, 'the connection');
const { port } = connection;
const raw = await pbx.raw();
t.teardown(() => raw.close());

const put = (ref: string, after: string): Write => ({ ref, before: undefined, after });
const del = (ref: string, before: string): Write => ({ ref, before, after: undefined });

t.test('what is put can be read back, by us and by others, and deleted', async (t) => {
  const writes = [
    put('endpoint/1001', '{"context":"lk-acme","callerid":"Zoë <1001>"}'),
    put('auth/1001', '{"username":"1001"}'),
    put('aor/1001', '{"max_contacts":"1"}'),
    put('extension/acme/1001', '{"ring":"1001"}'),
    put('number/4930123456', '{"extension":"1001"}'),
    put('company/acme', '{"name":"Acme"}'),
  ];
  t.ok((await port.apply(writes)).every((result) => result.ok));
  t.equal((await raw.dbTree('linekeeper/endpoint')).get('/linekeeper/endpoint/1001'), writes[0]!.after);
  const { objects } = await port.observe();
  for (const { ref, after } of writes) t.equal(objects.get(ref), after, ref);
  t.equal(objects.size, writes.length);

  const gone = await port.apply(writes.map(({ ref, after }) => del(ref, after!)));
  t.ok(gone.every((result) => result.ok));
  t.equal((await raw.dbTree('linekeeper')).size, 0);
  t.ok(
    (await port.apply([del('endpoint/1001', '{}')])).every((result) => result.ok),
    'gone already is gone',
  );
});

t.test('one bad object fails alone, and nothing of it is written', async (t) => {
  t.same([...(await port.observeRefs(['endpoint/1_01', 'nonsense/1'])).values()], [undefined, undefined]);
  const results = await port.apply([
    put('endpoint/1001', '{"context":"a"}'),
    put('endpoint/1_01', '{}'),
    put('endpoint/10%', '{}'),
    put('endpoint/a/b', '{}'),
    put('endpoint/', '{}'),
    put('extension/acme', '{}'),
    put('nonsense/1', '{}'),
    put('endpoint/1002', 'not json'),
    put('endpoint/1003', '[]'),
    put('endpoint/1004', '{"a":1}'),
    put('endpoint/1005', `{"a":"${'x'.repeat(1100)}"}`),
    put('number/1', 'a\nAction: DBPut\nFamily: canary\nKey: k\nVal: v'),
    put('aor/1001', '{}'),
  ]);
  const codes = results.map((result) => (result.ok ? 'ok' : result.code));
  const unsafe = Array(9).fill('AMI_UNSAFE_VALUE');
  t.same(codes, ['ok', ...unsafe, 'AMI_LINE_TOO_LONG', 'AMI_UNSAFE_VALUE', 'ok']);
  t.same([...(await raw.dbTree('linekeeper')).keys()].sort(), ['/linekeeper/aor/1001', '/linekeeper/endpoint/1001']);
  t.equal((await raw.dbTree('canary')).size, 0);
  await port.apply([del('endpoint/1001', ''), del('aor/1001', '')]);
});

t.test('ten thousand objects are written, and read back without reading everything', async (t) => {
  const value = JSON.stringify({ context: 'lk-acme', auth: 'x', aors: 'x', note: 'y'.repeat(150) });
  const there = Array.from({ length: 1000 }, (_, index) => put(`endpoint/${20_000 + index}`, value));
  await port.apply(there);
  const writes = Array.from({ length: 10_000 }, (_, index) => put(`endpoint/${10_000 + index}`, value));
  const before = { ...port.counters };
  const results = await port.apply(writes);
  t.equal(results.filter((result) => result.ok).length, 10_000);
  t.equal(port.counters.puts - before.puts, 10_000);

  const refs = writes.slice(0, 1_000).map(({ ref }) => ref);
  const found = await port.observeRefs([...refs, 'endpoint/777', 'aor/10000']);
  t.equal(found.size, 1_002);
  t.ok(refs.every((ref) => found.get(ref) === value));
  t.equal(found.get('endpoint/777'), undefined);
  t.ok(found.has('endpoint/777'));
  t.ok(port.counters.trees - before.trees <= 2, 'trees of a prefix, not one read for each');
  t.ok(port.counters.gets - before.gets < 200);

  const some = await port.observeRefs(['endpoint/10005', 'endpoint/1000']);
  t.same(
    [...some],
    [
      ['endpoint/10005', value],
      ['endpoint/1000', undefined],
    ],
  );
  t.equal((await port.observe()).objects.size, 11_000);
  await port.apply([...there, ...writes].map(({ ref }) => del(ref, value)));
  t.equal((await raw.dbTree('linekeeper')).size, 0);
});

t.test('LIKE ignores case; we do not', async (t) => {
  const sales = Array.from({ length: 250 }, (_, index) => put(`endpoint/Sales${100 + index}`, '{}'));
  await port.apply(sales);
  await raw.dbPut('LINEKEEPER/endpoint', '1', '{}');
  const found = await port.observeRefs(sales.map(({ ref }) => ref.toLowerCase()));
  t.ok([...found.values()].every((value) => value === undefined));
  t.equal((await port.observe()).objects.size, 250);
  await raw.dbDel('LINEKEEPER/endpoint', '1');
  await port.apply(sales.map(({ ref }) => del(ref, '{}')));
});

t.test('the operator endpoints are known by name, of any template, and nothing else of them', async (t) => {
  const { foreignEndpoints } = await port.observe();
  t.same([...foreignEndpoints].sort(), ['9001', 'trunk']);
});

t.test('registrations are dropped for exactly the aors that were named', async (t) => {
  const contact = (uri: string) => ({ uri, user_agent: 'Phone 1.0', expiration_time: '1900000000', endpoint: 'x' });
  await raw.dbPut('registrar/contact', '1001;@aa', contact('sip:1001@192.0.2.1:5060^3Btransport=udp'));
  await raw.dbPut('registrar/contact', '1001;@bb', contact('sip:1001@192.0.2.2'));
  await raw.dbPut('registrar/contact', '10010;@cc', contact('sip:10010@192.0.2.3'));
  await raw.dbPut('registrar/contact', '1002;@dd', 'not json');
  t.same(await port.contactsOf('1001'), [
    { uri: 'sip:1001@192.0.2.1:5060;transport=udp', userAgent: 'Phone 1.0', expiresAt: 1_900_000_000, address: null },
    { uri: 'sip:1001@192.0.2.2', userAgent: 'Phone 1.0', expiresAt: 1_900_000_000, address: null },
  ]);
  t.same(await port.contactsOf('1002'), []);
  t.same(await port.contactsOf('%'), []);
  await port.dropRegistrations(['1001', '%', 'nobody']);
  t.same(
    [...(await raw.dbTree('registrar/contact')).keys()],
    ['/registrar/contact/10010;@cc', '/registrar/contact/1002;@dd'],
  );
  const many = Array.from({ length: 30 }, (_, index) => `${index}`);
  await port.dropRegistrations([...many, '10010']);
  t.same([...(await raw.dbTree('registrar/contact')).keys()], ['/registrar/contact/1002;@dd']);
});

t.test('the version is Asterisk own', async (t) => {
  t.match(await port.version(), /^\d+\.\d+\.\d+$/);
});
