import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import { until } from '../support/asterisk.ts';
import { createCli } from '../support/cli.ts';

// The daemon as it runs, without a PBX that answers and without an SMTP server.
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

t.test('a message to everyone goes out, and is seen as mail and in its counts', async (t) => {
  const secrets = join(folder, 'secrets.json');
  writeFileSync(
    secrets,
    JSON.stringify({ events: 'secret-e1', query: 'secret-q1', sync: 'secret-s1', config: 'secret-c1' }),
  );
  const pbx = ['pbx', 'add', 'main', '--host', '127.0.0.1', '--port', '1', '--secrets-file', secrets];
  t.match(await linekeeper(pbx), { err: /^(?!VALIDATION)/ });
  t.match((await linekeeper(['company', 'create', 'acme', '--country', 'DE', '--range', '1000-1999'])).err, /^$/);
  const [company] = JSON.parse((await linekeeper(['company', 'list', '--json'])).out);
  const user = { username: 'ann', firstName: 'Ann', lastName: 'Lee', email: 'ann@acme.example' };
  const made = await fetch(`${url}/api/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${firstToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...user, companyId: company.id }),
  });
  t.equal(made.status, 201);

  t.match(await linekeeper(['broadcast', 'send', 'Hello']), { code: 1, err: /say to whom/ });
  t.match(await linekeeper(['broadcast', 'send', 'Hello', '--user', 'nobody']), { code: 1, err: /no user nobody/ });
  const sent = await linekeeper(['broadcast', 'send', 'We close at noon.', '--user', 'ann', '--json']);
  t.equal(sent.code, 0, sent.err);
  const { id } = JSON.parse(sent.out);
  const show = async () => (await linekeeper(['broadcast', 'show', id])).out;
  const shown = await until(async () => (/sent,/.test(await show()) ? show() : undefined), 'the broadcast to be sent');
  t.match(shown, /Notice, sent, .*by local\nWe close at noon\.\n/);
  t.match(shown, /feed +1 +0 +0 +0\n/);
  t.match(shown, /sip +0 +0 +0 +1/);
  // Made with the first mail.
  const inOutbox = () => (existsSync(join(folder, 'outbox')) ? readdirSync(join(folder, 'outbox')) : []);
  const outbox = () => inOutbox().filter((name) => name.endsWith('.eml'));
  await until(() => outbox().length === 1, 'the mail in the outbox folder');
  const written = async () => (await linekeeper(['mail', 'list', '--state', 'written'])).out;
  t.match(
    await until(async () => /ann@/.test(await written()) && written(), 'the mail in the list'),
    /broadcast +written +1/,
  );
});

t.test('what is meant for later is listed and canceled', async (t) => {
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const { out } = await linekeeper(['broadcast', 'send', 'Later\nmore', '--everyone', '--at', at, '--json']);
  const { id } = JSON.parse(out);
  t.match(await linekeeper(['broadcast', 'list', '--company', 'acme']), { code: 0, out: /scheduled .*Later\.\.\./ });
  t.match(await linekeeper(['broadcast', 'cancel', id]), { code: 0, out: /canceled/ });
  t.match(await linekeeper(['broadcast', 'cancel', id]), { code: 1, err: /^BROADCAST_STATE_INVALID/ });
});

t.test('a mail that is out is not tried again', async (t) => {
  const [mail] = JSON.parse((await linekeeper(['mail', 'list', '--json'])).out);
  t.match(await linekeeper(['mail', 'retry', mail.id]), { code: 1, err: /^MAIL_STATE_INVALID/ });
});
