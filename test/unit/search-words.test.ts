import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import t from 'tap';
import { plainText } from '../../src/domain/plain-text.ts';
import { wordsQuery } from '../../src/store/queries/search.ts';

const INDEX = `CREATE VIRTUAL TABLE "S" USING fts5("a", "b", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'")`;

function index(...rows: [a: string, b?: string][]) {
  const database = new BetterSqlite3(':memory:');
  database.exec(INDEX);
  for (const [a, b = ''] of rows)
    database.prepare('INSERT INTO "S" ("a", "b") VALUES (?, ?)').run(plainText(a), plainText(b));
  const all = database.prepare('SELECT rowid FROM "S" WHERE "S" MATCH ? ORDER BY rowid').pluck();
  const some = database.prepare(`SELECT rowid FROM "S" WHERE "S" MATCH ('{a} : (' || ? || ')') ORDER BY rowid`).pluck();
  return {
    find: (typed: string) => all.all(wordsQuery(typed)),
    findInA: (typed: string) => some.all(wordsQuery(typed)),
  };
}

t.test('words are found by their beginnings, in any order, whatever their case and accents', async (t) => {
  const { find } = index(['Anna Müller'], ['Zoë Núñez'], ['ÅNGSTRÖM, Øle'], ['Ελένη Иван'], ['e\u0301mile']);
  t.same(find('muller'), [1]);
  t.same(find('MÜL ann'), [1]);
  t.same(find('ann muller x'), [], 'all words must be there');
  t.same(find('uller'), [], 'not from the middle');
  t.same(find('nunez'), [2]);
  t.same(find('angstrom'), [3]);
  t.same(find('ΕΛΕΝΗ иван'), [4]);
  t.same(find('Émile'), [5], 'an accent of its own is an accent, too');
  t.same(find('oLE'), [3]);
  t.same(find('ελενη ИВАН'), [4]);
  const { find: findMore } = index(['Straße'], ['Łukasz Søren'], ['İpek Yıldız'], ['ﬁnance ＡＢＣ'], ['Щукин Алёна']);
  t.same(findMore('strasse'), [1]);
  t.same(findMore('STRAẞE'), [1]);
  t.same(findMore('soren lukasz'), [2]);
  t.same(findMore('ipek yildiz'), [3]);
  t.same(findMore('finance abc'), [4]);
  t.same(findMore('алена'), [5]);
});

t.test('what the query language of FTS5 knows is text', async (t) => {
  const { find, findInA } = index(
    ['near and not or'],
    ["O'Hara"],
    ['a"b'],
    ['C:\\Ann'],
    ['ann-berg@example.com', 'hidden'],
  );
  t.same(find('NEAR('), [1]);
  t.same(find('and NOT or'), [1]);
  t.same(find(`o'hara`), [2]);
  t.same(find('a"b'), [3]);
  t.same(find('c:\\ann'), [4]);
  t.same(find('ann-berg@example'), [5]);
  t.same(find('-ann'), [4, 5], 'nothing is excluded by it');
  t.same(find('a:hidden'), [], 'no column is chosen by it');
  t.same(findInA('hidden) OR (ann'), [], 'nor does it leave the columns it is held to');
  t.same(findInA('hidden'), []);
  for (const nothing of ['', '   ', '"', '*', '"*"', '()', '{', '^', '+', '-', '%', '""""', '\u0000']) {
    t.same(find(nothing), [], `nothing is found by ${JSON.stringify(nothing)}, and it is no error`);
    t.same(findInA(nothing), []);
  }
});

t.test('emoji, right-to-left and long words', async (t) => {
  const long = 'x'.repeat(1000);
  const { find } = index(['😀 Ann'], ['👨‍👩‍👧 family'], ['שלום עולם'], [long], ['王小明']);
  t.same(find('😀'), [1]);
  t.same(find('👨‍👩‍👧'), [2]);
  t.same(find('עולם של'), [3]);
  t.same(find(long), [4]);
  t.same(find(`${long}y`), []);
  t.same(find('王小'), [5]);
});

t.test('no text breaks the query, and what has a letter is found by itself', async (t) => {
  const nasty = fc.constantFrom(
    '"',
    '*',
    'NEAR(',
    '-',
    '^',
    ':',
    '(',
    ')',
    '{',
    '}',
    'AND',
    'a',
    'é',
    '😀',
    'ß',
    ' ',
    '\\',
    "'",
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(nasty).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (typed) => {
      const { find, findInA } = index([typed]);
      const [found, foundInA] = [find(typed), findInA(typed)];
      const hasWord = /[\p{L}\p{N}]/u.test(typed);
      if (hasWord && (found.length === 0 || foundInA.length === 0))
        throw new Error(`${JSON.stringify(typed)} not found`);
    }),
    { numRuns: 300 },
  );
  t.pass();
});
