import t from 'tap';
import { recordAttempt } from '../../src/store/mail-delivery.ts';
import { enqueueMail, type NewMail } from '../../src/store/mail-queue.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { startMailer } from '../support/mailer.ts';
import { startSmtp } from '../support/smtp.ts';

const CODE = '482913';

function queue(api: TestApp, companyId: string | null, more: Partial<NewMail> = {}): Promise<string> {
  const data = { firstName: 'Anna', code: CODE, minutes: '10' };
  const mail = { to: 'anna@acme.example', template: 'login-code', language: 'en', data, userId: null } as const;
  return api.db.write((tx) => enqueueMail(tx, api.db.seal, { ...mail, companyId, ...more }));
}

function fail(api: TestApp, id: string, reason = '550 no such mailbox'): Promise<void> {
  const failed = { ok: false, permanent: true, reason } as const;
  return api.db.write((tx) => recordAttempt(tx, id, failed, { now: new Date(), maxAttempts: 12 }));
}

t.test('mails are listed with their state and without what they say', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const waiting = await queue(api, company.id);
  const failed = await queue(api, company.id, { to: 'ben@acme.example', template: 'password-changed', userId: 'ben' });
  await fail(api, failed);
  const { body, text } = await api.call('GET', '/mails');
  t.match(body.items, [
    { id: failed, state: 'failed', error: '550 no such mailbox', attempts: 1, nextAttemptAt: null, endedAt: String },
    { id: waiting, state: 'waiting', error: null, attempts: 0, nextAttemptAt: String, to: 'anna@acme.example' },
  ]);
  t.notMatch(text, CODE);
  const ids = async (query: string) =>
    (await api.call('GET', `/mails?${query}`)).body.items.map((one: { id: string }) => one.id);
  t.same(await ids('state=failed'), [failed]);
  t.same(await ids('userId=ben'), [failed]);
  t.same(await ids('template=login-code'), [waiting]);
  t.same(await ids('q=ben@'), [failed]);
  t.same(await ids('companyId=none'), []);
  t.match(await api.call('GET', `/mails/${waiting}`), { status: 200, body: { id: waiting, template: 'login-code' } });
  t.equal((await api.call('GET', '/mails?state=lost')).status, 400);
});

t.test('a failed mail is tried again and arrives', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const id = await queue(api, company.id);
  await fail(api, id);
  t.match(await api.call('POST', `/mails/${id}/retry`), { status: 200, body: { state: 'waiting', attempts: 0 } });
  const smtp = await startSmtp(t);
  startMailer(t, api.db, { smtp, folder: api.folder });
  t.match(await smtp.waitFor(() => true), { text: new RegExp(CODE) });
  const events = (await api.call('GET', `/activity?objectId=${id}`)).body.items;
  t.match(events, [{ action: 'mail.retried', companyId: company.id, details: { to: 'anna@acme.example' } }]);
});

t.test('a mail that waits can be canceled, once', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const id = await queue(api, company.id);
  t.match(await api.call('POST', `/mails/${id}/cancel?dryRun=true`), { status: 200, body: { dryRun: true } });
  t.match(await api.call('POST', `/mails/${id}/cancel`), { status: 200, body: { state: 'canceled' } });
  const refused = { status: 409, body: { code: 'MAIL_STATE_INVALID', details: { state: 'canceled' } } };
  t.match(await api.call('POST', `/mails/${id}/cancel`), refused);
  t.match(await api.call('POST', `/mails/${id}/retry`), refused);
});

t.test('mails of others do not exist, and seeing any takes users:write', async (t) => {
  const api = await createTestApp(t);
  const [acme, beta] = [await api.company('acme'), await api.company('beta')];
  const own = await queue(api, acme.id);
  const foreign = await queue(api, beta.id);
  const nobodys = await queue(api, null);
  const token = await api.token(['users:write'], { companyId: acme.id });
  t.match((await api.call('GET', '/mails', { token })).body, { total: 1, items: [{ id: own }] });
  t.equal((await api.call('GET', `/mails?companyId=${beta.id}`, { token })).body.total, 0);
  for (const id of [foreign, nobodys, 'none']) {
    t.equal((await api.call('GET', `/mails/${id}`, { token })).status, 404);
    t.equal((await api.call('POST', `/mails/${id}/retry`, { token })).status, 404);
    t.equal((await api.call('POST', `/mails/${id}/cancel`, { token })).status, 404);
  }
  const reader = await api.token(['read'], { companyId: acme.id });
  t.equal((await api.call('GET', '/mails', { token: reader })).status, 403);
  t.equal((await api.call('GET', `/mails/${own}`, { token: reader })).status, 403);
});
