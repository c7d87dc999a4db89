import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { loadConfig, redacted, remoteApi, variableOf } from '../../src/config.ts';
import { namedDataFolder } from '../../src/environment.ts';

t.test('without anything the defaults hold', async (t) => {
  const config = loadConfig({});
  t.match(config.http, { host: '127.0.0.1', port: 8080, trustedProxies: [] });
  t.equal(config.data.folder, resolve('data'));
  t.match(config.embeddedPbx.cache, /linekeeper$/);
});

t.test('a file stands above the defaults, the environment above the file', async (t) => {
  const file = join(t.testdir(), 'config.yaml');
  writeFileSync(file, 'http:\n  port: 9001\n  host: 0.0.0.0\n');
  const config = loadConfig({ LINEKEEPER_CONFIG: file, LINEKEEPER_HTTP_PORT: '9002' });
  t.match(config.http, { host: '0.0.0.0', port: 9002 });
});

for (const [name, value, path, expected] of [
  ['LINEKEEPER_DATA', '/srv/lk', 'data.folder', '/srv/lk'],
  ['LINEKEEPER_DATA_FOLDER', '/srv/lk', 'data.folder', '/srv/lk'],
  ['LINEKEEPER_HTTP_TRUSTED_PROXIES', '10.0.0.0/8, 192.168.0.1', 'http.trustedProxies', '10.0.0.0/8,192.168.0.1'],
  ['LINEKEEPER_EMBEDDED_PBX_PORTS_RTP_START', '30000', 'embeddedPbx.ports.rtpStart', '30000'],
  ['LINEKEEPER_SYNC_DELETE_CAP_SHARE', '0.25', 'sync.deleteCapShare', '0.25'],
] as const) {
  t.test(`${name} sets ${path}`, async (t) => {
    t.equal(String(redacted(loadConfig({ [name]: value }))[path]), expected);
  });
}

t.test('every setting has a variable of its own', async (t) => {
  const names = Object.keys(redacted(loadConfig({}))).map(variableOf);
  t.equal(new Set(names).size, names.length);
  t.ok(names.includes('LINEKEEPER_EMBEDDED_PBX_PORTS_AMI'));
});

for (const [what, env, message] of [
  ['an unknown variable', { LINEKEEPER_HTTP_PROT: '1' }, /LINEKEEPER_HTTP_PROT is no setting/],
  ['a word for a number', { LINEKEEPER_HTTP_PORT: 'eighty' }, /http\.port/],
  ['nothing for a number', { LINEKEEPER_HTTP_PORT: '' }, /http\.port/],
  ['a port that is too high', { LINEKEEPER_EMBEDDED_PBX_PORTS_SIP: '70000' }, /embeddedPbx\.ports\.sip/],
  ['a word that is no choice', { LINEKEEPER_LOG_LEVEL: 'loud' }, /log\.level/],
  ['a file that is not there', { LINEKEEPER_CONFIG: '/no/such/file.yaml' }, /cannot read \/no\/such\/file\.yaml/],
] as const) {
  t.test(`${what} is refused by name`, async (t) => {
    t.throws(() => loadConfig(env), { code: 'CONFIG_INVALID', message });
  });
}

t.test('an unknown key of a file is refused with its path', async (t) => {
  const file = join(t.testdir(), 'config.yaml');
  writeFileSync(file, 'http:\n  prot: 9001\nsinc: {}\n');
  t.throws(() => loadConfig({ LINEKEEPER_CONFIG: file }), {
    message: /http\.prot is no setting\n {2}sinc is no setting/,
  });
});

t.test('a key of a file cannot reach the prototype', async (t) => {
  const file = join(t.testdir(), 'config.yaml');
  writeFileSync(file, '__proto__:\n  polluted: yes\n');
  t.throws(() => loadConfig({ LINEKEEPER_CONFIG: file }), { code: 'CONFIG_INVALID' });
  t.equal(({} as Record<string, unknown>).polluted, undefined);
});

t.test('secrets are not shown', async (t) => {
  const shown = redacted(loadConfig({ LINEKEEPER_EMBEDDED_PBX_ARI_PASSWORD: 'geheim' }));
  t.equal(shown['embeddedPbx.ariPassword'], '****');
  t.notMatch(JSON.stringify(shown), /geheim/);
});

t.test('a daemon on another machine is named by two variables together', async (t) => {
  t.equal(remoteApi({}), undefined);
  const both = { LINEKEEPER_URL: 'https://pbx.example.org', LINEKEEPER_TOKEN: 'lk_x' };
  t.same(remoteApi(both), { url: 'https://pbx.example.org', token: 'lk_x' });
  t.throws(() => remoteApi({ LINEKEEPER_URL: 'https://pbx.example.org' }), { code: 'CONFIG_INVALID' });
  t.throws(() => remoteApi({ LINEKEEPER_TOKEN: 'lk_x' }), { code: 'CONFIG_INVALID' });
  t.throws(() => remoteApi({ ...both, LINEKEEPER_URL: 'ftp://x' }), { code: 'CONFIG_INVALID' });
});

for (const env of [
  {},
  { LINEKEEPER_DATA: '' },
  { LINEKEEPER_DATA: 'here' },
  { LINEKEEPER_DATA: '/srv/lk' },
  { LINEKEEPER_DATA: '/srv/lk', LINEKEEPER_DATA_FOLDER: '/srv/other' },
]) {
  t.test(`the data folder of ${JSON.stringify(env)} is the same, read quickly or with all settings`, async (t) => {
    const named = namedDataFolder(env);
    t.equal(
      named !== undefined,
      'LINEKEEPER_DATA' in env && env.LINEKEEPER_DATA !== '' && Object.keys(env).length === 1,
    );
    if (named !== undefined) t.equal(named, loadConfig(env).data.folder);
  });
}
