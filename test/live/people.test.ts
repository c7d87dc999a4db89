import { pino } from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createDaemon } from '../../src/daemon.ts';
import type { Json } from '../support/app.ts';
import { createCli } from '../support/cli.ts';
import { startSmtp } from '../support/smtp.ts';

// The day when nobody can log in: a daemon, its machine, a mail server, and no PBX.
const smtp = await startSmtp(t);
const folder = t.testdir();
const config = loadConfig({
  LINEKEEPER_DATA: folder,
  LINEKEEPER_HTTP_PORT: '0',
  LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
  LINEKEEPER_PHONES_HTTP_PORT: '0',
  LINEKEEPER_HTTP_PUBLIC_URL: 'https://pbx.example.org',
});
config.mail.smtp = smtp.settings;
const daemon = createDaemon(config, pino({ level: 'silent' }));
const { url, firstToken } = await daemon.start();
t.teardown(() => daemon.stop());
const linekeeper = createCli(folder);

async function call(
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : { text } };
}
const login = (username: string, password: string) => call('POST', '/api/v1/login', '', { username, password });

const logins = Object.fromEntries(
  ['events', 'query', 'sync', 'config'].map((one) => [one, { username: one, secret: 'of-no-use' }]),
);
const pbx = { name: 'none', host: '127.0.0.1', amiPort: 1, enabled: false, logins };
const company = { name: 'Acme', slug: 'acme', ranges: [['1000', '1999']], country: 'DE', timezone: 'UTC' };
for (const [path, body] of Object.entries({ pbxes: pbx, companies: company })) {
  const made = await call('POST', `/api/v1/${path}`, firstToken ?? '', body);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
}

t.test('the shell makes the first administrator, and helps whoever cannot log in', async (t) => {
  const names = ['--first-name', 'Ada', '--last-name', 'Boss', '--email', 'ada@acme.example'];
  t.match(await linekeeper(['user', 'create', 'ada', ...names]), { code: 0 });
  t.match(await linekeeper(['user', 'roles', 'ada', '--add', 'administrator']), { code: 0, out: /Administrator/ });
  const shown = await linekeeper(['user', 'reset-password', 'ada']);
  const password = /shown this once: (\S+)/.exec(shown.out)?.[1] ?? '';
  const first = await login('ada', password);
  t.match(first, { status: 200, body: { state: 'in' } });
  const next = { current: password, password: 'harbour lights at noon' };
  t.equal((await call('POST', '/api/v1/me/password', first.body.token, next)).status, 204);
  t.equal((await call('GET', '/api/v1/users', first.body.token)).status, 200);
  t.match(await linekeeper(['user', 'sessions', 'ada']), { code: 0, out: /127\.0\.0\.1/ });
  t.match(await linekeeper(['user', 'sessions', 'ada', '--end']), { code: 0, out: '1 sessions ended\n' });
  t.equal((await call('GET', '/api/v1/me', first.body.token)).status, 401);
  t.match(await linekeeper(['user', 'reset-password', 'ada', '--by', 'link']), { code: 0, out: /a mail to ada/ });
  const mail = await smtp.waitFor(
    ({ envelope, links }) => envelope.to.includes('ada@acme.example') && links.length > 0,
  );
  const token = /https:\/\/pbx\.example\.org\/reset#token=(\S+)/.exec(mail.text ?? '')?.[1];
  const confirmed = await call('POST', '/api/v1/password-reset/confirm', '', {
    token,
    password: 'lanterns over the bay',
  });
  t.equal(confirmed.status, 204);
  t.match(await login('ada', 'lanterns over the bay'), { status: 200 });
});

t.test('roles, operators and locks from the shell', async (t) => {
  t.match(await linekeeper(['role', 'create', 'Desk', '--allow', 'read', 'lines:write']), { code: 0 });
  t.match(await linekeeper(['role', 'list']), { code: 0, out: /Desk +read lines:write/ });
  t.match(await linekeeper(['role', 'permissions']), { code: 0, out: /lines:write +extensions/ });
  t.match(await linekeeper(['user', 'roles', 'ada', '--add', 'nothing']), { code: 1, err: /There are: .*Desk/ });
  t.match(await linekeeper(['user', 'roles', 'ada', '--remove', 'Administrator']), { code: 1, err: /administrator/ });
  t.match(await linekeeper(['user', 'operator', 'ada']), { code: 0, out: /is an operator/ });
  t.match(await linekeeper(['user', 'operator', 'ada', '--no-grant']), { code: 0, out: /no operator/ });
  t.match(await linekeeper(['user', 'unlock', 'ada']), { code: 1, err: /not locked/ });
});

t.test('nothing that the daemon serves is open to strangers, or to a plain user beyond his own', async (t) => {
  const names = ['--first-name', 'Ben', '--last-name', 'Plain'];
  await linekeeper(['user', 'create', 'ben', ...names]);
  const shown = await linekeeper(['user', 'reset-password', 'ben']);
  const password = /shown this once: (\S+)/.exec(shown.out)?.[1] ?? '';
  const { token: first } = (await login('ben', password)).body;
  await call('POST', '/api/v1/me/password', first, { current: password, password: 'harbour lights at noon' });
  const { token } = (await login('ben', 'harbour lights at noon')).body;
  const { paths } = (await call('GET', '/openapi.json', '')).body;
  let count = 0;
  for (const [path, methods] of Object.entries<Record<string, object>>(paths)) {
    for (const method of Object.keys(methods)) {
      if (/\/(login|password-reset|invitations\/(look|accept))/.test(path)) continue;
      const address = path.replace(/\{[^}]+\}/g, '0199c5a1-2f7e-7c3b-9d0e-3f1b5a7c9e11');
      t.equal((await call(method.toUpperCase(), address, '')).status, 401, `${method} ${path} to a stranger`);
      if (
        /\/(me|logout|colleagues|groups|teams|labels|permissions|invitations|saved-filters)(\/|$)|avatar|\/(invite|live)$/.test(
          path,
        )
      )
        continue;
      t.equal((await call(method.toUpperCase(), address, token)).status, 403, `${method} ${path} to a user`);
      count++;
    }
  }
  t.ok(count > 90, `${count} routes were asked`);
});
