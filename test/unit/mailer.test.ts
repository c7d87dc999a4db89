import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import pino from 'pino';
import t, { type Test } from 'tap';
import { loadConfig } from '../../src/config.ts';
import { createMailer } from '../../src/mailer.ts';
import type { Database } from '../../src/store/database.ts';
import { cancelMail, forgetMails, retryDelay, retryMail } from '../../src/store/mail-delivery.ts';
import { enqueueMail, type NewMail } from '../../src/store/mail-queue.ts';
import { until } from '../support/asterisk.ts';
import { openStore } from '../support/imports.ts';
import { startMailer, type TestMailerOptions } from '../support/mailer.ts';
import { startSmtp } from '../support/smtp.ts';

const LINK = 'https://pbx.example.org/reset/abc-123';
const MAIL: NewMail = {
  to: 'anna@acme.example',
  template: 'password-reset',
  language: 'de-CH',
  data: { firstName: 'Anna', link: LINK, minutes: '40' },
  companyId: null,
  userId: null,
};

/** A store, its queue, a clock that stands, and a log that is kept. */
async function setup(t: Test) {
  const folder = t.testdir();
  let db: Database = await openStore(folder);
  t.teardown(() => db.close());
  // The queue stamps with the real time; ours starts later.
  let now = Date.now() + 60_000;
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  return {
    folder,
    logged,
    get db() {
      return db;
    },
    pass(ms: number) {
      now += ms;
    },
    async reopen() {
      await db.close();
      db = await openStore(folder);
    },
    queue: (more: Partial<NewMail> = {}) => db.write((tx) => enqueueMail(tx, db.seal, { ...MAIL, ...more })),
    row: (id: string) => db.read.mail.findUniqueOrThrow({ where: { id } }),
    mailer: (options: Omit<TestMailerOptions, 'folder'> = {}) =>
      startMailer(t, db, { folder, now: () => now, log, ...options }),
    until: (id: string, state: string) =>
      until(async () => {
        const row = await db.read.mail.findUniqueOrThrow({ where: { id } });
        return row.state === state ? row : undefined;
      }, `the mail to be ${state}`),
    /** Until so many attempts are on record. */
    attempted: (id: string, attempts: number) =>
      until(async () => {
        const row = await db.read.mail.findUniqueOrThrow({ where: { id } });
        return row.attempts === attempts ? row : undefined;
      }, `${attempts} attempts`),
  };
}

t.test('a queued mail arrives in the language of its reader, and what it said is forgotten', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t, { login: { username: 'lk', password: 'smtp-secret-word' } });
  test.mailer({ smtp });
  const id = await test.queue();
  t.match(await test.until(id, 'sent'), { attempts: 1, error: null, dataSealed: null, endedAt: Date });
  const [mail] = smtp.mails;
  t.match(mail, { subject: 'Neues Passwort festlegen', links: [LINK] });
  t.match(mail?.envelope, { from: 'linekeeper@pbx.example.org', to: ['anna@acme.example'] });
  t.match(mail?.from?.text, '"Linekeeper" <linekeeper@pbx.example.org>');
  t.ok(mail?.html !== false && mail?.html?.includes(LINK));
  t.match(mail?.messageId, /^<[0-9a-f-]{36}@pbx\.example\.org>$/);
  t.equal(mail?.headers.get('auto-submitted'), 'auto-generated');
  t.notMatch(test.logged.join(''), /smtp-secret-word|abc-123|anna@/);
});

t.test('a mail that is queued later is seen without being told of, and at once with a poke', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  const mailer = test.mailer({ smtp });
  await test.queue({ to: 'first@acme.example' });
  await smtp.waitFor(({ envelope }) => envelope.to[0] === 'first@acme.example');
  await test.queue({ to: 'second@acme.example' });
  mailer.poke();
  await smtp.waitFor(({ envelope }) => envelope.to[0] === 'second@acme.example');
});

