import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { createTestApp, type Json, PUBLIC_URL, type TestApp } from '../support/app.ts';
import { PASSWORD } from '../support/logins.ts';
import { startMailer } from '../support/mailer.ts';
import { createPerson } from '../support/people.ts';
import { startSmtp, type TestSmtp } from '../support/smtp.ts';

const NEW_PASSWORD = 'nine brown kettles sing';
const names = { firstName: 'Cleo', lastName: 'Diaz' };

/** The app of a company with an administrator, and a server that gets its mails. */
async function setUp(t: Test) {
  const api = await createTestApp(t);
  const smtp = await startSmtp(t);
  startMailer(t, api.db, { smtp, folder: api.folder });
  const { id: companyId } = await api.company('acme', { name: 'Acme Inc' });
  const boss = await createPerson(api, companyId, 'boss', { role: 'administrator', firstName: 'Bea', lastName: 'Ott' });
  return { api, smtp, companyId, boss };
}

/** The token of the nth mail to somebody, taken out of the link as a browser's page would. */
async function tokenFor(smtp: TestSmtp, address: string, nth = 1): Promise<string> {
  const isIt = () => smtp.mails.filter(({ envelope }) => envelope.to[0] === address).length >= nth;
  await smtp.waitFor(isIt, `mail ${nth} to ${address}`);
  const mail = smtp.mails.filter(({ envelope }) => envelope.to[0] === address)[nth - 1];
  const link = new URL(mail?.links[0] ?? '');
  return new URLSearchParams(link.hash.slice(1)).get('token') ?? '';
}

const anonymous = { headers: { authorization: '' } };
const look = (api: TestApp, token: string) => api.call('POST', '/invitations/look', { ...anonymous, body: { token } });
const accept = (api: TestApp, token: string, more: Json = {}) =>
  api.call('POST', '/invitations/accept', {
    ...anonymous,
    body: { token, ...names, password: NEW_PASSWORD, ...more },
  });
const login = (api: TestApp, username: string, password = NEW_PASSWORD) =>
  api.call('POST', '/login', { ...anonymous, body: { username, password } });

t.test('somebody is invited, follows the link of the mail, and logs in', async (t) => {
  const { api, smtp, companyId, boss } = await setUp(t);
  const made = await boss.call('POST', '/invitations', { email: 'Cleo@acme.example', language: 'fr' });
  t.match(made, { status: 201, body: { companyId, state: 'pending', sent: 1, invitedBy: 'user:boss', userId: null } });
  t.equal(made.headers.location, `/api/v1/invitations/${made.body.id}`);
  const mail = await smtp.waitFor(({ envelope }) => envelope.to[0] === 'Cleo@acme.example', 'the invitation');
  t.match(mail.text, /Bea Ott/);
  t.match(mail.text, /Acme Inc/);
  t.same(mail.links.length, 1);
  t.match(mail.links[0], new RegExp(`^${PUBLIC_URL}/invite#token=[A-Za-z0-9_-]{43}$`));
  const token = await tokenFor(smtp, 'Cleo@acme.example');

  const seen = await look(api, token);
  t.match(seen, {
    status: 200,
    body: { companyName: 'Acme Inc', email: 'Cleo@acme.example', needsLogin: false, username: null },
  });
  const accepted = await accept(api, token, { timezone: 'Europe/Paris' });
  t.match(accepted, { status: 200, body: { username: 'Cleo@acme.example' } });
  t.match(await login(api, 'cleo@ACME.example'), { status: 200, body: { state: 'in' } });
  const user = await api.db.read.user.findUniqueOrThrow({
    where: { username: 'Cleo@acme.example' },
    include: { roles: { include: { role: true } } },
  });
  t.match(user, {
    ...names,
    state: 'active',
    companyId,
    email: 'Cleo@acme.example',
    language: 'fr',
    timezone: 'Europe/Paris',
  });
  t.same(
    user.roles.map(({ role }) => role.builtIn),
    ['user'],
  );
  const done = await boss.call('GET', `/invitations/${made.body.id}`);
  t.match(done.body, { state: 'accepted', userId: user.id });
  const actions = (await api.call('GET', '/activity?limit=500')).body.items.map((one: Json) => one.action);
  for (const action of ['invitation.created', 'invitation.accepted', 'user.created'])
    t.ok(actions.includes(action), action);

  const stored = JSON.stringify([
    await api.db.read.invitation.findMany(),
    await api.db.read.auditEvent.findMany(),
    await api.db.read.mail.findMany(),
  ]);
  for (const secret of [token, NEW_PASSWORD]) t.notMatch(stored + api.logged.join(''), secret);
  t.match(stored, createHash('sha256').update(token).digest('hex'), 'the hash is kept');
});

