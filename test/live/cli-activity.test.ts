import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import pino from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import { createCli } from '../support/cli.ts';

// One story: a daemon without a PBX, what it remembers, and somebody who would rather it did not.
const folder = t.testdir();
const config = loadConfig({
  LINEKEEPER_DATA: folder,
  LINEKEEPER_HTTP_PORT: '0',
  LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
  LINEKEEPER_PHONES_HTTP_PORT: '0',
});
const daemon = createDaemon(config, pino({ level: 'silent' }));
await daemon.start();
t.teardown(() => daemon.stop());
const linekeeper = createCli(folder);
let head = '';

t.test('what was done from the shell is listed and found', async (t) => {
  for (const name of ['crm', 'erp']) t.equal((await linekeeper(['token', 'create', name])).code, 0);
  const listed = await linekeeper(['activity']);
  t.equal(listed.code, 0, listed.err);
  t.match(listed.out, /^AT +ACTOR +FROM +ACTION +OBJECT +DETAILS\n/);
  t.equal(listed.out.match(/ local +local +token\.created /g)?.length, 2);
  const [found, ...others] = JSON.parse((await linekeeper(['--json', 'activity', 'list', '--search', 'erp'])).out);
  t.match(found, { action: 'token.created', actor: 'local', address: 'local', details: { name: 'erp' } });
  t.same(others, []);
  t.match(await linekeeper(['activity', 'list', '--action', 'user.*', '--since', '2026-01-01']), { out: 'none\n' });
  t.match(await linekeeper(['activity', 'list', '--since', 'soon']), { code: 1, err: /^USAGE: soon is not a time/ });
  t.match(await linekeeper(['activity', 'list', '--user', 'nobody']), { code: 1, err: /^NOT_FOUND: there is no user/ });
});

t.test('the export goes to standard output or into a file of ours alone', async (t) => {
  const shown = await linekeeper(['activity', 'export', '--action', 'token.*']);
  t.equal(shown.code, 0, shown.err);
  t.equal(shown.out.trim().split('\r\n').length, 3);
  const file = join(folder, 'activity.csv');
  t.match(await linekeeper(['activity', 'export', '--action', 'token.*', '--output', file]), { code: 0 });
  t.equal(readFileSync(file, 'utf8'), shown.out);
  t.equal(statSync(file).mode & 0o777, 0o600);
});

t.test('the chain is whole, says the daemon, and so does the file beside it', async (t) => {
  const asked = await linekeeper(['activity', 'verify']);
  t.match(asked, { code: 0, out: /^whole: 2 events, 1 to 2\nhead [0-9a-f]{64}\n/ });
  head = /head (\w+)/.exec(asked.out)?.[1] ?? '';
  t.match(await linekeeper(['activity', 'verify', '--offline']), { code: 0, out: asked.out });
});

t.test('without a daemon the file is read, and what was changed in it is found', async (t) => {
  await daemon.stop();
  const alone = await linekeeper(['activity', 'verify']);
  t.match(alone, { code: 0, err: /no daemon answers/ });
  t.match(alone.out, new RegExp(`head ${head}`));
  const remote = { LINEKEEPER_URL: 'http://127.0.0.1:9', LINEKEEPER_TOKEN: 'x' };
  t.match(await linekeeper(['activity', 'verify'], { env: remote }), { code: 3 }, "another machine's is not ours");
  const shell = new BetterSqlite3(join(folder, 'linekeeper.db'));
  shell.exec(`DROP TRIGGER "AuditEvent_no_update"; UPDATE "AuditEvent" SET "actor" = 'token:x' WHERE id = 2`);
  shell.close();
  const broken = await linekeeper(['activity', 'verify']);
  t.match(broken, { code: 2, out: /^BROKEN: this row .*\nat event 2; the 1 event before it are whole\n/ });
  t.match(JSON.parse((await linekeeper(['--json', 'activity', 'verify'])).out), { ok: false, brokenAt: 2 });
});

t.test('without a database there is nothing to verify', async (t) => {
  const nowhere = createCli(t.testdir());
  t.match(await nowhere(['activity', 'verify', '--offline']), { code: 1, err: /^NOT_FOUND: there is no database/ });
});
