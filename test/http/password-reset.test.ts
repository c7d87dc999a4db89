import t from 'tap';
import { PUBLIC_URL } from '../support/app.ts';
import { PASSWORD, people } from '../support/logins.ts';
import { startMailer } from '../support/mailer.ts';
import { startSmtp } from '../support/smtp.ts';

const NEXT = 'harbour lights at noon';

async function world(t: Parameters<typeof people>[0]) {
  const all = await people(t);
  const smtp = await startSmtp(t);
  startMailer(t, all.api.db, { smtp, folder: all.api.folder });
  const ask = (username: string, headers: Record<string, string> = {}) =>
    all.api.call('POST', '/password-reset', { body: { username }, headers });
  const confirm = (token: string, password = NEXT) =>
    all.api.call('POST', '/password-reset/confirm', { body: { token, password } });
  const mailTo = (to: string, subject?: RegExp) =>
    smtp.waitFor((mail) => mail.envelope.to.includes(to) && (subject?.test(mail.subject ?? '') ?? true));
  return { ...all, smtp, ask, confirm, mailTo };
}

/** The link of a mail, taken apart as a page would. */
function linkOf(text: string | undefined): { link: string; token: string } {
  const link = /https?:\S+#token=\S+/.exec(text ?? '')?.[0] ?? '';
  return { link, token: link.split('#token=')[1] ?? '' };
}

t.test('a link by mail sets a new password once, and throws everybody off', async (t) => {
  const { api, acme, make, login, ask, confirm, mailTo } = await world(t);
  await api.call('PATCH', `/companies/${acme.id}`, { body: { noticeEmail: 'notice@acme.example' } });
  await make('anna@acme.example', { role: 'administrator', firstName: 'Anna' });
  const before = await login('anna@acme.example');
  t.match(await ask('Anna@Acme.Example'), { status: 202 });
  const mail = await mailTo('anna@acme.example');
  t.match(mail.text, /Anna/);
  const { link, token } = linkOf(mail.text);
  t.ok(link.startsWith(`${PUBLIC_URL}/reset#token=`), 'the address comes from the settings');
  t.match((await mailTo('notice@acme.example')).text, /anna@acme\.example/, 'the company hears of it');
  t.match(await confirm(token, 'short'), { status: 422, body: { code: 'PASSWORD_WEAK' } });
  const many = await Promise.all(Array.from({ length: 20 }, () => confirm(token)));
  t.same(many.map(({ status }) => status).sort(), [204, ...Array(19).fill(410)], 'twenty follow it, one gets through');
  t.match(await confirm(token), { status: 410, body: { code: 'LINK_INVALID' } });
  t.equal((await api.call('GET', '/me', { token: before.body.token })).status, 401);
  t.equal((await login('anna@acme.example')).status, 401);
  t.equal((await login('anna@acme.example', NEXT)).status, 200);
});

t.test('nobody learns from a reset who has an account', async (t) => {
  const { api, make, ask } = await world(t);
  await make('anna@acme.example', {});
  const plain = ({ status, text, headers }: Awaited<ReturnType<typeof ask>>) => {
    const { date: _date, 'x-request-id': _id, ...others } = headers;
    return { status, text, others };
  };
  t.same(plain(await ask('anna@acme.example')), plain(await ask('nobody@acme.example')));
  t.same(plain(await ask('anna@acme.example')), plain(await ask('nobody')), 'nor from asking again');
  t.equal(await api.db.read.oneTimeToken.count({ where: { purpose: 'reset' } }), 1);
});

t.test('what a request says of its host does not reach the mail', async (t) => {
  const { make, ask, mailTo } = await world(t);
  await make('anna@acme.example', {});
  const hostile = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example;proto=https',
  };
  t.equal((await ask('anna@acme.example', hostile)).status, 202);
  const mail = await mailTo('anna@acme.example');
  t.notMatch(`${mail.text} ${mail.html} ${mail.subject}`, /evil/);
  t.ok(linkOf(mail.text).link.startsWith(PUBLIC_URL));
});

