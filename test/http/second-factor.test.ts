import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { generate } from 'otplib';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { createApi } from '../../src/cli/api/client.ts';
import { addUserAccess } from '../../src/cli/commands/user-access.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { createSmsWebhook } from '../../src/people/second-factor/sms.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { PASSWORD } from '../support/logins.ts';
import { startMailer } from '../support/mailer.ts';
import { createPerson, type Person } from '../support/people.ts';
import { startSmtp } from '../support/smtp.ts';

const FACTOR = '/me/second-factor';
/** Codes of a time step in the future are good too: so that a test need not wait for the next one. */
const codeOf = (secret: string, stepsAhead = 0) =>
  generate({ secret, epoch: Math.floor(Date.now() / 1000) + stepsAhead * 30 });

async function withTotp(person: Person): Promise<{ secret: string; backupCodes: string[] }> {
  const { secret } = (await person.call('POST', `${FACTOR}/totp`)).body;
  const confirmed = await person.call('POST', `${FACTOR}/totp/confirm`, { code: await codeOf(secret, -1) });
  return { secret, backupCodes: confirmed.body.backupCodes };
}

async function login(api: TestApp, person: Person): Promise<Json> {
  const body = { username: person.username, password: PASSWORD };
  return (await api.call('POST', '/login', { body })).body;
}

const actionsOf = async (api: TestApp, id: string) =>
  (await api.call('GET', `/activity?limit=500&objectId=${id}`)).body.items.map((one: Json) => one.action);

/** The newest code that was put into a mail. */
async function mailedCode({ db }: TestApp): Promise<string> {
  const mail = await db.read.mail.findFirstOrThrow({
    where: { template: 'login-code' },
    orderBy: { createdAt: 'desc' },
  });
  return JSON.parse(db.seal.open(mail.dataSealed ?? '', `Mail:${mail.id}`)).code;
}

const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

t.test('an authenticator is offered, confirmed, and asked for at the next login', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme', { name: 'Acme: Inc' });
  const anna = await createPerson(api, companyId, 'anna', { email: 'anna@acme.example' });
  t.match((await anna.call('GET', FACTOR)).body, { totp: false, contact: false, backupCodesLeft: 0, required: false });
  t.match(await login(api, anna), { state: 'in' });
  const offer = (await anna.call('POST', `${FACTOR}/totp`)).body;
  t.match(offer, {
    secret: /^[A-Z2-7]{32}$/,
    uri: /^otpauth:\/\/totp\/Acme.*:anna\?/,
    qrPng: /^data:image\/png;base64,/,
  });
  t.equal(new URL(offer.uri).searchParams.get('issuer'), 'Acme  Inc');
  t.match(await login(api, anna), { state: 'in' }, 'nothing is asked for before it was confirmed');
  const code = await codeOf(offer.secret);
  const wrong = await anna.call('POST', `${FACTOR}/totp/confirm`, { code: wrongOf(code) });
  t.match(wrong, { status: 401, body: { code: 'SECOND_FACTOR_WRONG' } });
  const confirmed = await anna.call('POST', `${FACTOR}/totp/confirm`, { code });
  t.equal(confirmed.status, 200);
  t.equal(confirmed.body.backupCodes.length, 10);
  t.match((await anna.call('GET', FACTOR)).body, { totp: true, contact: false, backupCodesLeft: 10 });
  const again = await anna.call('POST', `${FACTOR}/totp/confirm`, { code });
  t.match(again, { status: 409, body: { code: 'SECOND_FACTOR_STATE_INVALID' } });

  const begun = await login(api, anna);
  t.match(begun, { state: 'second-factor', methods: ['totp', 'backup'] });
  const proceed = (typed: string, method = 'totp') =>
    api.call('POST', '/login/second-factor', { body: { challenge: begun.challenge, method, code: typed } });
  t.match(await proceed(code), { status: 401, body: { code: 'SECOND_FACTOR_WRONG' } }, 'the confirming code is used');
  t.match(await proceed(await codeOf(offer.secret, 1)), { status: 200, body: { state: 'in' } });

  const stored = JSON.stringify([await api.db.read.user.findMany(), await api.db.read.auditEvent.findMany()]);
  t.notMatch(stored, offer.secret);
  t.notMatch(api.logged.join('\n'), offer.secret);
  for (const one of confirmed.body.backupCodes) t.notMatch(stored, one);
});

