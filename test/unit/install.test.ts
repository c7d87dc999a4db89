import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { amiCredentials, completeSecrets, generateAmiSecrets } from '../../src/asterisk/install/logins.ts';
import { renderInstall, VOICEMAIL_FILES } from '../../src/asterisk/install/render.ts';
import { writeInstall } from '../../src/asterisk/install/write.ts';
import { companyContextLines } from '../../src/plan/company-context.ts';

const options = { secrets: generateAmiSecrets(), permit: ['10.0.0.5', '10.1.0.0/16', '::1'] };

t.test('the installation consists of our own files only, each with what to do with it', async (t) => {
  const files = renderInstall(options);
  for (const file of files) {
    t.match(file.path, /^linekeeper-[a-z0-9-]+\.conf$/);
    t.ok(file.how.length > 10);
    t.notMatch(file.content, /\{\{/, 'no placeholder is left');
  }
  t.equal(files.filter(({ data }) => data).length, VOICEMAIL_FILES.length + 1, 'mailboxes and companies are data');
  t.equal(VOICEMAIL_FILES.length, 32);
  t.equal(VOICEMAIL_FILES[31], 'linekeeper-voicemail-31.conf');
});

t.test(
  'each login has its own secret, is denied from everywhere else and holds no dangerous class but one',
  async (t) => {
    const manager = renderInstall(options).find(({ path }) => path === 'linekeeper-manager.conf')!.content;
    for (const [login, { username, secret }] of Object.entries(amiCredentials(options.secrets))) {
      const section = manager.split(`[${username}]\n`)[1]!.split('\n[')[0]!;
      t.match(section, `secret=${secret}\n`);
      t.match(section, 'deny=0.0.0.0/0\ndeny=::/0\npermit=10.0.0.5/32\npermit=10.1.0.0/16\npermit=::1/128\n');
      t.match(section, 'writetimeout=5000');
      t.notMatch(section, /^(read|write)=.*\b(all|command|agi|dtmf)\b/m);
      t.equal(/^(read|write)=.*\boriginate\b/m.test(section), login === 'act', `${login}: originate`);
    }
  },
);

t.test('secrets that were made before the login act get one for it', async (t) => {
  const { act: _act, ...old } = options.secrets;
  const complete = completeSecrets(old);
  t.match(complete, old);
  t.match(complete.act, /^[0-9a-f]{48}$/);
  t.same(completeSecrets(complete), complete);
  t.notOk('act' in amiCredentials(old));
});

t.test('what could leave its line in a configuration file is refused', async (t) => {
  for (const permit of ['10.0.0.5\nsecret=x', '10.0.0.5/33', 'host.example', '10.0.0.5/24/1', '']) {
    t.throws(() => renderInstall({ ...options, permit: [permit] }), { code: 'CONFIG_INVALID' }, JSON.stringify(permit));
  }
  const secrets = { ...options.secrets, sync: 'short' };
  t.throws(() => renderInstall({ ...options, secrets }), { code: 'CONFIG_INVALID' });
});

t.test('the WebSocket transport is there when asked for', async (t) => {
  const has = (files: { path: string }[]) => files.some(({ path }) => path === 'linekeeper-transport.conf');
  t.notOk(has(renderInstall(options)));
  t.ok(has(renderInstall({ ...options, webSocketAddress: '127.0.0.1' })));
});

t.test('writing twice changes nothing; a file that was edited is not overwritten unless forced', async (t) => {
  const dir = t.testdir({});
  const files = renderInstall(options);
  t.equal((await writeInstall(dir, files)).written.length, files.length);
  t.same((await writeInstall(dir, files)).written, []);
  t.equal(statSync(join(dir, 'linekeeper-manager.conf')).mode & 0o777, 0o640 & ~process.umask());

  writeFileSync(join(dir, 'linekeeper-dialplan.conf'), '; edited\n');
  await t.rejects(writeInstall(dir, files), { code: 'CONFLICT', details: { files: ['linekeeper-dialplan.conf'] } });
  t.equal(readFileSync(join(dir, 'linekeeper-dialplan.conf'), 'utf8'), '; edited\n');
  t.same((await writeInstall(dir, files, { force: true })).written, ['linekeeper-dialplan.conf']);
  t.same(
    readdirSync(dir).filter((name) => name.startsWith('.')),
    [],
    'no temporary file stays',
  );
});

t.test('mailboxes and companies survive even a forced installation', async (t) => {
  const dir = t.testdir({});
  const files = renderInstall(options);
  await writeInstall(dir, files);
  writeFileSync(join(dir, 'linekeeper-voicemail-03.conf'), '[lk-acme]\n1001 = 471147,Alice\n');
  await writeInstall(dir, files, { force: true });
  t.match(readFileSync(join(dir, 'linekeeper-voicemail-03.conf'), 'utf8'), '1001 = 471147,Alice');
});

t.test('one conflict writes nothing at all', async (t) => {
  const dir = t.testdir({ 'linekeeper-manager.conf': '; edited\n' });
  chmodSync(dir, 0o755);
  await t.rejects(writeInstall(dir, renderInstall(options)), { code: 'CONFLICT' });
  t.same(readdirSync(dir), ['linekeeper-manager.conf']);
});

t.test('a company context fixes the company and survives UpdateConfig', async (t) => {
  const lines = companyContextLines({ slug: 'acme', endpointPrefix: 'acme-' });
  t.match(lines[0]![1], 'MSet(LK_COMPANY=acme,LK_PREFIX=acme-)');
  t.match(lines[2]![1], /^_X!,hint,PJSIP\/acme-\$\{EXTEN\}&PJSIP\/acme-\$\{EXTEN\}-2&/);
  for (const [variable, value] of lines) {
    t.match(variable, /^[a-z]+$/);
    t.notMatch(value, /^>|[;\r\n]/);
  }
});