t.test('of fifty who follow one link at once, one gets in', async (t) => {
  const { api, smtp, boss } = await setUp(t);
  await boss.call('POST', '/invitations', { email: 'cleo@acme.example' });
  const token = await tokenFor(smtp, 'cleo@acme.example');
  const before = await api.db.read.user.count();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => accept(api, token, { username: `cleo-${n}` })),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  t.equal(answers.filter(({ body }) => body.code === 'LINK_INVALID').length, 49);
  t.equal(await api.db.read.user.count(), before + 1);
});

t.test('unknown, used, revoked and expired links are told alike', async (t) => {
  const { api, smtp, boss } = await setUp(t);
  const tokenOf = async (email: string) => {
    const { body } = await boss.call('POST', '/invitations', { email });
    return { id: body.id, token: await tokenFor(smtp, email) };
  };
  const used = await tokenOf('used@acme.example');
  t.equal((await accept(api, used.token)).status, 200);
  const revoked = await tokenOf('revoked@acme.example');
  t.match(await boss.call('POST', `/invitations/${revoked.id}/revoke`), { status: 200, body: { state: 'revoked' } });
  const over = await tokenOf('over@acme.example');
  await api.db.write((tx) =>
    tx.invitation.update({ where: { id: over.id }, data: { expiresAt: new Date(Date.now() - 1) } }),
  );
  t.match((await boss.call('GET', `/invitations/${over.id}`)).body, { state: 'expired' });
  const session = (await login(api, 'used@acme.example')).body.token;
  const texts = new Set<string>();
  for (const token of ['x'.repeat(43), used.token, revoked.token, over.token]) {
    const answers = [
      await look(api, token),
      await accept(api, token),
      await api.call('POST', '/me/invitations/accept', { token: session, body: { token } }),
    ];
    for (const { status, body } of answers) {
      t.equal(status, 410);
      const { instance: _, ...problem } = body;
      texts.add(JSON.stringify(problem));
    }
  }
  t.equal(texts.size, 1);
  for (const { id } of [used, revoked]) {
    for (const verb of ['resend', 'revoke']) {
      const answer = await boss.call('POST', `/invitations/${id}/${verb}`);
      t.match(answer, { status: 409, body: { code: 'INVITATION_STATE_INVALID' } });
    }
  }
  const listed = await boss.call('GET', '/invitations?state=expired');
  t.match(listed.body, { total: 1, items: [{ id: over.id }] });
});

t.test('a new mail has a new link, once a minute, and the old link is dead', async (t) => {
  const { api, smtp, boss } = await setUp(t);
  const { id } = (await boss.call('POST', '/invitations', { email: 'cleo@acme.example' })).body;
  const old = await tokenFor(smtp, 'cleo@acme.example');
  const early = await boss.call('POST', `/invitations/${id}/resend`);
  t.match(early, { status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
  t.equal((await look(api, old)).status, 200);
  const age = () =>
    api.db.write((tx) => tx.invitation.update({ where: { id }, data: { updatedAt: new Date(Date.now() - 61_000) } }));
  await age();
  t.match(await boss.call('POST', `/invitations/${id}/resend`), { status: 200, body: { sent: 2, state: 'pending' } });
  const token = await tokenFor(smtp, 'cleo@acme.example', 2);
  t.not(token, old);
  t.equal((await look(api, old)).status, 410);
  await age();
  await api.db.write((tx) => tx.invitation.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } }));
  t.equal((await boss.call('POST', `/invitations/${id}/resend`)).status, 200, 'an expired one is renewed');
  t.equal((await accept(api, await tokenFor(smtp, 'cleo@acme.example', 3))).status, 200);
});

