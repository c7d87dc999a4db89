import { pino } from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import { createCli } from '../support/cli.ts';

// Desk phones told through the command line. No PBX answers: what is asked here is the database's.
const folder = t.testdir();
const env = {
  LINEKEEPER_DATA: folder,
  LINEKEEPER_HTTP_PORT: '0',
  LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
  LINEKEEPER_PHONES_HTTP_PORT: '0',
};
const config = loadConfig({ ...env, LINEKEEPER_PHONES_HTTP_PORT: '0' });
const daemon = createDaemon(config, pino({ level: 'silent' }));
const { url, firstToken } = await daemon.start();
t.teardown(() => daemon.stop());
const linekeeper = createCli(folder);

async function post(path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${firstToken}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

const login = (username: string) => ({ username, secret: `${username}-secret-of-ami` });
const logins = { events: login('e'), query: login('q'), sync: login('s'), config: login('c') };
await post('/pbxes', { name: 'main', host: '127.0.0.1', amiPort: 9, logins });
const ranges = [['1000', '1999']];
await post('/companies', { name: 'Acme', slug: 'acme', country: 'DE', timezone: 'Europe/Berlin', ranges });

t.test('a phone is added, shown, set up, swapped and listed', async (t) => {
  for (const number of ['1001', '1002']) await linekeeper(['extension', 'create', number, '--name', `Ext ${number}`]);
  const add = ['phone', 'add', '00:15:65:00:00:01', '--vendor', 'yealink', '--model', 'T54W', '--line', '1001'];
  const added = await linekeeper(add);
  t.match(added, { code: 0, out: /^phone +00:15:65:00:00:01\nmodel +yealink T54W\n/ }, added.err);
  t.match((await linekeeper(['phone', 'lines', '001565000001', '--add', '1002'])).out, /\n2 +1002 +Ext 1002 +1002/);
  const settings = await linekeeper([
    'phone',
    'settings',
    '001565000001',
    '--set',
    'language=de',
    'sip.expirySeconds=600',
  ]);
  t.match(settings.out, /\nlanguage +de +device\n(.*\n)*sip.expirySeconds +600 +device/, settings.err);
  const files = await linekeeper(['phone', 'preview', '001565000001', '--json']);
  t.match(JSON.parse(files.out), [{ name: '001565000001.cfg' }], files.err);
  const file = await linekeeper(['phone', 'preview', '001565000001', '001565000001.cfg']);
  t.match(file.out, /^#!version:1\.0\.0\.1\n(.*\n)*account\.1\.password = \*{8}\n/);
  t.match((await linekeeper(['phone', 'window', '001565000001', '--close'])).out, /is closed\n$/);
  const swapped = await linekeeper(['phone', 'swap', '001565000001', '00-15-65-00-00-02']);
  t.match(swapped, { code: 0, out: '00:15:65:00:00:02 takes its place, and its window is open\n' }, swapped.err);
  const told = await linekeeper(['phone', 'notify', '001565000002']);
  t.match(told, { code: 0, out: '1 phone is to be told to resync; `phone show` says how far it has come\n' }, told.err);
  t.match((await linekeeper(['phone', 'add', '001565000003'])).err, /vendor: is needed, such as yealink/);
  t.match((await linekeeper(['phone', 'list'])).out, /\n00:15:65:00:00:02 +yealink T54W +1001 1002 +never seen/);
  t.match(await linekeeper(['phone', 'show', '001565000001']), { code: 1, err: /there is no phone 001565000001/ });
});

t.test('a phone that is not ours is listed with why, and adopted', async (t) => {
  t.equal((await linekeeper(['phone', 'list', '--unknown'])).out, 'none\n');
  t.match(await linekeeper(['phone', 'adopt', '001565000009']), { code: 1, err: /no such sighting/ });
});
