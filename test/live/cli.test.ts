import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import { freePort, startAsterisk, until } from '../support/asterisk.ts';
import { createCli } from '../support/cli.ts';
import { createPhones } from '../support/sipp.ts';

// One story, told through the command line alone: a daemon, an Asterisk, and an operator.
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
const file = (name: string) => join(folder, name);
const raw = await pbx.raw();
t.teardown(() => raw.close());

t.test('a company needs a PBX', async (t) => {
  const { code, err } = await linekeeper(['company', 'create', 'acme', '--country', 'DE', '--range', '1000-1999']);
  t.equal(code, 1);
  t.match(err, /no PBX is connected yet\nAdd one: linekeeper pbx add/);
});

t.test('a PBX is added with the secrets that install made', async (t) => {
  const secrets = Object.fromEntries(Object.entries(pbx.logins).map(([role, { secret }]) => [role, secret]));
  writeFileSync(file('secrets.json'), JSON.stringify(secrets));
  const args = ['pbx', 'add', 'main', '--host', pbx.host, '--port', String(pbx.amiPort), '--ws-url', pbx.wsUrl];
  const added = await linekeeper([...args, '--secrets-file', file('secrets.json')]);
  t.equal(added.code, 0, added.err);
  t.match((await linekeeper(['pbx', 'list'])).out, /main +127\.0\.0\.1:\d+ +ws:/);
  const inSync = async () => (await linekeeper(['sync'])).out.includes('in-sync');
  await until(inSync, 'the PBX to be in sync', 30_000);
});

t.test('the doctor finds everything well', async (t) => {
  const { code, out } = await linekeeper(['doctor']);
  t.equal(code, 0, out);
  for (const role of ['events', 'query', 'sync', 'config']) t.match(out, new RegExp(`login ${role}: ready`));
  t.match(out, /login act: works/);
});

let secret = '';

t.test('a company and an extension are created, and the phone can register', async (t) => {
  const args = ['company', 'create', 'acme', '--country', 'DE', '--range', '1000-1999', '--timezone', 'Europe/Berlin'];
  t.match(await linekeeper(args), { code: 0, out: /company acme created, and read back from the PBX/ });
  const made = await linekeeper(['extension', 'create', '1001', '--name', 'Anna Berg', '--mailbox', '--json']);
  t.equal(made.code, 0, made.err);
  const { credentials, sync } = JSON.parse(made.out);
  t.equal(sync.state, 'synced');
  t.match(credentials, { endpoint: '1001', secret: /^[A-Za-z0-9]{24}$/, pin: /^[0-9]{6}$/ });
  secret = credentials.secret;
  const proof = await linekeeper(['extension', 'verify', '1001']);
  t.match(proof, { code: 0, out: /^works: 1001 registered in \d+ ms and left again\n$/ });
  t.notMatch(proof.out + proof.err, new RegExp(secret));
  t.equal(await phones.register({ user: '1001', secret }, await freePort()), 200);
});

t.test('a registered phone is shown, and not thrown off by a trial', async (t) => {
  const shown = await linekeeper(['extension', 'show', '1001']);
  t.match(shown.out, /registered {2}sip:1001@127\.0\.0\.1:\d+/);
  t.match(shown.out, /mailbox +1001@lk-acme-01/);
  t.notMatch(shown.out, new RegExp(secret));
  const refused = await linekeeper(['extension', 'verify', '1001']);
  t.equal(refused.code, 1);
  t.match(refused.err, /^REGISTRATION_WOULD_EVICT: 1001 is registered: .*sip:1001@127\.0\.0\.1/);
  t.match((await linekeeper(['extension', 'show', '1001'])).out, /registered {2}sip:1001@/, 'still there');
  t.match((await linekeeper(['extension', 'verify', '1001', '--force'])).out, /^works/);
  t.match((await linekeeper(['extension', 'show', '1001'])).out, /not registered/);
});

