import fc from 'fast-check';
import t from 'tap';
import { mergePin, type PinConflict } from '../../src/plan/merge-pin.ts';

const print = (value: string) => `print-of-${value}`;
const line = (pin: string, name = 'Ann') => `${pin},${name},,,attach=no`;

interface Row {
  /** PINs as last applied, wanted and seen; undefined: never applied, not there. */
  a: string | undefined;
  /** What we wrote since and never read back. */
  written?: string;
  d: string;
  o: string | undefined;
  conflict?: PinConflict;
}
type Outcome = { pin: string; adopted?: string; loser?: 'phone' | 'database' };

const A = '471100';
const B = '815900';
const C = '263700';
const LONGEST = '47'.repeat(40).slice(1);
const TABLE: [sentence: string, row: Row, outcome: Outcome][] = [
  ['nobody changed anything', { a: A, d: A, o: A }, { pin: A }],
  ['we changed it: ours is written', { a: A, d: B, o: A }, { pin: B }],
  ["the user changed it: the phone's is adopted", { a: A, d: A, o: B }, { pin: B, adopted: B }],
  ['and whoever wins conflicts', { a: A, d: A, o: B, conflict: 'database' }, { pin: B, adopted: B }],
  ['both chose the same', { a: A, d: B, o: B }, { pin: B }],
  ['both changed it: the phone wins', { a: A, d: B, o: C }, { pin: C, adopted: C, loser: 'database' }],
  ['both changed it: the database wins', { a: A, d: B, o: C, conflict: 'database' }, { pin: B, loser: 'phone' }],
  ['never applied: ours is written', { a: undefined, d: B, o: C }, { pin: B }],
  ['the mailbox is not there: ours is written', { a: A, d: A, o: undefined }, { pin: A }],
  ['somebody emptied the PIN: ours is written', { a: A, d: A, o: '' }, { pin: A }],
  ['somebody wrote "-", no password: ours is written', { a: A, d: A, o: '-' }, { pin: A }],
  ['somebody locked the PIN with a dash: ours is written', { a: A, d: A, o: `-${B}` }, { pin: A, loser: 'phone' }],
  ['somebody wrote letters: ours is written', { a: A, d: A, o: 'secret' }, { pin: A, loser: 'phone' }],
  ['three digits are no PIN: ours is written, the loss is told', { a: A, d: A, o: '123' }, { pin: A, loser: 'phone' }],
  ['a star in it: the loss is told', { a: A, d: A, o: '12*456' }, { pin: A, loser: 'phone' }],
  ['and told once: ours stands there again', { a: A, d: A, o: A }, { pin: A }],
  ['both changed it, theirs is none: the loss is told', { a: A, d: B, o: '12' }, { pin: B, loser: 'phone' }],
  ['four digits by phone are adopted', { a: A, d: A, o: '4719' }, { pin: '4719', adopted: '4719' }],
  ['ours stands there, written and not confirmed', { a: A, written: B, d: C, o: B }, { pin: C }],
  ['ours was announced and never written', { a: A, written: B, d: B, o: A }, { pin: B }],
  ['a phone changed it meanwhile', { a: A, written: B, d: B, o: C }, { pin: C, adopted: C, loser: 'database' }],
  ['ten digits by phone are adopted', { a: A, d: A, o: '4719471947' }, { pin: '4719471947', adopted: '4719471947' }],
  ['so are eleven', { a: A, d: A, o: '47194719471' }, { pin: '47194719471', adopted: '47194719471' }],
  ['and as many as Asterisk keeps', { a: A, d: A, o: LONGEST }, { pin: LONGEST, adopted: LONGEST }],
  ['more are told as lost', { a: A, d: A, o: `${LONGEST}1` }, { pin: A, loser: 'phone' }],
];
for (const [sentence, { a, written, d, o, conflict = 'phone' }, outcome] of TABLE) {
  t.test(sentence, async (t) => {
    const merge = mergePin({
      desired: line(d, 'Ann Lee'),
      observed: o === undefined ? undefined : line(o),
      appliedPin: a === undefined ? undefined : [a, ...(written === undefined ? [] : [written])].map(print).join(' '),
      fingerprint: print,
      conflict,
    });
    t.same(merge, { line: line(outcome.pin, 'Ann Lee'), adopted: outcome.adopted, loser: outcome.loser });
  });
}

t.test('only the PIN is merged: the rest of the line is always ours', async (t) => {
  const pin = fc.constantFrom(A, B, C);
  fc.assert(
    fc.property(
      fc.option(pin, { nil: undefined }),
      pin,
      pin,
      fc.constantFrom('phone', 'database'),
      (a, d, o, conflict) => {
        const { line: merged, adopted } = mergePin({
          desired: line(d, 'New'),
          observed: line(o, 'Old'),
          appliedPin: a === undefined ? undefined : print(a),
          fingerprint: print,
          conflict: conflict as PinConflict,
        });
        return merged === line(adopted ?? d, 'New') && (adopted === undefined || adopted === o);
      },
    ),
  );
  t.pass('no counterexample');
});
