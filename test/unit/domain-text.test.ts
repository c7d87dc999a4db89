import fc from 'fast-check';
import t from 'tap';
import { fieldErrors } from '../../src/domain/rule.ts';
import { projectedName, text } from '../../src/domain/text.ts';

const codesOf = (value: unknown) => {
  const parsed = text(10).safeParse(value);
  return parsed.success ? [] : fieldErrors(parsed.error).map(({ code }) => code);
};

const REFUSED: [sentence: string, value: unknown, code: string][] = [
  ['a line feed ends a line of AMI', 'a\nb', 'TEXT_CONTROL_CHARACTER'],
  ['a carriage return ends a line of AMI', 'a\rb', 'TEXT_CONTROL_CHARACTER'],
  ['a NUL ends a string in C', 'a\0b', 'TEXT_CONTROL_CHARACTER'],
  ['DEL is a control character', 'a\u007fb', 'TEXT_CONTROL_CHARACTER'],
  ['C1 holds NEL, a line end for some', 'a\u0085b', 'TEXT_CONTROL_CHARACTER'],
  ['the line separator ends a line in JavaScript', 'a\u2028b', 'TEXT_CONTROL_CHARACTER'],
  ['the paragraph separator does so too', 'a\u2029b', 'TEXT_CONTROL_CHARACTER'],
  ['a right-to-left override makes a list lie', 'a\u202eb', 'TEXT_BIDI_CONTROL'],
  ['an isolate does so too', 'a\u2066b', 'TEXT_BIDI_CONTROL'],
  ['an Arabic letter mark does so too', 'a\u061cb', 'TEXT_BIDI_CONTROL'],
  ['half a surrogate pair is no character', 'a\ud800b', 'TEXT_NOT_UNICODE'],
  ['the other half is none either', 'a\udc00b', 'TEXT_NOT_UNICODE'],
  ['nothing is not a name', '', 'TEXT_EMPTY'],
  ['blanks are nothing', ' \t ', 'TEXT_EMPTY'],
  ['one unit too many', '12345678901', 'TEXT_TOO_LONG'],
  ['a number is not a text', 7, 'TYPE_INVALID'],
  ['null is not a text', null, 'TYPE_INVALID'],
];
for (const [sentence, value, code] of REFUSED) {
  t.test(`text is refused: ${sentence}`, async (t) => t.same(codesOf(value), [code]));
}

const TAKEN: [sentence: string, value: string, stored: string][] = [
  ['ten units fit', '1234567890', '1234567890'],
  ['outer blanks go', '  Ann  ', 'Ann'],
  ['emoji are text', '🦊 Fox', '🦊 Fox'],
  ['scripts that run right to left are text', 'שלום', 'שלום'],
  ['combining marks are text', 'é', 'é'],
  ['markup is text', '</a><b>', '</a><b>'],
  ['a formula is text', '=cmd|A', '=cmd|A'],
];
for (const [sentence, value, stored] of TAKEN) {
  t.test(`text is taken: ${sentence}`, async (t) => t.equal(text(10).parse(value), stored));
}

const PROJECTED: [sentence: string, name: string, projected: string][] = [
  ['a plain name stays', 'Ann Lee', 'Ann Lee'],
  ['a comma would start the next field of a mailbox', 'Lee, Ann', 'Lee Ann'],
  ['a semicolon would start a comment', 'Ann;x', 'Ann x'],
  ['what would run code is only text', `\${SHELL(id)}`, 'SHELL(id)'],
  ['quotes and angles would end a caller id', 'A"B<1>', 'A B 1'],
  ['a backslash would escape', 'A\\B', 'A B'],
  ['a backtick, pipes and brackets go too', '`a`|[b]{c}', 'a b c'],
  ['line ends become blanks', 'A\r\nB', 'A B'],
  ['what is left of nothing is nothing', ',;|', ''],
  ['umlauts and emoji stay', 'Jürgen 🦊', 'Jürgen 🦊'],
  ['sixty units are the most', 'x'.repeat(80), 'x'.repeat(60)],
  ['a pair is never cut in two', `${'x'.repeat(59)}🦊`, 'x'.repeat(59)],
  ['a cut at a blank leaves none behind', `${'x'.repeat(59)} yz`, 'x'.repeat(59)],
];
for (const [sentence, name, projected] of PROJECTED) {
  t.test(`projected name: ${sentence}`, async (t) => t.equal(projectedName(name), projected));
}

t.test(
  'a projected name is always short, trimmed, well-formed and free of syntax, and projects to itself',
  async (t) => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
    );
    fc.assert(
      fc.property(anything, (name) => {
        const out = projectedName(name);
        return (
          out.length <= 60 &&
          out === out.trim() &&
          !/\p{Surrogate}/u.test(out) &&
          !/[,;|[\]{}$"\\<>`\r\n]/.test(out) &&
          projectedName(out) === out
        );
      }),
      { numRuns: 3000 },
    );
    t.pass('no counterexample');
  },
);