t.test('many mails go over few connections, each to its reader alone', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  const ids = [];
  for (let n = 0; n < 120; n++) ids.push(await test.queue({ to: `u${n}@acme.example` }));
  test.mailer({ smtp });
  await until(async () => (await test.db.read.mail.count({ where: { state: 'sent' } })) === ids.length, 'all mails');
  t.equal(smtp.mails.length, ids.length);
  t.equal(new Set(smtp.mails.map(({ envelope }) => envelope.to.join())).size, ids.length);
  t.equal(new Set(smtp.mails.map(({ messageId }) => messageId)).size, ids.length);
});

t.test('a server that says later is asked again after growing delays, as the same mail', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t, { faults: { refuseFirst: 3 } });
  const mailer = test.mailer({ smtp });
  const id = await test.queue();
  const waits = [];
  for (let attempts = 1; attempts <= 3; attempts++) {
    const row = await test.attempted(id, attempts);
    t.match(row, { state: 'waiting', error: /451 come again later/ });
    waits.push(row.nextAttemptAt);
    test.pass(retryDelay(attempts) - 1);
    mailer.poke();
    test.pass(1);
    mailer.poke();
  }
  const [first = 0, second = 0, third = 0] = waits.map((at) => at.getTime());
  t.same([second - first, third - second], [90_000, 270_000], 'the delays grow');
  await test.until(id, 'sent');
  t.equal(smtp.attempts, 4);
  t.equal(smtp.mails.length, 1);
});

t.test('the delays grow up to eight hours', async (t) => {
  t.same([1, 2, 3, 4].map(retryDelay), [30_000, 90_000, 270_000, 810_000]);
  t.equal(retryDelay(11), 8 * 3_600_000);
  t.equal(retryDelay(99), 8 * 3_600_000);
});

t.test('after the last attempt it has failed, until somebody lets it be tried again', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t, { faults: { refuseFirst: 2 } });
  const mailer = test.mailer({ smtp, maxAttempts: 2 });
  const id = await test.queue();
  await test.attempted(id, 1);
  test.pass(retryDelay(1));
  mailer.poke();
  t.match(await test.until(id, 'failed'), { attempts: 2, endedAt: Date, error: /451/ });
  await test.db.write((tx) => retryMail(tx, id));
  mailer.poke();
  t.match(await test.until(id, 'sent'), { attempts: 1, error: null });
});

t.test('a final refusal of the recipient or of the text ends it at once', async (t) => {
  for (const permanent of ['rcpt', 'data'] as const) {
    const test = await setup(t);
    const smtp = await startSmtp(t, { faults: { permanent } });
    test.mailer({ smtp });
    const id = await test.queue();
    t.match(await test.until(id, 'failed'), { attempts: 1, error: /55[04] / }, permanent);
  }
});

t.test('a refused login says nothing of the mail: it waits, and the password is nowhere', async (t) => {
  const test = await setup(t);
  const login = { username: 'lk', password: 'smtp-secret-word' };
  const smtp = await startSmtp(t, { login, faults: { permanent: 'auth' } });
  const mailer = test.mailer({ smtp });
  const id = await test.queue();
  const row = await test.attempted(id, 1);
  t.match(row, { state: 'waiting', error: /535/ });
  t.notMatch(row.error, /smtp-secret-word/);
  t.notMatch(test.logged.join(''), /smtp-secret-word|c210cC1zZWNyZXQtd29yZ/);
  smtp.faults.permanent = undefined;
  test.pass(retryDelay(1));
  mailer.poke();
  await test.until(id, 'sent');
});

t.test('where the settings ask for TLS or a login, a server that offers none gets nothing', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  const base = smtp.settings;
  for (const settings of [
    { ...base, security: 'starttls' },
    { ...base, username: 'lk', password: 'smtp-secret-word' },
  ]) {
    const mailer = test.mailer({ smtp: { ...smtp, settings: settings as typeof base } });
    const id = await test.queue();
    t.match(await test.attempted(id, 1), { state: 'waiting' });
    await mailer.stop();
  }
  t.equal(smtp.attempts, 0);
});

