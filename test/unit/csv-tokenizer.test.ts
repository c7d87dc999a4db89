import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import t from 'tap';
import { type CsvRecord, Tokenizer } from '../../src/bulk/csv/tokenizer.ts';
import { csvLine } from '../../src/bulk/csv/write.ts';

function read(text: string, options: { delimiter?: ',' | ';' | '\t'; newline?: '\n' | '\r'; block?: number } = {}) {
  const { delimiter = ',', newline = '\n', block = text.length || 1 } = options;
  const tokenizer = new Tokenizer({ delimiter, newline }, 1000);
  const records: CsvRecord[] = [];
  for (let i = 0; i < text.length; i += block) records.push(...tokenizer.push(text.slice(i, i + block)));
  records.push(...tokenizer.end());
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

t.test('reads as csv-parse does whatever csv-parse can read', async (t) => {
  let compared = 0;
  fc.assert(
    fc.property(fc.stringMatching(/^([ab]|,|"|""|\n|\r\n){0,30}$/), fc.integer({ min: 1, max: 10 }), (text, block) => {
      let theirs: string[][];
      try {
        theirs = parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\n', '\r\n'] });
      } catch {
        return true;
      }
      compared++;
      const ours = read(text, { block }).map(({ cells }) => cells);
      return JSON.stringify(ours) === JSON.stringify(theirs);
    }),
    { numRuns: 3000 },
  );
  t.ok(compared > 500, `${compared} texts compared`);
});
