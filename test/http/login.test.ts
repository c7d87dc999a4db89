import t from 'tap';
import { PASSWORD, people } from '../support/logins.ts';

t.test('a session is begun with user name and password, and does what the roles allow', async (t) => {
  const { api, acme, make, login } = await people(t);
  await make('anna@example.org', { role: 'administrator' });
  await make('ben', {});
  const anna = await login('anna@example.org');
  t.match(anna, { status: 200, body: { state: 'in', userId: String, sessionId: String, expiresAt: String } });
  t.match(anna.body.token, /^lks_[\w-]{43}$/);
  const me = await api.call('GET', '/me', { token: anna.body.token });
  t.match(me.body, { username: 'anna@example.org', permissions: ['admin'], isOperator: false, restriction: null });
  t.same(me.body.company, { id: acme.id, name: 'acme' });
  t.equal((await api.call('GET', '/extensions', { token: anna.body.token })).status, 200, 'an administrator reads');
  const ben = await login('BEN ');
  t.equal(ben.status, 200, 'upper and lower case are the same name');
  t.match(await api.call('GET', '/extensions', { token: ben.body.token }), {
    status: 403,
    body: { code: 'FORBIDDEN' },
  });
  t.equal((await api.call('GET', '/permissions', { token: ben.body.token })).status, 200);
});

t.test('who does not exist, has no password, or types a wrong one is told the same', async (t) => {
  const { make, login } = await people(t);
  await make('anna', {});
  await make('nopass', { passwordHash: null });
  const answers = [await login('nobody'), await login('anna', 'wrong wrong wrong'), await login('nopass', '')];
  const plain = answers
    .slice(0, 2)
    .map(({ status, body: { instance: _instance, ...problem } }) => ({ status, problem }));
  t.match(plain[0], { status: 401, problem: { code: 'INVALID_CREDENTIALS' } });
  t.same(plain[0], plain[1]);
  t.equal(answers[2]?.status, 400, 'an empty password is no password');
  const { body } = await login('nopass', 'some password of mine');
  t.equal(body.code, 'INVALID_CREDENTIALS');
});

