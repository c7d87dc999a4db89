import t from 'tap';
import { COLUMNS } from '../../src/bulk/columns.ts';
import { guardRaw, guardValue, unguard } from '../../src/bulk/csv/guard.ts';
import { parseHeader } from '../../src/bulk/header.ts';
import { createRowParser } from '../../src/bulk/row.ts';
import { SeenInFile } from '../../src/bulk/seen-in-file.ts';
import { SHAPES } from '../../src/bulk/tables/shapes.ts';

const parserOf = (header: string) => createRowParser(parseHeader(header.split(','), SHAPES.extensions));
const row = (header: string, cells: string) => {
  const record = { line: 2, cells: cells.split(';'), isMalformed: false };
  return parserOf(header)(record);
};

const headers: [string, string, object][] = [
  [
    'an unknown column, with the nearest known one',
    'extension,dispaly_name',
    { path: 'dispaly_name', code: 'HEADER_UNKNOWN', message: /did you mean "display_name"/ },
  ],
  ['a short name', 'extension,name', { path: 'name', code: 'HEADER_UNKNOWN', message: /did you mean "/ }],
  [
    'a name like nothing',
    'extension,qqqqqqqq',
    { path: 'qqqqqqqq', code: 'HEADER_UNKNOWN', message: 'no column is called "qqqqqqqq"' },
  ],
  ['a doubled column', 'extension,site,Site', { path: 'site', code: 'HEADER_DUPLICATE' }],
  ['a column without a name', 'extension,,site', { path: 'column 2', code: 'HEADER_EMPTY' }],
  ['no extension column', 'display_name', { path: 'extension', code: 'HEADER_MISSING' }],
  ['__proto__', 'extension,__proto__', { path: '__proto__', code: 'HEADER_UNKNOWN' }],
  ['constructor', 'extension,constructor', { path: 'constructor', code: 'HEADER_UNKNOWN' }],
  ['10,000 columns', `extension,${'x,'.repeat(10_000)}y`, { code: 'HEADER_TOO_WIDE' }],
];
for (const [name, header, error] of headers) {
  t.test(`header: ${name}`, async (t) => {
    t.throws(() => parseHeader(header.split(','), SHAPES.extensions), { code: 'CSV_INVALID', fields: [error] });
  });
}

t.test('a header may be written as people write', async (t) => {
  const { columns } = parseHeader(
    ['Extension', ' Display Name ', 'RING-SECONDS', 'error_codes', '', ''],
    SHAPES.extensions,
  );
  t.strictSame(
    columns.map((column) => column?.name),
    ['extension', 'display_name', 'ring_seconds', undefined],
  );
});

const good: [string, string, string, object][] = [
  ['leading zeros', 'extension', '0042', { number: '0042' }],
  [
    'an empty extension asks for the next free one',
    'extension,display_name',
    ';Anna',
    { number: undefined, input: { displayName: 'Anna' } },
  ],
  ['empty cells say nothing', 'extension,display_name,site', '1001;;', { number: '1001', input: {}, extras: {} }],
  ['cells are trimmed', 'extension,display_name', ' 1001 ; Anna ', { number: '1001', input: { displayName: 'Anna' } }],
  [
    '- clears',
    'extension,forward_busy,user,site,mailbox_email',
    '1001;-;-;-;-',
    { input: { forwardBusy: null, userId: null, siteId: null, mailbox: { email: null } } },
  ],
  ['a guarded number', 'extension,forward_always', "1001;'+4930123456", { input: { forwardAlways: '+4930123456' } }],
  [
    'phone numbers',
    'extension,phone_numbers',
    "1001;+4930123456 '+4930123457|+4930123458",
    { extras: { phoneNumbers: ['+4930123456', '+4930123457', '+4930123458'] } },
  ],
  [
    'words for yes and no',
    'extension,enabled,do_not_disturb',
    '1001;ON;False',
    { input: { enabled: true, doNotDisturb: false } },
  ],
  ['a mailbox', 'extension,mailbox', '1001;yes', { input: { mailbox: {} } }],
  ['no mailbox', 'extension,mailbox', '1001;no', { input: { mailbox: null } }],
  [
    'mailbox columns make a mailbox',
    'extension,mailbox_pin,mailbox_timezone',
    '1001;0815;Europe/Berlin',
    { input: { mailbox: { pin: '0815', timezone: 'Europe/Berlin' } } },
  ],
  [
    'a user',
    'extension,user,first_name,email',
    '1001;anna;Anna;a@example.com',
    { extras: { user: { username: 'anna', firstName: 'Anna', email: 'a@example.com' } } },
  ],
  [
    'an account',
    'extension,account_kind,codecs,max_contacts',
    '1001;WebRTC;opus G722;2',
    { extras: { account: { kind: 'webrtc', codecs: ['opus', 'g722'], maxContacts: 2 } } },
  ],
  ['delimiters too many at the end', 'extension', '1001;;;', { number: '1001' }],
];
for (const [name, header, cells, expected] of good) {
  t.test(`row: ${name}`, async (t) => {
    const parsed = row(header, cells);
    t.strictSame(parsed?.errors, []);
    t.match(parsed?.row, expected);
    if ('extras' in expected && Object.keys(expected.extras as object).length === 0)
      t.strictSame(parsed?.row?.extras, {});
  });
}

const bad: [string, string, string, { column: string; code: string }[]][] = [
  [
    'every error of a row',
    'extension,ring_seconds,email,user',
    '1x;600;nobody;',
    [
      { column: 'extension', code: 'EXTENSION_NUMBER_INVALID' },
      { column: 'ring_seconds', code: 'TOO_LARGE' },
      { column: 'email', code: 'EMAIL_INVALID' },
    ],
  ],
  [
    'a number that Excel rounded',
    'extension,phone_numbers',
    '1001;4,93E+11',
    [{ column: 'phone_numbers', code: 'NUMBER_DAMAGED' }],
  ],
  ['an extension that Excel rounded', 'extension', '1.0E+09', [{ column: 'extension', code: 'NUMBER_DAMAGED' }]],
  [
    'a number without its plus',
    'extension,phone_numbers',
    '1001;4930123456',
    [{ column: 'phone_numbers', code: 'E164_INVALID' }],
  ],
  [
    'clearing what cannot be cleared',
    'extension,display_name',
    '1001;-',
    [{ column: 'display_name', code: 'CLEAR_NOT_ALLOWED' }],
  ],
  ['neither yes nor no', 'extension,enabled', '1001;perhaps', [{ column: 'enabled', code: 'TYPE_INVALID' }]],
  ['not a number', 'extension,ring_seconds', '1001;2.5', [{ column: 'ring_seconds', code: 'TYPE_INVALID' }]],
  [
    'an unknown class',
    'extension,class_of_service',
    '1001;vip',
    [{ column: 'class_of_service', code: 'VALUE_UNKNOWN' }],
  ],
  [
    'an unknown time zone',
    'extension,mailbox_timezone',
    '1001;Mars/Base',
    [{ column: 'mailbox_timezone', code: 'TIMEZONE_UNKNOWN' }],
  ],
  [
    'a mailbox that is and is not',
    'extension,mailbox,mailbox_pin',
    '1001;no;4821',
    [{ column: 'mailbox', code: 'MAILBOX_CONTRADICTION' }],
  ],
  ['a user without a name', 'extension,user,first_name', '1001;;Anna', [{ column: 'user', code: 'USERNAME_MISSING' }]],
  [
    'a control character',
    'extension,display_name',
    '1001;A\u0007B',
    [{ column: 'display_name', code: 'TEXT_CONTROL_CHARACTER' }],
  ],
  ['too few cells', 'extension,display_name,site', '1001;Anna', [{ column: '', code: 'ROW_WIDTH' }]],
  ['too many cells', 'extension,display_name', '1001;Berg;Anna', [{ column: '', code: 'ROW_WIDTH' }]],
  [
    'a secret that is too short',
    'extension,sip_secret',
    '1001;secret',
    [{ column: 'sip_secret', code: 'SIP_SECRET_WEAK' }],
  ],
];
for (const [name, header, cells, errors] of bad) {
  t.test(`row refused: ${name}`, async (t) => {
    const parsed = row(header, cells);
    t.equal(parsed?.row, undefined);
    t.strictSame(parsed?.errors.map(({ column, code }) => ({ column, code })).slice(0, errors.length), errors);
  });
}

t.test('a malformed record is refused, an empty one passed over', async (t) => {
  const parse = parserOf('extension,site');
  t.match(parse({ line: 3, cells: ['1001', 'ab'], isMalformed: true }), { errors: [{ code: 'QUOTE_INVALID' }] });
  t.equal(parse({ line: 3, cells: ['', ' '], isMalformed: false }), undefined);
});

t.test('what a file says twice is told with the line of the first', async (t) => {
  const parse = parserOf('extension,phone_numbers');
  const seen = new SeenInFile();
  const check = (line: number, ...cells: string[]) => {
    const parsed = parse({ line, cells, isMalformed: false })!;
    seen.check(parsed);
    return parsed;
  };
  t.strictSame(check(2, '1001', '+4930123456').errors, []);
  t.strictSame(check(3, '01001', '+4930123457').errors, [], 'a leading zero makes another number');
  const twice = check(4, '1001', '+4930123456');
  t.equal(twice.row, undefined);
  t.match(twice.errors, [
    { column: 'extension', code: 'DUPLICATE_IN_FILE', message: '1001 stands in line 2 already' },
    { column: 'phone_numbers', code: 'DUPLICATE_IN_FILE' },
  ]);
});

t.test('guarding a value and reading it back gives the value', async (t) => {
  for (const value of [
    '=1',
    '+49',
    '-x',
    '@a',
    '\tb',
    '\rc',
    '\u0000',
    "'=1",
    "''+",
    'plain',
    "'quoted'",
    '',
    '-',
    "O'Neil",
  ]) {
    const cell = guardValue(value);
    t.equal(unguard(cell), value, JSON.stringify(value));
    t.notMatch(cell, /^[=+@\t\r\0]|^-./, 'no spreadsheet runs it');
    t.equal(unguard(guardRaw(cell)), value, 'writing a cell once more changes nothing');
  }
});

t.test('each column has a place of its own, and words for the template', async (t) => {
  t.equal(new Set(COLUMNS.map(({ name }) => name)).size, COLUMNS.length);
  t.equal(new Set(COLUMNS.map(({ path }) => path.join('.'))).size, COLUMNS.length);
  for (const { name, note } of COLUMNS) t.match(note, /^[^,;"]{5,}$/, name);
});
