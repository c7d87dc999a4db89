import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import { freePort, startAsterisk, until } from '../support/asterisk.ts';
import { createCli } from '../support/cli.ts';
import { createPhones } from '../support/sipp.ts';

/** Endpoints as an operator writes them: one with a template, all with auth sections of another name. */
function sections(id: string): string {
  return [
    `[${id}](phone)\nauth=${id}-auth\naors=${id}\ncallerid="Phone ${id}" <${id}>\nmailboxes=${id}@default`,
    `[${id}-auth]\ntype=auth\nauth_type=userpass\nusername=${id}\npassword=theirs-${id}`,
    `[${id}]\ntype=aor\nmax_contacts=2\n`,
  ].join('\n');
}
const TEMPLATE = '[phone](!)\ntype=endpoint\ncontext=operator\ndisallow=all\nallow=ulaw,alaw\n';
const CARRIER = '[carrier]\ntype=endpoint\ncontext=operator\noutbound_auth=x\naors=carrier\n';
const filesWith = (...ids: string[]) => TEMPLATE + ids.map(sections).join('\n') + CARRIER;
const VOICEMAIL = '[default]\n1001 => 4242,Anna,anna@example.org\n1002 => 4343,Bob\n';
const EXTENSIONS =
  '[operator]\nexten => _1XXX,1,Dial(PJSIP/${EXTEN},60)\n same => n,Hangup()\nexten => 77,1,Answer()\n same => n,Wait(60)\n';

const pbx = await startAsterisk(t, {
  custom: {
    'pjsip.conf': filesWith('1001', '1002', '1003'),
    'voicemail.conf': VOICEMAIL,
    'extensions.conf': EXTENSIONS,
  },
});
const folder = t.testdir();
const config = loadConfig({
  LINEKEEPER_DATA: folder,
  LINEKEEPER_HTTP_PORT: '0',
  LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
  LINEKEEPER_PHONES_HTTP_PORT: '0',
});
const daemon = createDaemon(config, pino({ level: 'silent' }));
const { url, firstToken } = await daemon.start();
t.teardown(() => daemon.stop());
const linekeeper = createCli(folder);
const phones = createPhones(t, pbx.sipPort);
const raw = await pbx.raw();
t.teardown(() => raw.close());

const account = (user: string) => ({ user, secret: `theirs-${user}` });
async function api(method: string, path: string, body?: object) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${firstToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === '' ? null : JSON.parse(text) };
}
const contacts = async (aor: string) =>
  [...(await raw.dbTree('registrar')).keys()].filter((key) => key.startsWith(`/registrar/contact/${aor};@`));
const contextOf = async (endpoint: string) =>
  /^ context +: (\S+)/m.exec(await pbx.rx(`pjsip show endpoint ${endpoint}`))?.[1];
const foreign = async () => {
  const { items } = (await api('GET', `/pbxes/${pbxId}/foreign-endpoints`)).body;
  return Object.fromEntries(items.map((item: { name: string }) => [item.name, item]));
};
const syncOf = async (number: string) => (await api('GET', `/extensions?number=${number}`)).body.items[0]?.sync;
const inStep = () =>
  until(async () => (await linekeeper(['sync'])).out.includes('in-sync'), 'the PBX to be in step', 30_000);
const reload = async (...ids: string[]) => {
  writeFileSync(join(pbx.configDir, '../custom/pjsip.conf'), filesWith(...ids));
  await pbx.rx('module reload res_pjsip.so');
};

let pbxId = '';
t.before(async () => {
  const secrets = Object.fromEntries(Object.entries(pbx.logins).map(([role, { secret }]) => [role, secret]));
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(secrets));
  const address = ['--host', pbx.host, '--port', String(pbx.amiPort), '--secrets-file', join(folder, 'secrets.json')];
  await linekeeper(['pbx', 'add', 'main', ...address]);
  await inStep();
  await linekeeper([
    'company',
    'create',
    'acme',
    '--country',
    'DE',
    '--range',
    '1000-1999',
    '--timezone',
    'Europe/Berlin',
  ]);
  pbxId = (await api('GET', '/pbxes')).body.items[0].id;
});

t.test('what the PBX has of its own is shown with what it would be here, and no secret', async (t) => {
  const { text } = await api('GET', `/pbxes/${pbxId}/foreign-endpoints`);
  t.notMatch(text, /theirs-|4242/);
  const all = await foreign();
  t.same(Object.keys(all), ['1001', '1002', '1003', 'carrier'], 'a template is no endpoint');
  t.match(all['1001'], {
    state: 'foreign',
    displayName: 'Phone 1001',
    codecs: ['ulaw', 'alaw'],
    maxContacts: 2,
    hasMailbox: true,
    obstacles: [],
    sections: [
      { file: 'pjsip.conf', name: '1001', type: 'endpoint' },
      { file: 'pjsip.conf', name: '1001-auth', type: 'auth' },
      { file: 'pjsip.conf', name: '1001', type: 'aor' },
      { file: 'voicemail.conf', name: '1001@default', type: 'mailbox' },
    ],
  });
  t.equal(all['1001'].companyIds.length, 1);
  t.match(all.carrier, { companyIds: [], obstacles: [{ code: 'TRUNK' }] });
  const refused = await linekeeper(['pbx', 'adopt', 'main', 'carrier']);
  t.match(refused, { code: 1, err: /a trunk/ });
  const dry = await linekeeper(['pbx', 'adopt', 'main', '1001', '--dry-run']);
  t.match(dry, { code: 0, out: /1 to create/ });
  t.equal(await contextOf('1001'), 'operator', 'a dry run changes nothing');
});