t.test('members, pending invitations and foreign domains are recognised, however they are capitalized', async (t) => {
  const { api, companyId, boss } = await setUp(t);
  await createPerson(api, companyId, 'anna', { email: 'anna@acme.example' });
  const invited = (email: string) => boss.call('POST', '/invitations', { email });
  t.match(await invited('ANNA@acme.example'), { status: 409, body: { code: 'ALREADY_MEMBER' } });
  const { id } = (await invited('cleo@acme.example')).body;
  t.match(await invited('Cleo@Acme.Example'), { status: 409, body: { code: 'INVITATION_EXISTS', details: { id } } });
  await boss.call('POST', `/invitations/${id}/revoke`);
  t.equal((await invited('cleo@acme.example')).status, 201, 'after it was revoked');
  const only = { allowedDomains: JSON.stringify(['acme.example']) };
  await api.db.write((tx) => tx.company.update({ where: { id: companyId }, data: only }));
  t.match(await invited('eve@evil.example'), { status: 422, body: { code: 'DOMAIN_NOT_ALLOWED' } });
  t.match(await invited('eve@sub.acme.example'), { status: 422, body: { code: 'DOMAIN_NOT_ALLOWED' } });
  t.equal((await invited('fay@ACME.example')).status, 201);
  const byOperator = await api.call('POST', '/invitations', { body: { companyId, email: 'x@evil.example' } });
  t.match(byOperator, { status: 422, body: { code: 'DOMAIN_NOT_ALLOWED' } }, 'whoever invites');
});

t.test('a user invites users; other roles are for who may give them, and has them', async (t) => {
  const { api, smtp, companyId, boss } = await setUp(t);
  const anna = await createPerson(api, companyId, 'anna');
  const role = async (name: string, permissions: string[]) =>
    (await boss.call('POST', '/roles', { name, permissions })).body.id;
  const lines = await role('Lines', ['lines:write']);
  const numbers = await role('Numbers', ['numbers:write']);
  const { id: userRole } = await api.db.read.role.findFirstOrThrow({ where: { companyId, builtIn: 'user' } });
  const { id: adminRole } = await api.db.read.role.findFirstOrThrow({ where: { companyId, builtIn: 'administrator' } });
  let count = 0;
  const invite = (token: string, roleIds: string[]) =>
    api.call('POST', '/invitations', { token, body: { email: `p${++count}@acme.example`, roleIds } });
  t.equal((await invite(anna.token, [userRole])).status, 201);
  t.match(await invite(anna.token, [lines]), { status: 403, body: { code: 'FORBIDDEN' } });
  const helper = await api.token(['users:invite', 'roles:write', 'lines:write'], { companyId });
  t.equal((await invite(helper, [lines])).status, 201);
  for (const roleIds of [[numbers], [adminRole], [lines, adminRole]]) {
    t.match(await invite(helper, roleIds), { status: 403, body: { code: 'RIGHTS_NOT_HELD' } });
  }
  const { id: otherId } = await api.company('other');
  const foreign = await api.db.read.role.findFirstOrThrow({ where: { companyId: otherId, builtIn: 'user' } });
  t.match(await invite(boss.token, [foreign.id]), { status: 422, body: { code: 'REFERENCE_INVALID' } });
  t.match(await invite(boss.token, ['nothing']), { status: 422, body: { code: 'REFERENCE_INVALID' } });
  t.equal((await invite(boss.token, [adminRole, lines])).status, 201);
  const address = `p${count}@acme.example`;
  await accept(api, await tokenFor(smtp, address));
  const user = await api.db.read.user.findUniqueOrThrow({ where: { username: address }, include: { roles: true } });
  t.same(user.roles.map(({ roleId }) => roleId).sort(), [adminRole, lines].sort());
});

t.test('whoever only invites looks after his own invitations', async (t) => {
  const { api, companyId, boss } = await setUp(t);
  const anna = await createPerson(api, companyId, 'anna');
  const ofBoss = (await boss.call('POST', '/invitations', { email: 'one@acme.example' })).body.id;
  const ofAnna = (await anna.call('POST', '/invitations', { email: 'two@acme.example' })).body.id;
  t.equal((await anna.call('POST', `/invitations/${ofBoss}/revoke`)).status, 403);
  t.equal((await anna.call('POST', `/invitations/${ofAnna}/revoke`)).status, 200);
  t.equal((await anna.call('GET', '/invitations')).body.total, 2);
});

t.test('invitations of another company do not exist', async (t) => {
  const { api, boss } = await setUp(t);
  const { id: otherId } = await api.company('other');
  const eve = await createPerson(api, otherId, 'eve', { role: 'administrator' });
  const { id } = (await boss.call('POST', '/invitations', { email: 'one@acme.example' })).body;
  t.equal((await eve.call('GET', '/invitations')).body.total, 0);
  t.equal((await eve.call('GET', `/invitations/${id}`)).status, 404);
  for (const verb of ['resend', 'revoke']) t.equal((await eve.call('POST', `/invitations/${id}/${verb}`)).status, 404);
  t.equal((await eve.call('POST', `/users/${boss.id}/invite`)).status, 404);
  const { companyId } = (await boss.call('GET', `/invitations/${id}`)).body;
  t.equal((await eve.call('POST', '/invitations', { companyId, email: 'x@acme.example' })).status, 422);
});