t.test('a server that goes silent is given up on, and the mail tried again', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t, { faults: { hangFirst: 1 } });
  const mailer = test.mailer({ smtp, timeouts: { connect: 2000, greeting: 2000, silence: 300 } });
  const id = await test.queue();
  t.match(await test.attempted(id, 1), { state: 'waiting', error: /[Tt]imeout/ });
  test.pass(retryDelay(1));
  mailer.poke();
  await test.until(id, 'sent');
});

t.test('a mail whose answer was lost is sent again under the same id', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t, { faults: { dropFirst: 1 } });
  const mailer = test.mailer({ smtp });
  const id = await test.queue();
  await test.attempted(id, 1);
  test.pass(retryDelay(1));
  mailer.poke();
  await test.until(id, 'sent');
  const [first, second, ...more] = smtp.mails;
  t.same(more, []);
  t.ok(first?.messageId);
  t.equal(first?.messageId, second?.messageId);
  t.same(first?.date, second?.date);
});

t.test('no server answers: the mail waits', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  test.mailer({ smtp: { ...smtp, settings: { ...smtp.settings, port: 1 } } });
  const id = await test.queue();
  t.match(await test.attempted(id, 1), { state: 'waiting', error: /ECONNREFUSED/ });
});

t.test('what waited at a stop goes out after the next start', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t, { faults: { hangFirst: 1 } });
  const mailer = test.mailer({ smtp });
  const id = await test.queue();
  await smtp.waitFor(() => true);
  await mailer.stop();
  t.match(await test.row(id), { state: 'waiting', attempts: 0 }, 'what was cut off by the stop is no failed attempt');
  await test.reopen();
  test.mailer({ smtp });
  await test.until(id, 'sent');
  t.equal(new Set(smtp.mails.map(({ messageId }) => messageId)).size, 1);
});

t.test('what the database could not note is noted later, and not sent again meanwhile', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  const { db } = test;
  let refusals = 3;
  const write: Database['write'] = (work) => {
    if (refusals-- > 0) return Promise.reject(new Error('the disk is full'));
    return db.write(work);
  };
  const id = await test.queue();
  const mailer = startMailer(t, { ...db, write }, { folder: test.folder, smtp, now: () => Date.now() + 60_000 });
  await until(() => {
    mailer.poke();
    return refusals < 0;
  }, 'the database to take it');
  await test.until(id, 'sent');
  t.equal(smtp.mails.length, 1);
});

t.test('without a server each mail becomes a file of its owner, and the log says which', async (t) => {
  const test = await setup(t);
  test.mailer();
  const id = await test.queue();
  t.match(await test.until(id, 'written'), { dataSealed: null, attempts: 1 });
  const outbox = join(test.folder, 'outbox');
  const [name = '', ...more] = readdirSync(outbox);
  t.same(more, []);
  t.match(name, new RegExp(`^\\d{8}T\\d{6}Z-password-reset-${id}\\.eml$`));
  t.equal(statSync(join(outbox, name)).mode & 0o777, 0o600);
  t.equal(statSync(outbox).mode & 0o777, 0o700);
  const mail = await simpleParser(readFileSync(join(outbox, name)));
  t.match(mail.text, LINK);
  t.match(test.logged.join(''), join(outbox, name));
  t.notMatch(test.logged.join(''), /abc-123|anna@/);
});

t.test('an outbox folder that cannot be written is tried again', async (t) => {
  const test = await setup(t);
  writeFileSync(join(test.folder, 'outbox'), 'a file');
  test.mailer();
  const id = await test.queue();
  t.match(await test.attempted(id, 1), { state: 'waiting', error: /EEXIST|ENOTDIR/ });
});

