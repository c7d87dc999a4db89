import fc from 'fast-check';
import t from 'tap';
import { linesOfValue } from '../../src/asterisk/pbx-port/file-value.ts';
import { type MailboxLineFields, mailboxLine, pinOf, withPin } from '../../src/plan/mailbox-line.ts';

const PLAIN: MailboxLineFields = {
  pin: '471100',
  name: 'Ann',
  email: 'ann@example.org',
  attach: true,
  deleteAfterMail: false,
  timezone: 'Europe/Berlin',
};

/** As config.c and app_voicemail read a line, written down anew: comment, fields, options. */
function asAsteriskReads(line: string) {
  if (/[\r\n\0]/.test(line)) throw new Error('more than one line');
  const uncommented = line.replace(/(?<!\\);.*$/, '');
  if (uncommented !== line) throw new Error('a comment');
  const [pin = '', name = '', email = '', pager = '', ...rest] = line.split(',');
  const options = rest
    .join(',')
    .split('|')
    .map((option): [string, string] => {
      const at = option.indexOf('=');
      return [option.slice(0, at), option.slice(at + 1)];
    });
  return { pin, name, email, pager, options };
}

t.test('a plain mailbox', async (t) => {
  t.equal(mailboxLine(PLAIN), '471100,Ann,ann@example.org,,attach=yes|delete=no|tz=Europe/Berlin');
});

t.test('without an address nothing is sent and nothing deleted', async (t) => {
  const line = mailboxLine({ ...PLAIN, email: null, deleteAfterMail: true });
  t.equal(line, '471100,Ann,,,attach=no|delete=no|tz=Europe/Berlin');
});

t.test('messages are deleted after mailing only when asked for', async (t) => {
  t.match(mailboxLine({ ...PLAIN, attach: false, deleteAfterMail: true }), /attach=no\|delete=yes/);
});

const HOSTILE: string[] = [
  'Ann,4711,x@example.org,,emailbody=x',
  `\${SHELL(touch /tmp/x)}`,
  'Ann\n9999 = 1,Eve,,,',
  'Ann\r\nAction: Originate',
  'Ann|attach=yes|emailbody=x',
  'Ann;--',
  'Ann ;comment',
  '"Ann"',
  'Ann\\',
  '[general]',
  '#exec /bin/true',
  '#include /etc/passwd',
  '> 1234',
  '=>',
  '`id`',
  '{x}',
  '\u2028x',
  ' ',
  ',',
  'é'.repeat(60),
];
for (const [index, name] of HOSTILE.entries()) {
  t.test(`a hostile name stays a name (${index})`, async (t) => {
    const line = mailboxLine({ ...PLAIN, name });
    const read = asAsteriskReads(line);
    t.equal(read.pin, PLAIN.pin);
    t.equal(read.email, PLAIN.email);
    t.equal(read.pager, '');
    t.same(read.options, [
      ['attach', 'yes'],
      ['delete', 'no'],
      ['tz', 'Europe/Berlin'],
    ]);
    t.notMatch(read.name, /[,;|[\]{}$"\\<>`]/);
  });
}

t.test('whatever a name holds, the line has the fields that were meant, or is refused before it is sent', async (t) => {
  const place = { in: 'voicemail', file: 'x', category: 'lk-acme-01', variable: '1001' } as const;
  const bits = fc.constantFrom(
    ',',
    '|',
    ';',
    '=',
    '${',
    '}',
    '\n',
    '\r',
    '"',
    '\\',
    '[',
    ']',
    '#',
    '>',
    ' ',
    'a',
    'é',
    '🦊',
    '\t',
    '\u007f',
  );
  const name = fc.oneof(
    fc.array(bits, { maxLength: 90 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 120 }),
  );
  let written = 0;
  fc.assert(
    fc.property(name, fc.boolean(), fc.boolean(), (name, attach, deleteAfterMail) => {
      const line = mailboxLine({ ...PLAIN, name, attach, deleteAfterMail });
      try {
        linesOfValue('mailbox/1001@lk-acme-01', place, line);
      } catch {
        return /[\u0000-\u001f\u007f]/.test(name);
      }
      written++;
      const { pin, email, pager, options } = asAsteriskReads(line);
      return (
        pin === PLAIN.pin &&
        email === PLAIN.email &&
        pager === '' &&
        options.length === 3 &&
        options[0]?.[1] === (attach ? 'yes' : 'no') &&
        options[1]?.[1] === (deleteAfterMail ? 'yes' : 'no')
      );
    }),
    { numRuns: 5000 },
  );
  t.ok(written > 1000, 'most lines are written');
});

t.test('a PIN is read from a line and replaced in it alone', async (t) => {
  t.equal(pinOf('4711,Ann,,,'), '4711');
  t.equal(pinOf('4711'), '4711');
  t.equal(pinOf(''), '');
  t.equal(withPin('4711,Ann,4711,,', '8159'), '8159,Ann,4711,,');
  t.equal(withPin('4711', '8159'), '8159');
});