t.test('one code that fifty logins show at once lets one in', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna');
  const { secret } = await withTotp(anna);
  const challenges = [];
  for (let n = 0; n < 50; n++) {
    // Logins that are never finished are slowed down; that is not what is tried here.
    await api.db.write((tx) => tx.loginThrottle.deleteMany());
    challenges.push((await login(api, anna)).challenge);
  }
  t.equal(new Set(challenges).size, 50);
  const code = await codeOf(secret, 1);
  const answers = await Promise.all(
    challenges.map((challenge) =>
      api.call('POST', '/login/second-factor', { body: { challenge, method: 'totp', code } }),
    ),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  t.equal(answers.filter(({ body }) => body.code === 'SECOND_FACTOR_WRONG').length, 49);
});

t.test('a backup code stands in for the phone, once, and its use is in the activity log', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna');
  const { backupCodes } = await withTotp(anna);
  const use = async (code: string) => {
    const { challenge } = await login(api, anna);
    return (await api.call('POST', '/login/second-factor', { body: { challenge, method: 'backup', code } })).status;
  };
  t.equal(await use(backupCodes[0]?.toUpperCase().replace('-', '') ?? ''), 200);
  t.equal(await use(backupCodes[0] ?? ''), 401);
  t.equal((await anna.call('GET', FACTOR)).body.backupCodesLeft, 9);
  const entries = (await api.call('GET', `/activity?objectId=${anna.id}&action=second_factor.backup_code_used`)).body;
  t.match(entries, { total: 1, items: [{ actor: 'user:anna', details: { left: 9 } }] });
  const renewed = await anna.call('POST', `${FACTOR}/backup-codes`, { password: PASSWORD });
  t.equal(renewed.body.backupCodes.length, 10);
  t.equal(await use(backupCodes[1] ?? ''), 401, 'the old ones are dead');
  t.equal(await use(renewed.body.backupCodes[0]), 200);
});

t.test('what is set up is changed only by who shows the password or a code', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna', { personalContact: 'anna@home.example' });
  t.match(await anna.call('POST', `${FACTOR}/backup-codes`), {
    status: 409,
    body: { code: 'SECOND_FACTOR_STATE_INVALID' },
  });
  const { secret, backupCodes } = await withTotp(anna);
  const changes: [method: string, path: string][] = [
    ['POST', `${FACTOR}/totp`],
    ['POST', `${FACTOR}/backup-codes`],
    ['POST', `${FACTOR}/contact`],
    ['DELETE', FACTOR],
  ];
  for (const [method, path] of changes) {
    const bare = await anna.call(method, path);
    t.match(bare, { status: 400, body: { errors: [{ code: 'PROOF_MISSING' }] } }, `${method} ${path}`);
  }
  const wrong = await anna.call('DELETE', FACTOR, { password: 'not the password at all' });
  t.match(wrong, { status: 401, body: { code: 'INVALID_CREDENTIALS' } });
  const bad = await anna.call('DELETE', FACTOR, { code: wrongOf(await codeOf(secret)) });
  t.match(bad, { status: 401, body: { code: 'SECOND_FACTOR_WRONG' } });
  t.equal((await anna.call('GET', FACTOR)).body.totp, true);

  const offered = await anna.call('POST', `${FACTOR}/totp`, { code: backupCodes[0] });
  t.equal(offered.status, 200, 'another phone');
  t.equal((await anna.call('POST', `${FACTOR}/totp`, { code: backupCodes[0] })).status, 401, 'the code is used');
  t.equal((await anna.call('POST', `${FACTOR}/totp`, { code: await codeOf(secret, 1) })).status, 200);
  const gone = await anna.call('DELETE', FACTOR, { password: PASSWORD });
  t.match(gone, { status: 200, body: { totp: false, contact: false, backupCodesLeft: 0 } });
  t.match(await login(api, anna), { state: 'in' });
  t.same((await actionsOf(api, anna.id)).filter((one: string) => /^second_factor/.test(one)).reverse(), [
    'second_factor.enabled',
    'second_factor.backup_code_used',
    'second_factor.disabled',
  ]);
});

t.test('guessing at the proof is slowed down, and locks nobody out of logging in', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna');
  const { secret } = await withTotp(anna);
  const statuses = [];
  for (let n = 0; n < 6; n++) {
    const { status } = await anna.call('DELETE', FACTOR, { code: wrongOf(await codeOf(secret)) });
    statuses.push(status);
  }
  t.ok(statuses.includes(429), statuses.join(' '));
  t.match(await login(api, anna), { state: 'second-factor' });
});

