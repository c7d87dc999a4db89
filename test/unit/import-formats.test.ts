import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { COLUMNS } from '../../src/bulk/columns.ts';
import { extensionsOfAsterisk } from '../../src/bulk/formats/asterisk-config.ts';
import { parseAsteriskIni } from '../../src/bulk/formats/asterisk-ini.ts';
import { convertTable } from '../../src/bulk/formats/convert.ts';
import { freepbxDids } from '../../src/bulk/formats/freepbx-dids.ts';
import { forwardTarget, phoneNumber } from '../../src/bulk/formats/phone.ts';
import { kindOfText, tableOf } from '../../src/bulk/formats/recognise.ts';
import { sample } from '../support/import-app.ts';

const numbers: [string, string, string | undefined][] = [
  ['+49 (30) 555-12345', 'DE', '+493055512345'],
  ['0049 30 55512345', 'DE', '+493055512345'],
  ['030 55512345', 'DE', '+493055512345'],
  ['493055512345', 'DE', '+493055512345'],
  ['(212) 555-2368', 'US', '+12125552368'],
  ['12125552368', 'US', '+12125552368'],
  ['_49305551XXXX', 'DE', undefined],
  ['s', 'DE', undefined],
  ['', 'DE', undefined],
  ['=1+1', 'DE', undefined],
];
for (const [text, country, e164] of numbers) {
  t.test(`a number of ${country}: ${text}`, async (t) => t.equal(phoneNumber(text, country), e164));
}

t.test('what calls are forwarded to', async (t) => {
  t.equal(forwardTarget('1001', 'DE'), '1001');
  t.equal(forwardTarget('0301', 'DE'), '0301');
  t.equal(forwardTarget('03055512345', 'DE'), '+493055512345');
  t.equal(forwardTarget('*97', 'DE'), undefined);
  t.equal(forwardTarget('1', 'DE'), undefined);
});

const headers: [string, string | undefined][] = [
  ['extension,name,description,tech,secret', 'freepbx-extensions'],
  ['Extension, Tech ,SECRET', 'freepbx-extensions'],
  ['cidnum,extension,destination', 'freepbx-dids'],
  ['extension,password,effective_caller_id_name', 'fusionpbx-extensions'],
  ['Number,FirstName,LastName,EmailAddress,AuthID', '3cx-users'],
  ['First Name,Extension Number,Registration Password', 'yeastar-extensions'],
  [COLUMNS.map(({ name }) => name).join(','), undefined],
  ['extension,display_name', undefined],
  ['', undefined],
];
for (const [header, name] of headers) {
  t.test(`a header: ${header.slice(0, 60)}`, async (t) => t.equal(tableOf(header.split(','))?.name, name));
}

const beginnings: [string, string][] = [
  ['extension,display_name\n', 'csv'],
  ['; a comment\n\n[1001](!)\n', 'asterisk-config'],
  [';-- a block\n[x]\n--;\n#include "x.conf"\n', 'asterisk-config'],
  ['\n  {"extension":"1001"}', 'json-lines'],
  [';;;\nextension;site\n', 'csv'],
  ['# [a comment]\nextension\n', 'csv'],
  ['', 'csv'],
];
for (const [head, kind] of beginnings) {
  t.test(`a text that begins with ${JSON.stringify(head.slice(0, 20))}`, async (t) => t.equal(kindOfText(head), kind));
}

t.test('the routes of FreePBX become numbers', async (t) => {
  const file = join(t.testdir({}), 'dids.csv');
  writeFileSync(file, sample('freepbx-dids.csv'));
  let text = '';
  const format = { charset: 'utf-8', delimiter: ',', newline: '\n' } as const;
  const report = await convertTable(file, format, freepbxDids, { country: 'DE', maxRows: 100 }, async (block) => {
    text += block;
  });
  t.same(text.split('\r'), [
    'phone_number,extension,note',
    "'+493055512345,1001,'=Zentrale",
    "'+493055512346,1002,",
    "'+493055512347,,Night",
    '',
    '',
    '',
    "'+493055512349,,Mailbox",
    '',
  ]);
  t.same(
    report.rows.map(({ line, column, code }) => [line, column, code]),
    [
      [4, 'destination', 'NOT_CARRIED'],
      [5, 'extension', 'ROW_SKIPPED'],
      [6, 'cidnum', 'ROW_SKIPPED'],
      [7, 'extension', 'ROW_SKIPPED'],
      [8, 'destination', 'NOT_CARRIED'],
    ],
  );
});

