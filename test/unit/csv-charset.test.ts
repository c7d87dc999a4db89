import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Charset, CharsetProbe } from '../../src/bulk/csv/charset.ts';
import { decodeFile } from '../../src/bulk/csv/decode.ts';
import { recogniseDialect } from '../../src/bulk/csv/dialect.ts';

function probe(bytes: Buffer, block = bytes.length || 1): Charset {
  const charset = new CharsetProbe();
  for (let i = 0; i < bytes.length; i += block) charset.push(bytes.subarray(i, i + block));
  return charset.end();
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

const text = 'extension;name\r\n1001;Müller \u20ac \u2019 \u{1f600}\r\n';
const latin = Buffer.from([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0x20, 0x80, 0x92]);
const cases: [string, Buffer, Charset, string][] = [
  ['ASCII', Buffer.from('a,b\n'), 'utf-8', 'a,b\n'],
  ['UTF-8', Buffer.from(text), 'utf-8', text],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`), 'utf-8', text],
  ['UTF-16 LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le', text],
  ['UTF-16 BE with a mark', utf16be(`\ufeff${text}`), 'utf-16be', text],
  ['UTF-16 LE without a mark', Buffer.from(text, 'utf16le'), 'utf-16le', text],
  ['UTF-16 BE without a mark', utf16be(text), 'utf-16be', text],
  ['Windows-1252', latin, 'windows-1252', 'Müller \u20ac\u2019'],
  ['nothing', Buffer.alloc(0), 'utf-8', ''],
];

for (const [name, bytes, charset, expected] of cases) {
  t.test(`${name} is recognised and read`, async (t) => {
    for (const block of [1, 2, 3, 7, bytes.length || 1]) t.equal(probe(bytes, block), charset, `in blocks of ${block}`);
    const file = join(t.testdir({}), 'file.csv');
    writeFileSync(file, bytes);
    let read = '';
    for await (const part of decodeFile(file, charset)) read += part;
    t.equal(read, expected);
  });
}

t.test('an umlaut far behind the start decides too', async (t) => {
  const start = Buffer.from('1001,Anna\n'.repeat(20_000));
  t.equal(probe(Buffer.concat([start, Buffer.from([0xfc])]), 65_536), 'windows-1252');
  t.equal(probe(Buffer.concat([start, Buffer.from('ü')]), 65_537), 'utf-8');
});

const refused: [string, Buffer, string][] = [
  ['two charsets at once', Buffer.concat([Buffer.from('Müller '), latin]), 'CHARSET_MIXED'],
  ['a mark that lies', Buffer.concat([Buffer.from('\ufeff'), latin]), 'CHARSET_MIXED'],
  ['UTF-8 cut in a character', Buffer.from('Mü\u20ac').subarray(0, 5), 'CHARSET_MIXED'],
  ['NUL bytes', Buffer.from('a\u0000b'), 'FILE_BINARY'],
  ['an .xlsx file', Buffer.from('PK\u0003\u0004\u0014\u0000'), 'FILE_SPREADSHEET'],
  ['an .xls file', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'FILE_SPREADSHEET'],
];
for (const [name, bytes, code] of refused) {
  t.test(`${name} is refused`, async (t) => {
    t.throws(() => probe(bytes), { code: 'CSV_INVALID', fields: [{ code }] });
  });
}

t.test('overlong, surrogate and out-of-range sequences are no UTF-8', async (t) => {
  for (const bytes of [
    [0xc0, 0xaf],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0x80],
    [0xff],
  ]) {
    t.equal(probe(Buffer.from([0x41, ...bytes, 0x41])), 'windows-1252', String(bytes));
  }
});

const dialects: [string, string, string, string][] = [
  ['a comma', 'extension,display_name\n', ',', '\n'],
  ['a semicolon', 'extension;display_name\r\n1;a,b,c,d\r\n', ';', '\n'],
  ['a tab', 'extension\tdisplay_name\n', '\t', '\n'],
  ['one column', 'extension\n', ',', '\n'],
  ['delimiters in a quoted name do not count', '"a,b,c";d;e\n', ';', '\n'],
  ['comments and blank lines come before the header', '# a, b, c\n\n;;;\n"# d, e"\nx;y\n', ';', '\n'],
  ['the sep= line of Excel', 'sep=;\r\na,b\r\n', ';', '\n'],
  ['lone CRs', 'a;b\r1;2\r', ';', '\r'],
];
for (const [name, head, delimiter, newline] of dialects) {
  t.test(`dialect: ${name}`, async (t) => t.strictSame(recogniseDialect(head), { delimiter, newline }));
}

t.test('comments alone are no header', async (t) => {
  t.throws(() => recogniseDialect('# nothing\n\n'), { code: 'CSV_INVALID', fields: [{ code: 'FILE_EMPTY' }] });
});