t.test('an API token changes no second factor, not even its owner’s', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna', { role: 'administrator' });
  const { token } = (await anna.call('POST', '/tokens', { name: 'mine', scopes: ['admin'] })).body;
  for (const [method, path] of [
    ['POST', `${FACTOR}/totp`],
    ['POST', `${FACTOR}/contact`],
    ['DELETE', FACTOR],
  ] as const) {
    t.match(await api.call(method, path, { token }), { status: 403, body: { code: 'FORBIDDEN' } }, path);
    t.match(await api.call(method, path), { status: 403 }, `${path} with a token of nobody`);
  }
});

t.test('codes to a mail address: proved first, newest only, five tries, ten minutes', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna');
  t.match(await anna.call('POST', `${FACTOR}/contact`), { status: 409, body: { code: 'CONTACT_MISSING' } });
  const setContact = (personalContact: string) =>
    api.db.write((tx) => tx.user.update({ where: { id: anna.id }, data: { personalContact } }));
  const age = (ms: number) =>
    api.db.write(async (tx) => {
      const row = await tx.oneTimeToken.findFirstOrThrow({ where: { userId: anna.id, purpose: 'contact-code' } });
      const createdAt = new Date(row.createdAt.getTime() - ms);
      const expiresAt = new Date(row.expiresAt.getTime() - ms);
      await tx.oneTimeToken.update({ where: { hash: row.hash }, data: { createdAt, expiresAt } });
    });
  await setContact('anna@home.example');
  const sent = await anna.call('POST', `${FACTOR}/contact`);
  t.match(sent, { status: 200, body: { to: 'a…@home.example' } });
  const code = await mailedCode(api);
  t.match(code, /^[0-9]{6}$/);
  const stored = JSON.stringify([await api.db.read.oneTimeToken.findMany(), await api.db.read.mail.findMany()]);
  t.notMatch(stored, code);
  const confirm = (typed: string) => anna.call('POST', `${FACTOR}/contact/confirm`, { code: typed });
  t.match(await confirm(wrongOf(code)), { status: 401 });
  await setContact('eve@evil.example');
  t.match(await confirm(code), { status: 401 }, 'it was sent to another address');
  await setContact('anna@home.example');
  t.match(await confirm(code), { status: 200, body: { contact: true, totp: false } });
  t.match(await confirm(code), { status: 401 }, 'used');

  const begin = async () => {
    const { challenge, methods } = await login(api, anna);
    t.same(methods, ['contact']);
    const sentCode = await api.call('POST', '/login/send-code', { body: { challenge } });
    t.equal(sentCode.status, 202);
    return (typed: string) =>
      api.call('POST', '/login/second-factor', { body: { challenge, method: 'contact', code: typed } });
  };
  const first = await begin();
  const old = await mailedCode(api);
  await begin();
  t.equal(await mailedCode(api), old, 'no second mail within seconds');
  await age(31_000);
  const second = await begin();
  const newer = await mailedCode(api);
  t.not(newer, old);
  t.equal((await first(old)).status, 401, 'only the newest is good');
  t.equal((await second(newer)).status, 200);

  const third = await begin();
  const late = await mailedCode(api);
  await age(600_000);
  t.equal((await third(late)).status, 401, 'after ten minutes');
  const fourth = await begin();
  const guessed = await mailedCode(api);
  for (let n = 0; n < 4; n++) t.equal((await fourth(wrongOf(guessed))).status, 401);
  const fifth = await begin();
  t.equal((await fifth(wrongOf(guessed))).status, 401, 'tries count for the code, whatever the login');
  t.equal((await fifth(guessed)).status, 401, 'after five tries');
});

