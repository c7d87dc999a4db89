import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/config.ts';
import { MAIL_LANGUAGES, MAIL_TEMPLATES, type MailTemplate } from '../../src/domain/mail.ts';
import { createRender } from '../../src/mail/render.ts';

const render = createRender(join(packageRoot, 'templates', 'mail'));
const link = 'https://pbx.example.org/reset?token=abc_DEF-123&x=1';
const at = '2026-11-22T20:46:00.000Z';

/** What each template is given, and what must be read in both parts. */
const DATA: Record<MailTemplate, { data: Record<string, string>; shown: string[] }> = {
  invitation: {
    data: { companyName: 'Acme', inviterName: 'Ben Carr', link, expires: at },
    shown: ['Ben Carr', 'Acme'],
  },
  'password-reset': { data: { firstName: 'Anna', link, minutes: '40' }, shown: ['Anna', '40'] },
  'password-reset-notice': { data: { username: 'anna@acme.example', at }, shown: ['anna@acme.example', '2026'] },
  'temporary-password': {
    data: { firstName: 'Anna', username: 'anna', password: 'Kx7-temp-Pw', link, expires: at },
    shown: ['Anna', 'anna', 'Kx7-temp-Pw'],
  },
  'password-changed': { data: { firstName: 'Anna', at }, shown: ['Anna', '2026'] },
  'second-factor-changed': { data: { firstName: 'Anna', what: 'reset', at }, shown: ['Anna', '2026'] },
  'login-code': { data: { firstName: 'Anna', code: '482913', minutes: '10' }, shown: ['482913', '10'] },
  broadcast: {
    data: { companyName: 'Acme', category: 'Notice', text: 'We close at noon.', senderName: 'Ben Carr' },
    shown: ['We close at noon.', 'Ben Carr', 'Acme'],
  },
};

t.test('every template says all of it in every language, as text and as HTML', async (t) => {
  for (const template of MAIL_TEMPLATES) {
    const subjects = new Set<string>();
    for (const language of MAIL_LANGUAGES) {
      const { data, shown } = DATA[template];
      const { subject, text, html } = await render(template, language, data);
      const name = `${language} ${template}`;
      subjects.add(subject);
      t.match(subject, /^[^\r\n{}]{5,120}$/, name);
      for (const part of [text, html]) {
        t.notMatch(part, /\{[{%]|%\}|undefined|\[object|Invalid Date/, name);
        for (const word of shown) t.ok(part.includes(word), `${name} shows ${word}`);
      }
      t.match(html, new RegExp(`^<!doctype html>[^]*<html lang="${language}">[^]*</html>`), name);
      t.match(text, /\n-- \n\S.{20,}/, `${name} ends with who sent it`);
      if (data.link !== undefined) {
        t.ok(text.includes(`\n${link}\n`), `${name}: the link stands alone in its line`);
        t.ok(html.includes(`href="${link.replace('&', '&amp;')}"`), `${name}: the link can be clicked`);
      }
    }
    t.equal(subjects.size, MAIL_LANGUAGES.length, `${template}: every language has words of its own`);
  }
});

t.test('each change of the second factor has words of its own', async (t) => {
  for (const language of MAIL_LANGUAGES) {
    const said = new Set<string>();
    for (const what of ['reset', 'on', 'off', 'codes']) {
      const { text, html } = await render('second-factor-changed', language, { firstName: 'Anna', what, at });
      t.match(text, /2026/, `${language} ${what}`);
      t.match(html, /2026/, `${language} ${what}`);
      said.add(text);
    }
    t.equal(said.size, 4, language);
  }
});

t.test('a value that is not given fails the mail instead of leaving a gap', async (t) => {
  for (const template of MAIL_TEMPLATES) {
    const { data } = DATA[template];
    for (const name of Object.keys(data)) {
      const { [name]: _, ...rest } = data;
      for (const language of MAIL_LANGUAGES) {
        await t.rejects(
          render(template, language, rest),
          /undefined variable/,
          `${language} ${template} needs ${name}`,
        );
      }
    }
  }
});

t.test('times are told in the language, and in the time zone when one is given', async (t) => {
  const said = async (language: 'de' | 'en', more = {}) =>
    (await render('password-changed', language, { firstName: 'A', at, ...more })).text;
  t.match(await said('en'), /November 22, 2026.*8:46.*\(UTC\)/);
  t.match(await said('de', { timezone: 'Europe/Berlin' }), /22\. November 2026.*21:46 \(Europe\/Berlin\)/);
  t.match(await said('en', { at: 'yesterday evening' }), /yesterday evening/);
});

t.test('hostile values stay values: no markup, no header, no second line, no code of a template', async (t) => {
  const evil = 'x\r\nBcc: all@evil.example\r\n\r\n<script>alert(1)</script>"\'>{{ link }}{% raw %}\u202e\u2028\u0000';
  for (const template of MAIL_TEMPLATES) {
    const { data } = DATA[template];
    const names = Object.keys(data).filter((name) => name !== 'link' && name !== 'what');
    const hostile = { ...data, ...Object.fromEntries(names.map((name) => [name, evil])) };
    for (const language of MAIL_LANGUAGES) {
      const { subject, text, html } = await render(template, language, hostile);
      const name = `${language} ${template}`;
      t.notMatch(subject, /[\u0000-\u001f\u2028\u202e]/, name);
      t.ok(subject.length <= 200, name);
      t.notMatch(html, /<script|[\u0000\u202e]|"'>/, name);
      t.notMatch(html, /<(?!\/?(html|head|meta|title|body|table|tr|td|h1|p|a|strong|br|!doctype))/i, name);
      if (template !== 'broadcast') t.notMatch(text, /^Bcc:/m, name);
      t.notMatch(text, /[\u0000\r\u202e]/, name);
    }
  }
});

t.test('the lines of a broadcast stay lines', async (t) => {
  const text = 'First <b>line</b>\r\nsecond & "last"';
  const mail = await render('broadcast', 'en', { ...DATA.broadcast.data, text });
  t.match(mail.text, 'First <b>line</b>\nsecond & "last"\n');
  t.match(mail.html, /First &lt;b&gt;line&lt;\/b&gt;<br \/>\nsecond &amp; &#34;last&#34;/);
});

t.test('a link that leads nowhere on the web is never sent', async (t) => {
  const data = { ...DATA['password-reset'].data, link: 'javascript:alert(1)' };
  await t.rejects(render('password-reset', 'en', data), /link/);
});
