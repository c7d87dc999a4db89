import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import { startAsterisk, until } from '../support/asterisk.ts';
import { createCli, startCli } from '../support/cli.ts';

// Many at once, told through the command line: a daemon, an Asterisk, and an operator.
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
const file = (name: string) => join(folder, name);

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
async function call(method: string, path: string, body?: object): Promise<any> {
  const headers = { authorization: `Bearer ${firstToken}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const { host, amiPort, logins } = pbx;
await call('POST', '/pbxes', { name: 'main', host, amiPort, logins });
const company = { name: 'Acme', slug: 'acme', country: 'DE', timezone: 'Europe/Berlin', ranges: [['1000', '1999']] };
const { id: companyId } = await call('POST', '/companies', company);
const names = ['anna', 'bert', 'carl', 'dora'];
for (const username of names) {
  await call('POST', '/users', { companyId, username, firstName: username, lastName: 'Berg' });
}
const group = await call('POST', '/groups', { companyId, name: 'Sales' });
const { items: roles } = await call('GET', `/roles?companyId=${companyId}`);
const administrator = roles.find(({ builtIn }: { builtIn: string | null }) => builtIn === 'administrator');
const { items: dora } = await call('GET', '/users?username=dora');
await call('POST', `/users/${dora[0].id}/roles`, { roleIds: [administrator.id] });
const states = async () => {
  const { items } = await call('GET', `/users?companyId=${companyId}&sort=username`);
  return items.map(({ state }: { state: string }) => state);
};
const jobIn = (text: string) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(text)?.[0] ?? '';

t.test('a dry run tells everything and changes nothing', async (t) => {
  const args = ['bulk', 'disable-users', '--all', '--set', 'extension.answer=nothing', '--dry-run'];
  const { code, out, err } = await linekeeper(args);
  t.equal(code, 2, err);
  t.match(out, /^Disable users.*\n4 users: 3 would change, 1 would fail\n/);
  t.match(out, /dry run, 4 rows: 0 to create, 3 to update, 0 unchanged, 0 to skip, 1 wrong/);
  t.match(out, / dora +.*LAST_ADMINISTRATOR/);
  t.same(await states(), ['active', 'active', 'active', 'active']);
  t.match((await linekeeper(['jobs'])).out, /disable-users +canceled +0\/4/);
});

t.test('nothing is done where nobody can be asked, and nothing is prepared', async (t) => {
  const asked = await linekeeper(['bulk', 'disable-users', '--all']);
  t.match(asked, { code: 1, out: '', err: /^USAGE: nobody can be asked here: say --yes when you mean it, --dry-run/ });
  t.equal((await call('GET', '/jobs')).total, 1);
});

let id = '';

t.test('failed rows are an exit code, and the words say what to do', async (t) => {
  const { code, out, err } = await linekeeper(['bulk', 'disable-users', '--all', '--yes']);
  t.equal(code, 2, err);
  t.match(err, /^Disable users.*\n4 users: 3 would change, 1 would fail\n/);
  id = jobIn(out);
  t.match(out, /^disable-users \S+ done, 4 of 4 rows: 3 updated, 1 failed\n/);
  t.match(out, new RegExp(`linekeeper jobs rows ${id} --result failed\ntake it back: linekeeper jobs undo ${id}\n$`));
  t.same(await states(), ['disabled', 'disabled', 'disabled', 'active']);
  const rows = await linekeeper(['jobs', 'rows', id, '--result', 'failed']);
  t.match(rows, { code: 0, out: /^ROW .*\n4 +dora +failed +.*LAST_ADMINISTRATOR/ });
  t.match(await linekeeper(['jobs', 'result', id, '-o', file('result.csv')]), { code: 0 });
  t.match(readFileSync(file('result.csv'), 'utf8'), /1,anna,updated/);
  t.equal(statSync(file('result.csv')).mode & 0o777, 0o600);
  const again = await linekeeper(['jobs', 'result', id, '-o', file('result.csv')]);
  t.match(again, { code: 1, err: /^FILE_EXISTS: .*\nOverwrite it with --force/ });
});

t.test('it is taken back', async (t) => {
  const undone = await linekeeper(['jobs', 'undo', id, '--wait']);
  t.match(undone, { code: 0, out: /^disable-users \S+ undone, .* 3 undone/ }, undone.err);
  t.same(await states(), ['active', 'active', 'active', 'active']);
});

t.test('a list of names comes through a pipe, a group by its name', async (t) => {
  const args = ['bulk', 'add-to-group', '--set', 'group=Sales', '--usernames-from', '-', '--yes', '--json'];
  const { code, out, err } = await linekeeper(args, { input: 'username\nAnna\nbert\n' });
  t.equal(code, 0, err);
  t.equal(err, '');
  t.match(JSON.parse(out), { state: 'done', updated: 2, kind: 'add-to-group', canUndo: true });
  t.equal((await call('GET', `/groups/${group.id}`)).counts.members, 2);
});

t.test('on a terminal it is shown and asked; what is followed goes on after Ctrl-C', async (t) => {
  const args = ['bulk', 'remove-from-group', '--set', 'group=Sales', '--all', '--rate', '1', '--canary', '3'];
  const running = startCli(t, folder, args, { rows: 24, columns: 60 });
  await until(async () => running.out().includes('Start? [y/N]') || undefined, 'the question');
  t.match(running.out(), /^Take users out[^\n]*\n4 users: 2 would change, 2 are so already/);
  running.type('y\r');
  await until(async () => /\r\[[#.]+\] [0-4] of 4/.test(running.out()) || undefined, 'the bar');
  running.type('\u0003');
  t.equal(await running.done, 130);
  const out = running.out();
  t.match(
    out,
    /\r\u001b\[KINTERRUPTED: the job goes on without you\r?\nFollow it: linekeeper jobs follow \S+\r?\nEnd it:/,
  );
  // The terminal itself shows what was typed.
  const bars = out
    .replaceAll('^C', '')
    .split(/[\r\n]/)
    .filter((line) => line.startsWith('['));
  t.ok(bars.length > 0 && bars.every((line) => line.replace('\u001b[K', '').length < 60), bars.join('\n'));
  const one = jobIn(out);
  const followed = await linekeeper(['jobs', 'follow', one]);
  t.match(
    followed,
    { code: 2, out: /paused, because the first rows are done.*\n.*jobs resume \S+ --wait\n/ },
    followed.err,
  );
  t.match(await linekeeper(['jobs', 'resume', one, '--wait']), {
    code: 0,
    out: /done, 4 of 4 rows: 2 updated, 2 unch/,
  });
});

t.test('no to the question leaves nothing behind', async (t) => {
  const running = startCli(t, folder, ['bulk', 'disable-users', '--q', 'anna'], { rows: 24, columns: 60 });
  await until(async () => running.out().includes('Start? [y/N]') || undefined, 'the question');
  running.type('\u0003');
  t.equal(await running.done, 1);
  t.match(running.out(), /CANCELED: nothing was changed/);
  t.match((await call('GET', '/jobs')).items[0], { kind: 'disable-users', state: 'canceled', total: 1 });
});

t.test('what cannot be is said before anything is begun', async (t) => {
  const cases: [string[], RegExp][] = [
    [['make-coffee', '--all', '--yes'], /^NOT_FOUND: there is no action make-coffee\n`linekeeper bulk list`/],
    [['disable-users', '--all', '--set', 'colour=red', '--yes'], /no parameter colour\n.*extension\.answer/],
    [['disable-users', '--filter', 'colour=red', '--yes'], /^VALIDATION_FAILED: /],
  ];
  const { total } = await call('GET', '/jobs');
  for (const [args, err] of cases) t.match(await linekeeper(['bulk', ...args]), { code: 1, err });
  t.equal((await call('GET', '/jobs')).total, total);
  t.match(
    (await linekeeper(['bulk', 'list', 'add-to-group'])).out,
    /^add-to-group\n.*\n.*can be undone\n +--set groupId= +text; required/,
  );
});

t.test('what is exported is what an import takes', async (t) => {
  const saved = await linekeeper(['export', 'users', '--filter', 'username=anna', '-o', file('users.csv')]);
  t.match(saved, { code: 0, out: `saved ${file('users.csv')}\n` }, saved.err);
  t.equal(statSync(file('users.csv')).mode & 0o777, 0o600);
  t.match(await linekeeper(['export', 'users', '-o', file('users.csv')]), { code: 1, err: /^FILE_EXISTS/ });
  t.match(readFileSync(file('users.csv'), 'utf8'), /^username,[^\n]*\r\nanna,anna,Berg,[^\n]*\r\n$/);
  const all = await linekeeper(['export', 'users']);
  t.match(all, { code: 0, err: '' });
  const same = await linekeeper(['import', '-', '--table', 'users', '--wait', '--json'], { input: all.out });
  t.equal(same.code, 0, same.err);
  t.match(JSON.parse(same.out), { unchanged: 4, updated: 0 });
  const changed = all.out.replace('bert,bert,Berg', 'bert,Bert,Berg');
  const other = await linekeeper(['import', '-', '--table', 'users', '--wait'], { input: changed });
  t.match(other, { code: 0, out: /4 of 4 rows: 1 updated, 3 unchanged/ }, other.err);
  const some = await linekeeper(['export', 'users', '--columns', 'username,first_name', '--q', 'bert']);
  t.equal(some.out, 'username,first_name\r\nbert,Bert\r\n');
  t.equal((await linekeeper(['group', 'add', 'Sales', 'anna'])).code, 0);
  const lines = await linekeeper(['export', 'memberships', '--format', 'jsonl']);
  t.equal(JSON.parse(lines.out.split('\n')[0] ?? '').group, 'Sales');
  t.match(await linekeeper(['export', 'coffee']), { code: 1, err: /Allowed choices are users, groups/ });
  t.match(await linekeeper(['export', 'users', '--columns', 'pin']), { code: 1, out: '', err: /^VALIDATION_FAILED/ });
});

t.test('a template is a file to fill in', async (t) => {
  const { code, out } = await linekeeper(['import', 'template', 'users']);
  t.equal(code, 0);
  t.match(out, /^\ufeff# .*\r\n(# .*\r\n)+username,/);
  t.match(await linekeeper(['import', 'template', 'coffee']), { code: 1, err: /^VALIDATION_FAILED/ });
});
