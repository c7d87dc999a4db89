import fc from 'fast-check';
import t from 'tap';
import { emailSchema, generatePin, pinSchema, pinWeakness } from '../../src/domain/mailbox.ts';

const FORM: [pin: string, ok: boolean, why: string][] = [
  ['4711', true, 'four digits'],
  ['471147', true, 'six digits'],
  ['0000', true, 'weak, but that is another rule'],
  ['471', false, 'three digits'],
  ['4711471', false, 'seven digits'],
  ['', false, 'empty means no password to Asterisk'],
  ['-', false, 'a dash means no password to Asterisk'],
  ['-4711', false, 'a dash before digits means that the user may not change it'],
  ['47 11', false, 'a blank'],
  ['4711\n', false, 'a line end'],
  ['٤٧١١', false, 'digits of another script'],
  ['4711,x', false, 'a comma starts the next field'],
];
for (const [pin, ok, why] of FORM) {
  t.test(`a PIN of ${JSON.stringify(pin)} is ${ok ? 'taken' : 'refused'}: ${why}`, async (t) =>
    t.equal(pinSchema.safeParse(pin).success, ok),
  );
}

const WEAK: [pin: string, extension: string, why: RegExp][] = [
  ['1001', '1001', /is the extension/],
  ['1002', '2001', /is the extension/],
  ['710019', '1001', /contains the extension/],
  ['100171', '1001', /contains the extension/],
  ['4444', '1001', /repeated/],
  ['000000', '1001', /repeated/],
  ['4747', '1001', /pattern/],
  ['471471', '1001', /pattern/],
  ['1234', '2001', /run/],
  ['4321', '2001', /run/],
  ['7890', '2001', /run/],
  ['0987', '2001', /run/],
  ['345678', '1001', /run/],
  ['1987', '1001', /year/],
  ['2026', '1001', /year/],
  ['2580', '1001', /most used/],
  ['0852', '1001', /most used/],
  ['159753', '1001', /most used/],
];
for (const [pin, extension, why] of WEAK) {
  t.test(`${pin} is weak for ${extension}`, async (t) => t.match(pinWeakness(pin, extension), why));
}

const STRONG: [pin: string, extension: string, why: string][] = [
  ['4719', '1001', 'nothing is known against it'],
  ['2187', '1001', 'a year of the twenty-second century is not near'],
  ['815915', '1001', 'six digits without a pattern'],
  ['479912', '99', 'two digits of an extension stand in every hundredth PIN'],
  ['1357', '1001', 'steps of two are no run'],
  ['47474', '1001', 'a pattern that does not come out even'],
];
for (const [pin, extension, why] of STRONG) {
  t.test(`${pin} is good for ${extension}: ${why}`, async (t) => t.equal(pinWeakness(pin, extension), undefined));
}

t.test('a generated PIN has six digits and is never weak, whatever the dice say', async (t) => {
  const dice = fc.infiniteStream(fc.nat(999_999));
  const extension = fc.stringMatching(/^[0-9]{2,10}$/);
  fc.assert(
    fc.property(dice, extension, (stream, number) => {
      const pin = generatePin(number, () => stream.next().value ?? 0);
      return /^[0-9]{6}$/.test(pin) && pinWeakness(pin, number) === undefined && pinSchema.safeParse(pin).success;
    }),
  );
  const throws = [123_456, 111_111, 471_471, 815];
  t.equal(
    generatePin('7777', () => throws.shift() ?? 0),
    '000815',
    'weak ones are thrown again, leading zeros kept',
  );
});

const MAIL: [address: string, ok: boolean, why: string][] = [
  ['ann@example.org', true, 'plain'],
  ["o'neil+pbx@mail.example.co.uk", true, 'an apostrophe, a plus and several labels'],
  ['a@b', false, 'no dot in the domain'],
  ['"a b"@example.org', false, 'quotes'],
  ['a,b@example.org', false, 'a comma starts the next field of a mailbox'],
  ['a|b@example.org', false, 'a pipe separates recipients and options'],
  [`\${X}@example.org`, false, 'an expression of Asterisk'],
  ['a;b@example.org', false, 'a semicolon starts a comment'],
  ['a@example.org\nBcc: x@example.org', false, 'a line end'],
  ['Ann <ann@example.org>', false, 'a display name'],
  ['a@-example.org', false, 'a label that starts with a dash'],
  ['a@example-.org', false, 'a label that ends with a dash'],
  ['ä@example.org', false, 'not ASCII'],
  [`${'a'.repeat(108)}@example.org`, true, '120 characters'],
  [`${'a'.repeat(109)}@example.org`, false, '121 characters'],
];
for (const [address, ok, why] of MAIL) {
  t.test(`an address is ${ok ? 'taken' : 'refused'}: ${why}`, async (t) =>
    t.equal(emailSchema.safeParse(address).success, ok),
  );
}
