import fc from 'fast-check';
import t from 'tap';
import { type CsvRecord, RecordReader } from '../../src/bulk/csv/record-reader.ts';
import { csvLine } from '../../src/bulk/csv/write.ts';

function read(text: string, options: { delimiter?: ',' | ';' | '\t'; newline?: '\n' | '\r'; block?: number } = {}) {
  const { delimiter = ',', newline = '\n', block = text.length || 1 } = options;
  const reader = new RecordReader({ delimiter, newline }, 1000);
  const records: CsvRecord[] = [];
  for (let i = 0; i < text.length; i += block) records.push(...reader.push(text.slice(i, i + block)));
  records.push(...reader.end());
  return records;
}

const cases: [string, string, [number, string[]][]][] = [
  [
    'plain records',
    'a,b\nc,d\n',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  [
    'no line end at the end of the file',
    'a,b\nc,d',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  [
    'CR LF',
    'a,b\r\nc,d\r\n',
    [
      [1, ['a', 'b']],
      [2, ['c', 'd']],
    ],
  ],
  [
    'blank lines are passed over but counted',
    'a\n\n\r\nb\n',
    [
      [1, ['a']],
      [4, ['b']],
    ],
  ],
  [
    'quoted delimiter, quote and line end',
    '"a,b","c""d","e\nf"\ng\n',
    [
      [1, ['a,b', 'c"d', 'e\nf']],
      [3, ['g']],
    ],
  ],
  [
    'a quoted CR LF is one line',
    '"a\r\nb"\r\nc\r\n',
    [
      [1, ['a\r\nb']],
      [3, ['c']],
    ],
  ],
  [
    'empty cells',
    ',,\n"",\n',
    [
      [1, ['', '', '']],
      [2, ['', '']],
    ],
  ],
  ['a quote inside an unquoted cell is text', 'a"b,5" pipe\n', [[1, ['a"b', '5" pipe']]]],
  ['leading zeros stay', '0049,"007"\n', [[1, ['0049', '007']]]],
  ['a quote opens at the last cell', 'a,"b"', [[1, ['a', 'b']]]],
];

for (const [name, text, expected] of cases) {
  t.test(name, async (t) => {
    for (let block = 1; block <= text.length; block++) {
      const records = read(text, { block }).map(({ line, cells }) => [line, cells]);
      t.strictSame(records, expected, `in blocks of ${block}`);
    }
  });
}

t.test('text after a closing quote spoils its record only', async (t) => {
  const records = read('"a"b,c\nd,e\n');
  t.match(records, [
    { line: 1, isMalformed: true },
    { line: 2, cells: ['d', 'e'], isMalformed: false },
  ]);
});

t.test('a lone CR ends lines where no LF is used', async (t) => {
  t.match(read('a,b\rc,"d\re"\rf\r', { newline: '\r' }), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['c', 'd\re'] },
    { line: 4, cells: ['f'] },
  ]);
});

t.test('what a file can do to memory has an end', async (t) => {
  t.throws(() => read(`a\n"${'x'.repeat(5000)}`, { block: 100 }), {
    code: 'CSV_INVALID',
    fields: [{ path: 'line 2', code: 'QUOTE_UNCLOSED' }],
  });
  t.throws(() => read('x'.repeat(5000), { block: 100 }), {
    code: 'CSV_INVALID',
    fields: [{ path: 'line 1', code: 'RECORD_TOO_LONG' }],
  });
  t.throws(() => read(`${'x'.repeat(5000)}\n`), { code: 'CSV_INVALID', fields: [{ code: 'RECORD_TOO_LONG' }] });
  t.throws(() => read(`"${'x'.repeat(5000)}"\n`), { code: 'CSV_INVALID', fields: [{ code: 'RECORD_TOO_LONG' }] });
  t.throws(() => read('x\n'.repeat(30) + ','.repeat(5000), { block: 100 }), {
    code: 'CSV_INVALID',
    fields: [{ path: 'line 31', code: 'RECORD_TOO_LONG' }],
  });
  t.throws(() => read('a\nb\n"'), { code: 'CSV_INVALID', fields: [{ path: 'line 3', code: 'QUOTE_UNCLOSED' }] });
  t.throws(() => read('a\n"b\n'), { code: 'CSV_INVALID', fields: [{ path: 'line 2', code: 'QUOTE_UNCLOSED' }] });
});

t.test('what csvLine writes is read back, however the blocks fall', async () => {
  const cell = fc.oneof(fc.string({ maxLength: 8 }), fc.stringMatching(/^[",;\r\n\t 'a=]{0,6}$/));
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom(',' as const, ';' as const, '\t' as const),
      fc.integer({ min: 1, max: 40 }),
      (rows, delimiter, block) => {
        const text = rows.map((row) => csvLine(row, delimiter)).join('');
        const records = read(text, { delimiter, block }).map(({ cells }) => cells);
        return JSON.stringify(records) === JSON.stringify(rows);
      },
    ),
    { numRuns: 500 },
  );
});

/** Pieces of a file, the lines each takes, and what is to be read of it. */
const pieces: [string, number, string[] | 'malformed' | undefined][] = [
  ['a,b\n', 1, ['a', 'b']],
  ['a,5" b\r\n', 1, ['a', '5" b']],
  ['"a,\r\nb\nc\r","""d"""\r\n', 3, ['a,\r\nb\nc\r', '"d"']],
  ['"""a""b",""\n', 1, ['"a"b', '']],
  [',\n', 1, ['', '']],
  ['\n', 1, undefined],
  ['\r\n', 1, undefined],
  ['"a"b,c\n', 1, 'malformed'],
  ['c,"""a" b\r\n', 1, 'malformed'],
  ['"""a""b","x\ny" ,"z"\r\n', 2, 'malformed'],
];

t.test('every record is told once, in the order of the file, with its line, however the blocks fall', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
      fc.integer({ min: 1, max: 40 }),
      (file, block) => {
        let line = 1;
        const expected = file.flatMap(([, lines, meant]) => {
          const start = line;
          line += lines;
          return meant === undefined ? [] : [[start, meant]];
        });
        const records = read(file.map(([text]) => text).join(''), { block });
        const found = records.map(({ line, cells, isMalformed }) => [line, isMalformed ? 'malformed' : cells]);
        return JSON.stringify(found) === JSON.stringify(expected);
      },
    ),
    { numRuns: 1000 },
  );
});

t.test('a CR LF that is cut in two at the end of the file is a line end', async (t) => {
  t.match(read('a,b\r\nc,"d"\r'), [{ cells: ['a', 'b'] }, { cells: ['c', 'd'], isMalformed: false }]);
});

t.test('a record of another width than the first costs no error object', async (t) => {
  const made = t.capture(Error, 'captureStackTrace');
  t.equal(read('# words\na,b\nc\n').length, 3);
  t.equal(made().length, 0, 'csv-parse makes none: see neverCompareWidths');
});