t.test('who has an account joins the further company with it', async (t) => {
  const { api, smtp, companyId, boss } = await setUp(t);
  const { id: otherId } = await api.company('other');
  const guest = await createPerson(api, otherId, 'guest@other.example');
  const eve = await createPerson(api, otherId, 'eve');
  const byEmail = await createPerson(api, otherId, 'kim', { email: 'Kim@other.example' });
  await boss.call('POST', '/invitations', { email: 'Guest@other.example' });
  const token = await tokenFor(smtp, 'Guest@other.example');
  t.match((await look(api, token)).body, { needsLogin: true });
  t.match(await accept(api, token), { status: 409, body: { code: 'INVITATION_NEEDS_LOGIN' } });
  t.equal((await look(api, token)).status, 200, 'the link is not used up');
  t.match(await eve.call('POST', '/me/invitations/accept', { token }), { status: 403, body: { code: 'FORBIDDEN' } });
  const joined = await guest.call('POST', '/me/invitations/accept', { token });
  t.match(joined, { status: 200, body: { companyId } });
  t.equal((await guest.call('POST', '/me/company', { companyId })).status, 204);
  t.equal((await guest.call('POST', '/me/invitations/accept', { token })).status, 410);
  const again = await boss.call('POST', '/invitations', { email: 'guest@other.example' });
  t.match(again, { status: 409, body: { code: 'ALREADY_MEMBER' } });
  await boss.call('POST', '/invitations', { email: 'kim@other.example' });
  const other = await tokenFor(smtp, 'kim@other.example');
  t.equal((await byEmail.call('POST', '/me/invitations/accept', { token: other })).status, 200);
});

t.test('a name that somebody else has is taken', async (t) => {
  const { api, smtp, companyId, boss } = await setUp(t);
  await createPerson(api, companyId, 'anna');
  await boss.call('POST', '/invitations', { email: 'cleo@acme.example' });
  const token = await tokenFor(smtp, 'cleo@acme.example');
  t.match(await accept(api, token, { username: 'ANNA' }), { status: 409, body: { code: 'USERNAME_TAKEN' } });
  t.match(await accept(api, token, { username: 'cleo' }), { status: 200, body: { username: 'cleo' } });
  t.match(await login(api, 'cleo'), { body: { state: 'in' } });
});

t.test('a weak password or PIN costs nothing: the link goes on working', async (t) => {
  const { api, smtp, boss } = await setUp(t);
  await boss.call('POST', '/invitations', { email: 'cleo@acme.example' });
  const token = await tokenFor(smtp, 'cleo@acme.example');
  t.match(await accept(api, token, { password: 'password1234567' }), { status: 422, body: { code: 'PASSWORD_WEAK' } });
  t.match(await accept(api, token, { password: 'cleo@acme.example' }), {
    status: 422,
    body: { code: 'PASSWORD_WEAK' },
  });
  t.match(await accept(api, token, { phonePin: '1234', phonePinConfirmation: '1234' }), { body: { code: 'PIN_WEAK' } });
  t.match(await accept(api, token, { phonePin: '8362' }), { status: 400 });
  t.match(await accept(api, token, { phonePin: '8362', phonePinConfirmation: '8363' }), { status: 400 });
  t.match(await accept(api, token, { phonePin: '836', phonePinConfirmation: '836' }), { status: 400 });
  t.equal((await accept(api, token, { phonePin: '836291', phonePinConfirmation: '836291' })).status, 200);
  const { id, phonePinSealed } = await api.db.read.user.findUniqueOrThrow({ where: { username: 'cleo@acme.example' } });
  t.equal(api.db.seal.open(phonePinSealed ?? '', `User:${id}`), '836291');
  t.notMatch(api.logged.join(''), /\b836291\b/);
});