t.test('only after the right password one hears that the account is not active', async (t) => {
  const { api, make, login } = await people(t);
  for (const state of ['disabled', 'locked', 'invited']) {
    await make(state, { state });
    t.match(await login(state, 'a wrong one, long enough'), { status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    t.match(await login(state), { status: 403, body: { code: 'ACCOUNT_NOT_ACTIVE' } }, state);
  }
  await make('temp', { passwordExpiresAt: new Date(Date.now() - 1000) });
  t.match(await login('temp'), { status: 403, body: { code: 'PASSWORD_EXPIRED' } });
  t.equal(await api.db.read.session.count(), 0);
});

t.test('failed logins wait longer and longer, known and unknown alike, many at once too', async (t) => {
  const { api, make, login } = await people(t);
  await make('anna', {});
  for (const name of ['anna', 'nobody']) {
    const many = await Promise.all(Array.from({ length: 12 }, () => login(name, 'guess after guess')));
    const statuses = many.map(({ status }) => status).sort();
    t.same(
      statuses,
      [...Array(3).fill(401), ...Array(9).fill(429)],
      `${name}: three at once are looked at, nine are not`,
    );
  }
  // On a slow machine the first second may be over by now.
  const later = new Date(Date.now() + 60_000);
  await api.db.write((tx) => tx.loginThrottle.updateMany({ where: { failures: 3 }, data: { blockedUntil: later } }));
  const spelled = await login('  ANNA');
  t.match(spelled, { status: 429, body: { code: 'TOO_MANY_REQUESTS', details: { retryAfterSeconds: Number } } });
  t.match(spelled.headers['retry-after'], /^[1-9]\d*$/, 'another spelling is the same account');
  t.equal((await login('anna')).status, 429, 'the right password is not looked at either');
  await api.db.write((tx) => tx.loginThrottle.updateMany({ data: { blockedUntil: new Date(0) } }));
  t.equal((await login('anna')).status, 200, 'after the wait it is');
  t.equal((await login('anna', 'guess again guess')).status, 401, 'and the count starts from nothing');
});

t.test('the hundredth failure in a row locks the account until somebody unlocks it', async (t) => {
  const { api, make, login } = await people(t);
  const id = await make('anna', {});
  await login('anna', 'first wrong guess');
  await api.db.write((tx) => tx.loginThrottle.updateMany({ data: { failures: 99, blockedUntil: new Date(0) } }));
  await login('anna', 'hundredth wrong guess');
  t.equal((await api.db.read.user.findUnique({ where: { id } }))?.state, 'locked');
  t.match(await api.call('POST', `/users/${id}/unlock`), { status: 200, body: { state: 'active' } });
  // The address has failed as often, and waits on.
  t.equal((await login('anna')).status, 429);
  await api.db.write((tx) => tx.loginThrottle.deleteMany());
  t.equal((await login('anna')).status, 200);
  t.match(await api.call('POST', `/users/${id}/unlock`), { status: 409, body: { code: 'USER_STATE_INVALID' } });
});

t.test('a browser gets a cookie that scripts cannot read, and other pages cannot use', async (t) => {
  const { api, make } = await people(t);
  await make('anna', { role: 'administrator' });
  const ours = { origin: 'https://pbx.example.org' };
  const body = { username: 'anna', password: PASSWORD, transport: 'cookie' };
  const foreign = await api.inject({
    method: 'POST',
    url: '/api/v1/login',
    payload: body,
    headers: { origin: 'https://evil.example' },
  });
  t.match(foreign.json(), { status: 403, code: 'ORIGIN_REFUSED' }, 'nobody is logged in from elsewhere');
  const answer = await api.inject({ method: 'POST', url: '/api/v1/login', payload: body, headers: ours });
  t.equal(answer.statusCode, 200);
  t.notOk('token' in answer.json(), 'the token is in the cookie alone');
  const set = String(answer.headers['set-cookie']);
  t.match(set, /^__Host-linekeeper=lks_[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Expires=/);
  const cookie = set.split(';')[0] ?? '';
  const ask = (method: 'GET' | 'POST', url: string, headers: object) =>
    api.inject({ method, url: `/api/v1${url}`, headers: { cookie, ...headers } });
  t.equal((await ask('GET', '/me', {})).statusCode, 200);
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { ...ours, 'sec-fetch-site': 'cross-site' },
  ]) {
    t.equal((await ask('POST', '/logout', headers)).json().code, 'ORIGIN_REFUSED', JSON.stringify(headers));
  }
  const out = await ask('POST', '/logout', ours);
  t.equal(out.statusCode, 204);
  t.match(String(out.headers['set-cookie']), /Max-Age=0/);
  t.equal((await ask('GET', '/me', {})).statusCode, 401, 'the cookie that was kept is worth nothing');
});

t.test('sessions are over when nobody uses them, and in any case some day', async (t) => {
  const { api, make, login } = await people(t);
  await make('anna', {});
  const expire = async (data: { lastSeenAt?: Date; expiresAt?: Date }) => {
    const { body } = await login('anna');
    t.equal((await api.call('GET', '/me', { token: body.token })).status, 200);
    await api.db.write((tx) => tx.session.update({ where: { id: body.sessionId }, data }));
    return (await api.call('GET', '/me', { token: body.token })).status;
  };
  t.equal(await expire({ lastSeenAt: new Date(Date.now() - 62 * 60_000) }), 401, 'an hour idle');
  t.equal(await expire({ expiresAt: new Date() }), 401, 'twelve hours in all');
});

t.test('one sees where one is logged in, and ends one session, the others or all', async (t) => {
  const { api, make, login } = await people(t);
  await make('anna', {});
  await make('eve', {});
  const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';
  const [first, second, third] = [await login('anna'), await login('anna', PASSWORD, agent), await login('anna')];
  const eve = await login('eve');
  const token = first.body.token;
  const list = await api.call('GET', '/me/sessions', { token });
  t.equal(list.body.total, 3);
  const windows = list.body.items.find((one: { id: string }) => one.id === second.body.sessionId);
  t.match(windows, { device: 'Firefox 128 on Windows', isCurrent: false, address: '127.0.0.1' });
  t.equal(list.body.items.filter((one: { isCurrent: boolean }) => one.isCurrent).length, 1);
  t.notMatch(list.text, /lks_|hash/);
  const strange = await api.call('DELETE', `/me/sessions/${eve.body.sessionId}`, { token });
  t.equal(strange.status, 404, "another's session is not there");
  t.equal((await api.call('DELETE', `/me/sessions/${second.body.sessionId}`, { token })).status, 204);
  t.equal((await api.call('GET', '/me', { token: second.body.token })).status, 401);
  t.match(await api.call('POST', '/me/sessions/end', { token, body: { which: 'others' } }), { body: { ended: 1 } });
  t.equal((await api.call('GET', '/me', { token: third.body.token })).status, 401);
  t.equal((await api.call('GET', '/me', { token })).status, 200);
  t.match(await api.call('POST', '/me/sessions/end', { token, body: { which: 'all' } }), { body: { ended: 1 } });
  t.equal((await api.call('GET', '/me', { token })).status, 401);
  t.equal((await api.call('GET', '/me', { token: eve.body.token })).status, 200);
});

t.test('a hash of other settings is renewed at login, a new password ends all other logins', async (t) => {
  const { api, make, login } = await people(t, { hashing: 'default' });
  const id = await make('anna', {});
  const hashNow = async () => (await api.db.read.user.findUnique({ where: { id } }))?.passwordHash ?? '';
  t.match(await hashNow(), /t=3/);
  const mine = await login('anna');
  const other = await login('anna');
  t.match(await hashNow(), /\$m=19456,t=2,p=1\$|\$m=19456,p=1,t=2\$/);
  const change = (current: string, password: string) =>
    api.call('POST', '/me/password', { token: mine.body.token, body: { current, password } });
  t.match(await change('not the present one', 'harbour lights at noon'), {
    status: 401,
    body: { code: 'INVALID_CREDENTIALS' },
  });
  for (const weak of [
    'short',
    'passwordpassword1',
    'aaaaaaaaaaaaaaaa',
    '123456789012345678',
    'anna.berg anna berg',
    PASSWORD,
  ]) {
    t.match(await change(PASSWORD, weak), { status: 422, body: { code: 'PASSWORD_WEAK' } }, weak);
  }
  t.equal((await change(PASSWORD, 'harbour lights at noon')).status, 204);
  t.equal((await api.call('GET', '/me', { token: mine.body.token })).status, 200, 'where it was changed one stays');
  t.equal((await api.call('GET', '/me', { token: other.body.token })).status, 401);
  t.equal((await login('anna')).status, 401);
  t.equal((await login('anna', 'harbour lights at noon')).status, 200);
});

t.test('who must change the password can do nothing else first', async (t) => {
  const { api, make, login } = await people(t);
  await make('anna', { mustChangePassword: true, role: 'administrator' });
  const { body } = await login('anna');
  const { token } = body;
  t.match((await api.call('GET', '/me', { token })).body, { restriction: 'password' });
  t.match(await api.call('GET', '/users', { token }), { status: 403, body: { code: 'PASSWORD_CHANGE_REQUIRED' } });
  const change = { current: PASSWORD, password: 'harbour lights at noon' };
  t.equal((await api.call('POST', '/me/password', { token, body: change })).status, 204);
  t.equal((await api.call('GET', '/users', { token })).status, 200);
});

t.test('everybody changes what is his own to change, and nothing that gives him more', async (t) => {
  const { api, make, login } = await people(t);
  const id = await make('anna', {});
  const { token } = (await login('anna')).body;
  const patch = (body: object) => api.call('PATCH', '/me', { token, body });
  const mine = { language: 'de', timezone: 'Europe/Berlin', personalContact: '+4930123456' };
  t.match(await patch(mine), { status: 200, body: mine });
  for (const body of [{ isOperator: true }, { state: 'active' }, { username: 'boss' }, { email: 'x@y.example' }]) {
    t.match(await patch(body), { status: 400, body: { code: 'VALIDATION_FAILED' } }, JSON.stringify(body));
  }
  await api.db.write((tx) => tx.user.update({ where: { id }, data: { codeByContact: true } }));
  const refused = { status: 409, body: { code: 'SECOND_FACTOR_STATE_INVALID' } };
  t.match(await patch({ personalContact: '+4930999999' }), refused, 'not where login codes go');
});

t.test('a token that a user made can do no more than the user, and ends with him', async (t) => {
  const { api, acme, make, login, setRoles } = await people(t);
  const id = await make('anna', { role: 'administrator' });
  await make('boss', { role: 'administrator' });
  const anna = await login('anna');
  const made = await api.call('POST', '/tokens', { token: anna.body.token, body: { name: 'hers', scopes: ['admin'] } });
  t.match(made, { status: 201, body: { companyId: acme.id, userId: id } });
  const { token } = made.body;
  t.equal((await api.call('GET', '/extensions', { token })).status, 200);
  await api.db.write((tx) => tx.user.update({ where: { id }, data: { state: 'disabled' } }));
  t.equal((await api.call('GET', '/extensions', { token })).status, 401, 'a disabled account has no tokens');
  await api.db.write((tx) => tx.user.update({ where: { id }, data: { state: 'active' } }));
  t.equal((await setRoles(id, ['user'])).status, 200);
  t.equal((await api.call('GET', '/extensions', { token })).status, 401, 'who loses a role is thrown off, tokens too');
  t.equal((await api.call('GET', '/me', { token: anna.body.token })).status, 401);
});

t.test('no password, token or hash is in an answer, the activity log or the log', async (t) => {
  const { api, make, login } = await people(t);
  await make('anna', { role: 'administrator' });
  const { body } = await login('anna');
  await login('anna', 'a wrong password of mine');
  await login('anna', `${PASSWORD} `);
  const seen = [
    (await api.call('GET', '/activity?limit=500')).text,
    (await api.call('GET', '/sessions')).text,
    (await api.call('GET', '/users')).text,
    ...api.logged,
  ].join('\n');
  for (const secret of [PASSWORD, 'a wrong password of mine', body.token, '$argon2id']) {
    t.notOk(seen.includes(secret), secret.slice(0, 8));
  }
  t.match(seen, /session\.started/);
  t.match(seen, /login\.failed/);
});