/** Somebody who sends text messages: keeps what it is asked for and answers as told. */
async function smsProvider(t: Test, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const got: { authorization: string | undefined; body: Json }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    got.push({ authorization: request.headers.authorization, body: JSON.parse(text) });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`, got };
}

t.test('codes to a phone go through the webhook, and its failure is told', async (t) => {
  let status = 204;
  const { url, got } = await smsProvider(t, (_, response) =>
    response.writeHead(status, status === 307 ? { location: '/elsewhere' } : {}).end(),
  );
  const lines: string[] = [];
  const sms = createSmsWebhook(
    { url, token: 'sms-token' },
    pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
  );
  const api = await createTestApp(t, { sms });
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna', { personalContact: '+4915123456789', language: 'de' });
  status = 500;
  t.match(await anna.call('POST', `${FACTOR}/contact`), { status: 502, body: { code: 'SMS_NOT_SENT' } });
  status = 307;
  t.match(await anna.call('POST', `${FACTOR}/contact`), { status: 502 }, 'a redirect is not followed');
  t.equal(got.length, 2);
  status = 204;
  t.match(
    await anna.call('POST', `${FACTOR}/contact`),
    { status: 200, body: { to: '…89' } },
    'at once: the other was lost',
  );
  const { authorization, body } = got[2] ?? { authorization: '', body: {} };
  t.equal(authorization, 'Bearer sms-token');
  t.match(body, { to: '+4915123456789', text: /^[0-9]{6} ist Ihr/ });
  const code = String(body.text).slice(0, 6);
  t.match(await anna.call('POST', `${FACTOR}/contact/confirm`, { code }), { status: 200, body: { contact: true } });
  const log = [...lines, ...api.logged].join('\n');
  t.match(log, /a text message was not sent/);
  for (const secret of [code, '4915123456789', 'sms-token']) t.notMatch(log, new RegExp(`\\b${secret}\\b`));

  const { challenge } = await login(api, anna);
  await api.call('POST', '/login/send-code', { body: { challenge } });
  const again = String(got.at(-1)?.body.text).slice(0, 6);
  const proceed = { challenge, method: 'contact', code: again };
  t.match(await api.call('POST', '/login/second-factor', { body: proceed }), { status: 200, body: { state: 'in' } });
});

t.test('a webhook that is not there is a failure like any other', async (t) => {
  const { url } = await smsProvider(t, () => {});
  const silent = pino({ level: 'silent' });
  const dead = createSmsWebhook({ url: url.replace(/:\d+\//, ':9/'), token: '' }, silent);
  await t.rejects(dead.send('+4930123456', 'hello'), { code: 'SMS_NOT_SENT' });
});

t.test('without a webhook a phone number is refused, and the reason is clear', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna', { personalContact: '+4915123456789' });
  const refused = await anna.call('POST', `${FACTOR}/contact`);
  t.match(refused, {
    status: 409,
    body: { code: 'CONTACT_MISSING', detail: /phone numbers.*e-mail address is needed/ },
  });
  t.equal(await api.db.read.oneTimeToken.count(), 0);
});

t.test('where the company or a role asks for it, it cannot be switched off, and comes before all else', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna');
  await withTotp(anna);
  const ofRole = (requiresSecondFactor: boolean) =>
    api.db.write((tx) => tx.role.updateMany({ where: { companyId, builtIn: 'user' }, data: { requiresSecondFactor } }));
  const ofCompany = (requiresSecondFactor: boolean) =>
    api.db.write((tx) => tx.company.update({ where: { id: companyId }, data: { requiresSecondFactor } }));
  for (const require of [ofRole, ofCompany]) {
    await require(true);
    t.match((await anna.call('GET', FACTOR)).body, { required: true, totp: true });
    const refused = await anna.call('DELETE', FACTOR, { password: PASSWORD });
    t.match(refused, { status: 403, body: { code: 'SECOND_FACTOR_REQUIRED' } });
    await require(false);
  }
  await ofRole(true);
  t.equal((await anna.call('POST', `${FACTOR}/totp`, { password: PASSWORD })).status, 200, 'another phone is fine');
  const ben = await createPerson(api, companyId, 'ben');
  t.match(await ben.call('GET', '/invitations'), { status: 403, body: { code: 'SECOND_FACTOR_REQUIRED' } });
  t.match((await ben.call('GET', FACTOR)).body, { required: true, totp: false });
  await withTotp(ben);
  t.equal((await ben.call('GET', '/invitations')).status, 200);
});

t.test('an administrator takes it away from who lost the phone: everything ends, and the person is told', async (t) => {
  const api = await createTestApp(t);
  const smtp = await startSmtp(t);
  startMailer(t, api.db, { smtp, folder: api.folder });
  const { id: companyId } = await api.company('acme');
  const boss = await createPerson(api, companyId, 'boss', { role: 'administrator' });
  const anna = await createPerson(api, companyId, 'anna', {
    email: 'anna@acme.example',
    language: 'de',
    personalContact: 'anna@home.example',
    codeByContact: true,
    passwordIsShort: true,
  });
  await anna.call('POST', `${FACTOR}/contact`, { password: PASSWORD });
  const offered = await anna.call('POST', `${FACTOR}/totp`, { password: PASSWORD });
  await anna.call('POST', `${FACTOR}/totp/confirm`, { code: await codeOf(offered.body.secret) });
  const dry = await boss.call('POST', `/users/${anna.id}/reset-second-factor?dryRun=true`);
  t.equal(dry.body.dryRun, true);
  t.equal((await anna.call('GET', FACTOR)).status, 200, 'a dry run ends nothing');
  const reset = await boss.call('POST', `/users/${anna.id}/reset-second-factor`);
  t.match(reset, { status: 200, body: { totp: false, contact: false, backupCodesLeft: 0 } });
  t.equal((await anna.call('GET', FACTOR)).status, 401, 'her sessions are over');
  t.match(await api.db.read.user.findUniqueOrThrow({ where: { id: anna.id } }), {
    totpSealed: null,
    totpLastStep: null,
    codeByContact: false,
    mustChangePassword: true,
  });
  const entries = (await api.call('GET', `/activity?objectId=${anna.id}&action=second_factor.reset`)).body;
  t.match(entries, {
    total: 1,
    items: [{ actor: 'user:boss', details: { totp: ['****', null], contact: [true, false] } }],
  });
  t.equal((await boss.call('POST', `/users/${anna.id}/reset-second-factor`)).status, 200, 'again: nothing to do');
  t.equal((await api.call('GET', `/activity?objectId=${anna.id}&action=second_factor.reset`)).body.total, 1);
  const mail = await smtp.waitFor(({ text }) => /zurückgesetzt/.test(text ?? ''), 'the mail about the reset');
  t.same(mail.envelope.to, ['anna@acme.example']);
});

t.test('the shell takes it away too', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna');
  await withTotp(anna);
  const url = new URL(await api.app.listen({ host: '127.0.0.1', port: 0 }));
  const client = createApi({ kind: 'url', url, token: await api.token(['admin']) });
  const said: string[] = [];
  const terminal = { result: (_: unknown, text: string) => void said.push(text) } as Terminal;
  const user = new Command('user').exitOverride();
  addUserAccess(
    user,
    (work) =>
      async (...args) =>
        void (await work({ api: client, terminal }, ...args)),
  );
  await user.parseAsync(['reset-2fa', 'anna'], { from: 'user' });
  t.same(said, ['anna has no second factor any more; the password alone is enough now']);
  t.match(await login(api, anna), { state: 'in' });
  await t.rejects(user.parseAsync(['reset-2fa', 'nobody'], { from: 'user' }), { code: 'NOT_FOUND' });
});

t.test('another contact gets no codes before they arrived there', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const anna = await createPerson(api, companyId, 'anna', { personalContact: 'a@home.example', codeByContact: true });
  t.equal((await anna.call('GET', FACTOR)).body.contact, true);
  await api.call('PATCH', `/users/${anna.id}`, { body: { personalContact: 'b@home.example' } });
  t.equal((await anna.call('GET', FACTOR)).body.contact, false);
});

t.test('nobody resets a stranger, an operator, or who may do more', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const { id: otherId } = await api.company('other');
  const boss = await createPerson(api, companyId, 'boss', { role: 'administrator' });
  const stranger = await createPerson(api, otherId, 'stranger');
  const operator = await createPerson(api, companyId, 'operator', { isOperator: true });
  const anna = await createPerson(api, companyId, 'anna');
  for (const person of [stranger, operator, boss]) await withTotp(person);
  const reset = (who: Person, whom: Person) => who.call('POST', `/users/${whom.id}/reset-second-factor`);
  t.match(await reset(boss, stranger), { status: 404, body: { code: 'NOT_FOUND' } });
  t.match(await reset(boss, operator), { status: 403, body: { code: 'RIGHTS_NOT_HELD' } });
  t.match(await reset(anna, boss), { status: 403, body: { code: 'FORBIDDEN' } });
  const helper = await api.token(['users:write'], { companyId });
  const byHelper = await api.call('POST', `/users/${boss.id}/reset-second-factor`, { token: helper });
  t.match(byHelper, { status: 403, body: { code: 'RIGHTS_NOT_HELD' } });
  t.equal((await api.call('POST', `/users/${operator.id}/reset-second-factor`)).status, 200, 'a global token may');
  t.equal((await stranger.call('GET', FACTOR)).body.totp, true);
});