t.test('the doctor knows why a phone does not register', async (t) => {
  t.equal(await phones.register({ user: '1001', secret: 'wrong-secret-of-a-phone' }, await freePort()), 401);
  const told = async () => {
    const { out } = await linekeeper(['doctor', '1001']);
    return out.includes('wrong secret') ? out : undefined;
  };
  const out = await until(told, 'the rejection');
  t.match(out, /ok {2}objects on main: all 5 are there/);
  t.match(out, /BAD phone 1001: not registered; last turned away .*127\.0\.0\.1.*: wrong secret/);
  t.match(out, /-> .*linekeeper extension rotate 1001/);
});

t.test('a new secret replaces the old one at once', async (t) => {
  const rotated = JSON.parse((await linekeeper(['extension', 'rotate', '1001', '--json'])).out);
  t.equal(await phones.register({ user: '1001', secret }, await freePort()), 401);
  secret = rotated.credentials.secret;
  t.equal(await phones.register({ user: '1001', secret }, await freePort()), 200);
});

t.test('what somebody changed on the PBX is planned, and mended by a sync', async (t) => {
  t.match(await linekeeper(['plan']), { code: 0, out: 'main: nothing to do\n' });
  await raw.dbPut('linekeeper/extension/acme', '1001', { accounts: '1001', ring: '99' });
  const { code, out } = await linekeeper(['plan']);
  t.equal(code, 2);
  t.match(out, /~ extension\/acme\/1001 {2}\(was changed on the PBX\)\n {6}ring: 99 ->/);
  t.match(await linekeeper(['doctor', '1001']), { code: 2, out: /different: extension\/acme\/1001/ });
  t.match(await linekeeper(['sync', 'run']), { code: 0, out: /in-sync/ });
  t.match(await linekeeper(['plan']), { code: 0 });
  t.match(await linekeeper(['drift']), { code: 0, out: 'no drift\n' });
});

t.test('an extension is changed live, and only what was named', async (t) => {
  const args = ['extension', 'set', '1001', '--ring-seconds', '40', '--forward-no-answer', '+4930123456'];
  t.match(await linekeeper(args), { code: 0, out: /changed, and read back/ });
  t.match((await linekeeper(['extension', 'set', '1001', '--forward-no-answer', '-'])).code, 0);
  const extension = JSON.parse((await linekeeper(['extension', 'show', '1001', '--json'])).out);
  t.match(extension, { displayName: 'Anna Berg', ringSeconds: 40, forwardNoAnswer: null });
  t.match(await linekeeper(['extension', 'set', '1001']), { code: 1, err: /say what to change/ });
  t.match(await linekeeper(['extension', 'set', '1001', '--ring-seconds', '1']), { code: 1, err: /ringSeconds/ });
  const pinned = await linekeeper(['extension', 'set', '1001', '--pin-file', '-'], { input: '836291\n' });
  t.equal(pinned.code, 0, pinned.err);
  t.match(await linekeeper(['extension', 'set', '1001', '--pin-file', '-'], { input: '1234' }), {
    code: 1,
    err: /PIN_WEAK|weak|run of digits/,
  });
});

t.test('a file is tried, imported, and its credentials are given once', async (t) => {
  const csv = 'extension,display_name,mailbox,phone_numbers\n1002,Ben Carr,yes,+4930123456\n77,Far Away,,\n';
  const dry = await linekeeper(['import', '-', '--dry-run'], { input: csv });
  t.match(dry, { code: 2, out: /1 to create.*1 wrong\non the PBX:/ });
  t.match(dry.out, /3 +77 +extension +EXTENSION_OUT_OF_RANGE/);
  writeFileSync(file('people.csv'), csv);
  const files = ['--credentials', file('cred.csv'), '--failed', file('failed.csv'), '--result', file('result.csv')];
  const done = await linekeeper(['import', file('people.csv'), ...files]);
  t.match(done, { code: 2, out: /2 of 2 rows: 1 created, 1 failed/ }, done.err);
  t.equal(statSync(file('cred.csv')).mode & 0o777, 0o600);
  const made = /1002,Ben Carr,,1002,([A-Za-z0-9]{24}),/.exec(readFileSync(file('cred.csv'), 'utf8'))?.[1] ?? '';
  t.match(readFileSync(file('failed.csv'), 'utf8'), /77,Far Away/);
  t.match(readFileSync(file('result.csv'), 'utf8'), /1002,created/);
  const [job] = JSON.parse((await linekeeper(['imports', '--json'])).out);
  const again = await linekeeper(['imports', 'show', job.id, '--credentials', file('again.csv')]);
  t.match(again.out, /the credentials were taken already/);
  await until(async () => (await linekeeper(['extension', 'list'])).out.includes('1002') || undefined, 'the extension');
  const registers = async () => (await phones.register({ user: '1002', secret: made }, await freePort())) === 200;
  await until(registers, 'the imported phone to register', 30_000);
  t.match(await linekeeper(['number', 'list']), { out: /\+4930123456 +assigned +1002 Ben Carr/ });
  t.match(await linekeeper(['imports', 'undo', job.id, '--wait']), { code: 0, out: /undone/ });
  t.match(await linekeeper(['extension', 'show', '1002']), { code: 1, err: /there is no extension 1002/ });
});