t.test('a new link ends the one before, and time ends each', async (t) => {
  const { api, make, confirm, mailTo, smtp } = await world(t);
  const id = await make('anna', { email: 'anna@acme.example' });
  const send = () => api.call('POST', `/users/${id}/reset-password`, { body: { method: 'link' } });
  t.equal((await send()).status, 200);
  const first = linkOf((await mailTo('anna@acme.example')).text).token;
  t.equal((await send()).status, 200);
  const mails = await smtp.waitFor((mail) => mail.text !== undefined && linkOf(mail.text).token !== first);
  const second = linkOf(mails.text).token;
  t.equal((await confirm(first)).status, 410);
  const row = await api.db.read.oneTimeToken.findFirstOrThrow({ where: { purpose: 'reset' } });
  t.equal(row.expiresAt.getTime() - row.createdAt.getTime(), 40 * 60_000, 'forty minutes');
  t.notMatch(JSON.stringify(row), second, 'the link is not in the database');
  await api.db.write((tx) => tx.oneTimeToken.updateMany({ data: { expiresAt: new Date() } }));
  t.equal((await confirm(second)).status, 410);
});

t.test('an administrator shows a new password once, or has a temporary one mailed', async (t) => {
  const { api, make, login, mailTo } = await world(t);
  const id = await make('anna', { email: 'anna@acme.example' });
  const before = await login('anna');
  const shown = await api.call('POST', `/users/${id}/reset-password`, { body: { method: 'show' } });
  t.match(shown, { status: 200, body: { method: 'show', password: /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/ } });
  t.equal((await api.call('GET', '/me', { token: before.body.token })).status, 401, 'thrown off');
  t.equal((await login('anna')).status, 401);
  const { token } = (await login('anna', shown.body.password)).body;
  t.match(await api.call('GET', '/me', { token }), { body: { restriction: 'password' } });
  const change = { current: shown.body.password, password: NEXT };
  t.equal((await api.call('POST', '/me/password', { token, body: change })).status, 204);

  t.equal((await api.call('POST', `/users/${id}/reset-password`, { body: { method: 'mail' } })).status, 200);
  const mail = await mailTo('anna@acme.example', /emporary/);
  const password = /[a-z2-9]{5}(-[a-z2-9]{5}){3}/.exec(mail.text ?? '')?.[0] ?? '';
  t.match((await login('anna', password)).body, { state: 'in' });
  await api.db.write((tx) => tx.user.updateMany({ data: { passwordExpiresAt: new Date() } }));
  t.match(await login('anna', password), { status: 403, body: { code: 'PASSWORD_EXPIRED' } });
  const sent = await api.db.read.mail.findMany({ where: { template: 'temporary-password' } });
  t.same(
    sent.map(({ dataSealed }) => dataSealed),
    [null],
    'what was sent is kept nowhere',
  );
});

t.test('who has no address, or is disabled, gets no mail', async (t) => {
  const { api, make, ask } = await world(t);
  const nobody = await make('anna', {});
  const off = await make('off@acme.example', { state: 'disabled' });
  const link = { body: { method: 'link' } };
  t.match(await api.call('POST', `/users/${nobody}/reset-password`, link), {
    status: 409,
    body: { code: 'CONTACT_MISSING' },
  });
  for (const method of ['link', 'show', 'mail']) {
    const answer = await api.call('POST', `/users/${off}/reset-password`, { body: { method } });
    t.match(answer, { status: 409, body: { code: 'USER_STATE_INVALID' } }, method);
  }
  await ask('off@acme.example');
  await ask('anna');
  t.equal(await api.db.read.mail.count(), 0);
});

t.test('a reset opens what failed logins have locked', async (t) => {
  const { api, make, login, confirm, mailTo } = await world(t);
  const id = await make('anna', { email: 'anna@acme.example', state: 'locked' });
  t.match(await login('anna', PASSWORD), { status: 403 });
  await api.call('POST', `/users/${id}/reset-password`, { body: { method: 'link' } });
  t.equal((await confirm(linkOf((await mailTo('anna@acme.example')).text).token)).status, 204);
  t.equal((await login('anna', NEXT)).status, 200);
});
