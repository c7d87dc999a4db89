import { pino } from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import { freePort, startAsterisk, until } from '../support/asterisk.ts';
import { createCli } from '../support/cli.ts';
import { createPhones } from '../support/sipp.ts';

// Somebody leaves, told through the command line: a daemon, an Asterisk, and an operator.
const pbx = await startAsterisk(t);
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

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
async function post(path: string, body: object): Promise<any> {
  const headers = { authorization: `Bearer ${firstToken}`, 'content-type': 'application/json', prefer: 'wait=20' };
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const { host, amiPort, logins } = pbx;
await post('/pbxes', { name: 'main', host, amiPort, logins });
await until(async () => (await linekeeper(['sync'])).out.includes('in-sync'), 'the PBX to be in sync', 30_000);
const company = { name: 'Acme', slug: 'acme', country: 'DE', timezone: 'Europe/Berlin', ranges: [['1000', '1999']] };
const { id: companyId } = await post('/companies', company);
const user = { username: 'anna', firstName: 'Anna', lastName: 'Berg' };
const { credentials } = await post('/extensions', { companyId, number: '1001', user });
const phone = { user: '1001', secret: credentials.secret };

t.test('a user is disabled and enabled, and the proof is printed', async (t) => {
  t.equal(await phones.register(phone, await freePort()), 200);
  const off = await linekeeper(['user', 'disable', 'anna', '--answer', 'nothing', '--reason', 'left']);
  t.match(off, { code: 0, out: /^anna was disabled, and every step is proved\n/ }, off.err);
  t.match(off.out, / ok +registrations {2}0 phones are registered at 1001/);
  t.match(await linekeeper(['user', 'disable', 'anna']), { code: 0, out: 'anna is disabled already\n' });
  t.match((await linekeeper(['extension', 'list'])).out, /1001 .* suspended, synced/);
  t.match((await linekeeper(['doctor', '1001'])).out, /suspended, because its user is disabled.*\n.*user enable anna/);
  t.equal(await phones.register(phone, await freePort()), 401);
  t.match(await linekeeper(['user', 'enable', 'anna']), { code: 0, out: /^anna was enabled, and every step/ });
  t.equal(await phones.register(phone, await freePort()), 200);
});

t.test('a deletion is shown first, and can be undone', async (t) => {
  const asked = await linekeeper(['user', 'delete', 'anna']);
  t.match(asked, { code: 1, err: /^deleting anna:\n {2}- 1 extension \(1001\) is deleted\n[\s\S]*say --yes/ });
  t.match(await linekeeper(['user', 'delete', 'anna', '--yes']), { code: 0, out: /^anna was deleted, and every/ });
  t.match(await linekeeper(['user', 'delete', 'anna', '--yes']), { code: 1, err: /there is no user anna/ });
  t.match((await linekeeper(['user', 'restore'])).out, /^USERNAME .*\nanna /);
  t.match((await linekeeper(['user', 'report', 'anna'])).out, /anna was deleted[\s\S]*anna was enabled/);
  t.match(await linekeeper(['user', 'restore', 'anna']), { code: 0, out: /^anna was restored, and every step/ });
  t.equal(await phones.register(phone, await freePort()), 200);
});

t.test('an extension is given to somebody, and taken back', async (t) => {
  t.match(await linekeeper(['extension', 'set', '1001', '--user', '-']), { code: 0 });
  t.notMatch((await linekeeper(['user', 'show', 'anna'])).out, /1001/);
  t.match(await linekeeper(['extension', 'set', '1001', '--user', 'nobody']), { code: 1, err: /no user nobody/ });
  t.match(await linekeeper(['extension', 'set', '1001', '--user', 'anna']), { code: 0 });
  t.match((await linekeeper(['user', 'show', 'anna'])).out, /1001/);
});

t.test('a last working day is set and taken back', async (t) => {
  const set = await linekeeper(['user', 'schedule', 'anna', '--disable', '2099-01-31T18:00Z', '--json']);
  t.equal(set.code, 0, set.err);
  const { id } = JSON.parse(set.out);
  t.match((await linekeeper(['user', 'schedule'])).out, /2099-01-31T18:00:00.000Z +disable +anna/);
  t.match(await linekeeper(['user', 'schedule', '--cancel', id]), { code: 0 });
  t.match((await linekeeper(['user', 'schedule', 'anna'])).out, /^none/);
  t.match(await linekeeper(['user', 'schedule', 'anna', '--delete', 'soon']), { code: 1, err: /is no time/ });
});