t.test('numbers are added, assigned and released', async (t) => {
  t.match(await linekeeper(['number', 'add', '+49301234560', '--to', '+49301234569']), { out: /10 numbers added/ });
  t.match(await linekeeper(['number', 'assign', '+49301234561', '1001']), { code: 0, out: /rings at 1001, and read/ });
  t.match(await linekeeper(['number', 'release', '+49301234561']), { code: 0, out: /is quarantined/ });
});

t.test('tokens let the same commands work over HTTP, with their scopes', async (t) => {
  const env = { LINEKEEPER_URL: url, LINEKEEPER_TOKEN: firstToken ?? '' };
  t.match(await linekeeper(['company', 'list'], { env }), { code: 0, out: /acme/ });
  const made = await linekeeper(['token', 'create', 'reader', '--scope', 'read']);
  const reader = { ...env, LINEKEEPER_TOKEN: made.out.split('\n')[0] ?? '' };
  t.match(await linekeeper(['extension', 'list'], { env: reader }), { code: 0 });
  t.match(await linekeeper(['extension', 'delete', '1001'], { env: reader }), { code: 1, err: /^FORBIDDEN/ });
  t.match(await linekeeper(['token', 'revoke', 'reader']), { code: 0 });
  t.match(await linekeeper(['extension', 'list'], { env: reader }), { code: 1, err: /^UNAUTHENTICATED/ });
  t.match(await linekeeper(['token', 'list', '--offline']), { code: 1, err: /DATABASE_LOCKED_BY_OTHER/ });
});

t.test('an extension is deleted, and the PBX knows nothing of it', async (t) => {
  t.match(await linekeeper(['extension', 'delete', '1001']), { code: 0, out: /deleted, and read back/ });
  t.equal(await phones.register({ user: '1001', secret }, await freePort()), 401);
  t.match(await linekeeper(['plan']), { code: 0 });
});

t.test('a PBX that is away is told in words, and changes are kept for it', async (t) => {
  pbx.freeze();
  t.teardown(() => pbx.thaw());
  const kept = await linekeeper(['extension', 'create', '1005', '--name', 'Late Comer']);
  t.match(kept, { code: 0, out: /saved; the PBX will have it as soon as/ });
  pbx.thaw();
  const synced = async () => (await linekeeper(['extension', 'list'])).out.includes('synced') || undefined;
  await until(synced, 'the change to arrive', 60_000);
});

t.test('without a daemon, tokens are still managed', async (t) => {
  await daemon.stop();
  t.match(await linekeeper(['token', 'list']), { code: 3 });
  const made = await linekeeper(['token', 'create', 'rescue', '--offline']);
  t.match(made, { code: 0, out: /^lk_[A-Za-z0-9_-]{43}\n/ });
  t.match(await linekeeper(['token', 'list', '--offline']), { code: 0, out: /rescue +admin/ });
  t.match(await linekeeper(['token', 'revoke', 'rescue', '--offline']), { code: 0 });
});