t.test('an account that waits is opened by its own invitation, and by no other', async (t) => {
  const { api, smtp, companyId, boss } = await setUp(t);
  const waiting = await createPerson(api, companyId, 'cleo', {
    state: 'invited',
    passwordHash: null,
    email: 'c@acme.example',
  });
  const made = await boss.call('POST', `/users/${waiting.id}/invite`);
  t.match(made, { status: 201, body: { email: 'c@acme.example', userId: waiting.id } });
  const token = await tokenFor(smtp, 'c@acme.example');
  t.match((await look(api, token)).body, { username: 'cleo', needsLogin: false });
  t.match(await boss.call('POST', `/users/${waiting.id}/invite`), { status: 409, body: { code: 'INVITATION_EXISTS' } });
  const update = (data: Json) => api.db.write((tx) => tx.user.update({ where: { id: waiting.id }, data }));
  await update({ email: 'elsewhere@acme.example' });
  t.equal((await accept(api, token)).status, 410, 'the address was corrected: this mail went to somebody else');
  await update({ email: 'c@acme.example', state: 'disabled' });
  t.equal((await accept(api, token)).status, 410, 'it does not wait any more');
  await update({ state: 'invited' });
  t.match(await accept(api, token, { username: 'other' }), { status: 200, body: { username: 'cleo' } });
  t.match(await login(api, 'cleo'), { body: { state: 'in' } });
  t.match(await api.db.read.user.findUniqueOrThrow({ where: { id: waiting.id } }), { ...names, state: 'active' });
  t.match(await boss.call('POST', `/users/${waiting.id}/invite`), {
    status: 409,
    body: { code: 'USER_STATE_INVALID' },
  });
  const bare = await createPerson(api, companyId, 'bare', { state: 'invited', passwordHash: null });
  t.match(await boss.call('POST', `/users/${bare.id}/invite`), { status: 409, body: { code: 'CONTACT_MISSING' } });

  const second = await createPerson(api, companyId, 'dan', {
    state: 'invited',
    passwordHash: null,
    email: 'd@acme.example',
  });
  const byAddress = await boss.call('POST', '/invitations', { email: 'D@acme.example' });
  t.equal(byAddress.body.userId, second.id, 'an address that waits is not made a second account');

  const eli = { username: 'eli', firstName: 'Eli', lastName: 'Wood', email: 'e@acme.example' };
  const created = await boss.call('POST', '/users', eli);
  t.equal((await boss.call('POST', `/users/${created.body.id}/invite`)).status, 201);
  t.equal((await accept(api, await tokenFor(smtp, 'e@acme.example'))).status, 200, 'as one that an administrator made');
  t.match(await login(api, 'eli'), { body: { state: 'in', userId: created.body.id } });
});

t.test('no header of a request changes a byte of the link', async (t) => {
  const { smtp, boss } = await setUp(t);
  const hostile = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'x-forwarded-port': '666',
    'x-forwarded-for': 'evil.example',
    'x-original-url': 'http://evil.example/',
    'x-host': 'evil.example',
    forwarded: 'host=evil.example;proto=http',
    origin: 'https://evil.example',
    referer: 'https://evil.example/',
    authorization: `Bearer ${boss.token}`,
  };
  const made = await boss.call('POST', '/invitations', { email: 'cleo@acme.example' }, { headers: hostile });
  t.equal(made.status, 201);
  const mail = await smtp.waitFor(({ envelope }) => envelope.to[0] === 'cleo@acme.example', 'the invitation');
  const token = await tokenFor(smtp, 'cleo@acme.example');
  t.equal(mail.links[0], `${PUBLIC_URL}/invite#token=${token}`);
  t.notMatch(mail.raw, /evil/);
});

t.test('a dry run mails nobody, and a repeated request invites once', async (t) => {
  const { api, boss } = await setUp(t);
  const body = { email: 'cleo@acme.example' };
  t.match(await boss.call('POST', '/invitations?dryRun=true', body), { status: 200, body: { dryRun: true } });
  t.equal(await api.db.read.mail.count(), 0);
  const once = { headers: { 'idempotency-key': 'one' } };
  const first = await boss.call('POST', '/invitations', body, once);
  const second = await boss.call('POST', '/invitations', body, once);
  t.same(second.body, first.body);
  t.equal(await api.db.read.mail.count(), 1);
});

t.test('the password of somebody who is in does not open an invitation', async (t) => {
  const { api, smtp, boss } = await setUp(t);
  await boss.call('POST', '/invitations', { email: 'cleo@acme.example' });
  const token = await tokenFor(smtp, 'cleo@acme.example');
  t.equal((await login(api, 'cleo@acme.example', PASSWORD)).status, 401, 'there is no account before it was accepted');
  t.equal((await accept(api, token)).status, 200);
});