const ini = (text: string) => {
  const { categories } = parseAsteriskIni(text.split('\n'));
  return categories.map(({ category, line, variables }) => [
    category,
    line,
    ...variables.map((pair) => pair.join('=')),
  ]);
};

const configs: [string, string, unknown[][]][] = [
  ['= and =>', '[a]\nx = 1\ny => 2', [['a', 1, 'x=1', 'y=2']]],
  ['comments', '[a] ; c\nx=1;2\ny=1\\;2 ; c\n;z=3', [['a', 1, 'x=1', 'y=1;2']]],
  ['a block comment within a line', '[a]\nx=1;-- no --;2', [['a', 1, 'x=12']]],
  ['blocks within blocks', '[a]\n;-- one\n;-- two\n--;\nx=1\n--;\ny=2', [['a', 1, 'y=2']]],
  [';--- is a plain comment', '[a]\n;--- x\ny=2', [['a', 1, 'y=2']]],
  [
    'a template',
    '[t](!)\nx=1\n[a](t)\ny=2',
    [
      ['t', 1, 'x=1'],
      ['a', 3, 'x=1', 'y=2'],
    ],
  ],
  [
    'two templates',
    '[s](!)\nx=1\n[t](!,s)\nx=2\n[a](s,t)',
    [
      ['s', 1, 'x=1'],
      ['t', 3, 'x=1', 'x=2'],
      ['a', 5, 'x=1', 'x=1', 'x=2'],
    ],
  ],
  [
    '+= adds to the last',
    '[t](!)\nx=a\nx=b\n[a](t)\nx+=,c',
    [
      ['t', 1, 'x=a', 'x=b'],
      ['a', 4, 'x=a', 'x=b,c'],
    ],
  ],
  ['+= of nothing sets', '[a]\nx+=c', [['a', 1, 'x=c']]],
  [
    '(+) goes on with a section',
    '[a]\nx=1\n[b]\n[a](+)\ny=2',
    [
      ['a', 1, 'x=1', 'y=2'],
      ['b', 3],
    ],
  ],
  [
    'sections of one name',
    '[a]\nx=1\n[a]\nx=2',
    [
      ['a', 1, 'x=1'],
      ['a', 3, 'x=2'],
    ],
  ],
  ['a value with =', '[a]\nset_var=A=B', [['a', 1, 'set_var=A=B']]],
];
for (const [name, text, expected] of configs) {
  t.test(`a configuration: ${name}`, async (t) => t.same(ini(text), expected));
}

t.test('what cannot be followed is told with its line', async (t) => {
  const { remarks } = parseAsteriskIni(['x=1', '#include a.conf', '[a](gone)', 'no sign']);
  t.same(
    remarks.map(({ line }) => line),
    [1, 2, 3, 4],
  );
});

t.test('sections as AMI GetConfig answers them become extensions', async (t) => {
  const pair = (text: string) => text.split(/=(.*)/s).slice(0, 2) as [string, string];
  const section = (category: string, ...lines: string[]) => ({ category, variables: lines.map(pair) });
  const { rows } = extensionsOfAsterisk([
    section('1001', 'type=endpoint', 'auth=1001', 'aors=1001', 'allow=alaw', 'callerid="Anna" <1001>'),
    section('1001', 'type=auth', 'auth_type=userpass', 'password=s3cret', 'username=1001'),
    section('1001', 'type=aor', 'max_contacts=2'),
    section('trunk', 'type=endpoint', 'outbound_auth=trunk'),
    section('default', '1001=4711,Anna,anna@example.com,,attach=yes'),
  ]);
  t.same(rows.length, 2);
  t.same(Object.fromEntries(rows[0]!.draft.cells), {
    extension: '1001',
    codecs: 'alaw',
    sip_secret: 's3cret',
    max_contacts: '2',
    display_name: 'Anna',
    mailbox: 'yes',
    mailbox_pin: '4711',
    mailbox_email: 'anna@example.com',
    mailbox_attach: 'yes',
  });
  t.match(rows[1], { name: 'trunk', draft: { isSkipped: true } });
});