t.test('a phone is adopted, its section goes, and neither it nor its call notices', async (t) => {
  const port = await freePort();
  t.equal(await phones.register(account('1001'), port), 200);
  const before = await contacts('1001');
  t.equal(before.length, 1);
  const call = phones.call({ ...account('1001'), to: '77', hold: 40_000 });
  await call.status();
  const channels = async () =>
    (await pbx.rx('core show channels concise')).split('\n').filter((one) => /^PJSIP\/1001-/.test(one));
  t.equal((await channels()).length, 1, 'it talks');

  const adopted = await linekeeper(['pbx', 'adopt', 'main', '1001']);
  t.equal(adopted.code, 0, adopted.err);
  t.match(adopted.out, /\[1001-auth\] type=auth/);
  t.match(adopted.out, /pjsip reload/);
  t.match(adopted.out, /1001@default/);
  await until(async () => (await syncOf('1001'))?.state === 'waiting', 'ours to be in force beside theirs', 30_000);
  t.match(await syncOf('1001'), { reason: /still stands in pjsip\.conf/ });
  t.match(await linekeeper(['extension', 'list', '--sync', 'waiting']), { code: 0, out: /1001/ });
  t.equal((await foreign())['1001'].state, 'waiting');
  t.equal(await contextOf('1001'), 'lk-acme', 'AstDB is asked first: ours is in force at once');
  t.same(await contacts('1001'), before, 'the phone is registered as it was');
  t.equal(await phones.register(account('1001'), port), 200, 'and registers again with the same secret');

  await reload('1002', '1003');
  await until(async () => (await syncOf('1001'))?.state === 'synced', 'the reload to be noticed', 30_000);
  t.equal((await foreign())['1001'].state, 'adopted');
  t.same(await contacts('1001'), before, 'the registration was never lost');
  t.equal((await channels()).length, 1, 'the call is still up');
  t.equal(await phones.register(account('1001'), port), 200, 'the same secret');
  t.equal(await phones.register({ user: '1001', secret: 'wrong' }, await freePort()), 401);

  // More than one: an MWI NOTIFY may come before the call, and SIPp counts it as one.
  const callee = await phones.callee(port, 'answer', { calls: 20 });
  t.equal(await phones.register(account('1003'), await freePort()), 200);
  t.equal(await phones.call({ ...account('1003'), to: '1001', hold: 500 }).status(), 200, 'it is reached from theirs');
  await callee.end();
  await call.end();

  const [log] = (await api('GET', '/activity?action=extension.adopted')).body.items;
  t.match(log, { actor: 'pbx:main', details: { number: '1001', endpoint: '1001' } });
  t.equal(await contextOf('1003'), 'operator', 'who was not adopted is as before');
});

t.test('while theirs stands in the file, a disabled extension has no phone all the same', async (t) => {
  const port = await freePort();
  t.equal(await phones.register(account('1003'), port), 200);
  t.equal((await linekeeper(['pbx', 'adopt', 'main', '1003'])).code, 0);
  await until(async () => (await syncOf('1003'))?.state === 'waiting', 'ours to be in force', 30_000);
  const [{ id }] = (await api('GET', '/extensions?number=1003')).body.items;
  t.equal((await api('PATCH', `/extensions/${id}`, { enabled: false })).status, 200);
  await until(async () => (await contacts('1003')).length === 0, 'its registration to be dropped', 30_000);
  t.equal(await phones.register(account('1003'), port), 401, 'neither under our name nor under theirs');
  await reload('1002');
  await until(async () => (await syncOf('1003'))?.state === 'synced', 'the reload to be noticed', 30_000);
  t.notOk((await raw.dbTree('linekeeper/endpoint')).has('/linekeeper/endpoint/1003'), 'then ours goes, too');
});

t.test('an adoption that is undone before the section went leaves everything as it was', async (t) => {
  const port = await freePort();
  t.equal(await phones.register(account('1002'), port), 200);
  const before = await contacts('1002');
  const adopted = await linekeeper(['pbx', 'adopt', 'main', '--all', '--json']);
  t.equal(adopted.code, 0, adopted.err);
  const job = JSON.parse(adopted.out);
  t.match(job, { created: 1, source: 'pbx' });
  await until(async () => (await syncOf('1002'))?.state === 'waiting', 'ours to be in force', 30_000);
  t.equal(await contextOf('1002'), 'lk-acme');
  t.equal((await api('POST', `/imports/${job.id}/undo`)).status, 200);
  await until(async () => (await contextOf('1002')) === 'operator', 'theirs to be in force again', 30_000);
  await inStep();
  const left = [...(await raw.dbTree('linekeeper')).keys()].filter((key) =>
    /^\/linekeeper\/(auth|aor|endpoint)\/1002$/.test(key),
  );
  t.same(left, []);
  t.same(await contacts('1002'), before, 'its phone is registered as it was');
  t.equal(await phones.register(account('1002'), port), 200);
  t.match((await foreign())['1002'], { state: 'foreign', extensionId: null });
});