t.test('a recipient that is not exactly one address is never handed to a server', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  const mailer = test.mailer({ smtp });
  const hostile = [
    'a@acme.example, b@evil.example',
    'a@acme.example\r\nBcc: b@evil.example',
    'Anna <a@acme.example>',
    'a@acme.example> SIZE=1',
    '"a@evil.example"@acme.example',
    'a@b@acme.example',
    'group:a@acme.example;',
    'a b@acme.example',
    '@acme.example',
    'a@',
    '',
    `${'a'.repeat(300)}@acme.example`,
    'a\u0000@acme.example',
    'a\ud800@acme.example',
  ];
  for (const to of hostile) {
    const id = await test.queue({ to });
    mailer.poke();
    t.match(await test.until(id, 'failed'), { error: /recipient/, attempts: 1 }, JSON.stringify(to));
  }
  t.equal(smtp.attempts, 0);
  for (const to of ["o'neil+tag@acme.example", 'jörg@acme.example']) {
    await test.queue({ to });
    mailer.poke();
    await smtp.waitFor(({ envelope }) => envelope.to.join() === to, to);
  }
});

t.test('hostile text reaches neither the headers nor other readers', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  test.mailer({ smtp });
  const evil = 'Eve\r\nBcc: all@evil.example\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>';
  const data = { companyName: evil, inviterName: evil, link: LINK, expires: evil };
  await test.until(await test.queue({ template: 'invitation', language: 'en', data }), 'sent');
  const [mail] = smtp.mails;
  t.same(mail?.envelope.to, ['anna@acme.example']);
  t.notOk(mail?.headers.has('bcc'));
  t.match(mail?.headers.get('content-type'), { value: 'multipart/alternative' });
  t.notMatch(mail?.subject, /[\r\n]/);
  t.notMatch(String(mail?.html), /<script/);
});

t.test('a mail that cannot be rendered fails alone', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  test.mailer({ smtp });
  const broken = await test.queue({ data: {} });
  const stolen = await test.queue();
  await test.db.write((tx) => tx.mail.update({ where: { id: stolen }, data: { dataSealed: 'AAAA' } }));
  const good = await test.queue();
  t.match(await test.until(broken, 'failed'), { error: /undefined variable/ });
  await test.until(stolen, 'failed');
  await test.until(good, 'sent');
});

t.test('a canceled mail never leaves, and only one that waits can be canceled', async (t) => {
  const test = await setup(t);
  const smtp = await startSmtp(t);
  const id = await test.queue();
  await test.db.write((tx) => cancelMail(tx, id));
  t.match(await test.row(id), { state: 'canceled', dataSealed: null });
  await t.rejects(
    test.db.write((tx) => cancelMail(tx, id)),
    { code: 'MAIL_STATE_INVALID' },
  );
  await t.rejects(
    test.db.write((tx) => retryMail(tx, id)),
    { code: 'MAIL_STATE_INVALID' },
  );
  await t.rejects(
    test.db.write((tx) => retryMail(tx, 'none')),
    { code: 'NOT_FOUND' },
  );
  test.mailer({ smtp });
  await test.until(await test.queue({ to: 'other@acme.example' }), 'sent');
  t.equal(smtp.attempts, 1);
});

t.test('what became of mails is forgotten after its time; what waits stays', async (t) => {
  const test = await setup(t);
  const ended = await test.queue();
  const waiting = await test.queue();
  await test.db.write((tx) => cancelMail(tx, ended));
  await test.db.write((tx) => forgetMails(tx, new Date(Date.now() - 1000)));
  t.equal(await test.db.read.mail.count(), 2);
  await test.db.write((tx) => forgetMails(tx, new Date(Date.now() + 1000)));
  t.same(await test.db.read.mail.findMany({ select: { id: true } }), [{ id: waiting }]);
});

t.test('a sender in the settings that is no address is refused at the start', async (t) => {
  const test = await setup(t);
  const { mail } = loadConfig({});
  const make = (from: string, publicUrl = 'http://127.0.0.1:8080') =>
    createMailer({
      db: test.db,
      config: { mail: { ...mail, from }, publicUrl, dataFolder: test.folder },
      log: pino({ level: 'silent' }),
    });
  for (const from of ['nobody', 'a@b.example, c@d.example', 'X <a@b.example>\r\nBcc: c@d.example']) {
    t.throws(() => make(from), { code: 'CONFIG_INVALID' }, from);
  }
  for (const from of ['', 'pbx@acme.example', 'Acme Phones <pbx@acme.example>']) t.doesNotThrow(() => make(from), from);
});
