import fc from 'fast-check';
import { getCountries } from 'libphonenumber-js/min';
import t from 'tap';
import {
  contextOf,
  countrySchema,
  diallingPlan,
  emergencyNumberSchema,
  isInRanges,
  mailboxContextOf,
  type NumberRange,
  nextFree,
  rangeSchema,
  slugOfMailboxContext,
  slugSchema,
  trunkSchema,
} from '../../src/domain/company.ts';
import { endpointId } from '../../src/domain/sip-account.ts';

const SLUGS: [slug: string, ok: boolean, why: string][] = [
  ['acme', true, 'letters'],
  ['a', true, 'one letter'],
  ['acme2', true, 'a digit after a letter'],
  ['acme-berlin-x1', true, 'parts that start with letters'],
  ['a'.repeat(24), true, '24 characters'],
  ['a'.repeat(25), false, '25 characters'],
  ['acme-1001', false, 'its extensions could be named like accounts of another company'],
  ['1acme', false, 'starts with a digit'],
  ['Acme', false, 'AstDB ignores case in places'],
  ['acme_x', false, 'an underscore is a wildcard of DBGetTree'],
  ['acme--x', false, 'an empty part'],
  ['-acme', false, 'starts with a dash'],
  ['acme-', false, 'ends with a dash'],
  ['acme/x', false, 'a slash separates AstDB keys'],
  ['acme%', false, 'a wildcard'],
  ['äcme', false, 'not ASCII'],
  ['acme\n', false, 'a line end'],
  ['', false, 'empty'],
];
for (const [slug, ok, why] of SLUGS) {
  t.test(`slug ${JSON.stringify(slug)} is ${ok ? 'taken' : 'refused'}: ${why}`, async (t) =>
    t.equal(slugSchema.safeParse(slug).success, ok),
  );
}

const slugs = fc.stringMatching(/^[a-z][a-z0-9]{0,4}(-[a-z][a-z0-9]{0,3}){0,2}$/);
const numbers = fc.stringMatching(/^[0-9]{2,10}$/);

t.test('no two accounts of two companies share an endpoint id', async (t) => {
  const account = fc.record({
    prefix: fc.option(
      slugs.map((slug) => `${slug}-`),
      { nil: '' },
    ),
    number: numbers,
    ordinal: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(account, account, (a, b) => {
      const same = a.prefix === b.prefix && a.number === b.number && a.ordinal === b.ordinal;
      return same === (endpointId(a.prefix, a.number, a.ordinal) === endpointId(b.prefix, b.number, b.ordinal));
    }),
    { numRuns: 5000 },
  );
  t.equal(endpointId('', '1001', 1), '1001');
  t.equal(endpointId('acme-', '1001', 1), 'acme-1001');
  t.equal(endpointId('acme-', '1001', 3), 'acme-1001-3');
});

t.test('the voicemail contexts of two companies never meet, and give the company back', async (t) => {
  fc.assert(
    fc.property(slugs, numbers, (slug, number) => {
      const context = mailboxContextOf(slug, number);
      return slugOfMailboxContext(context) === slug && context !== contextOf(slug) && context.length <= 79;
    }),
  );
  t.equal(mailboxContextOf('acme', '1001'), 'lk-acme-01');
  t.equal(mailboxContextOf('acme', '1065'), 'lk-acme-01', '64 shards');
  t.equal(mailboxContextOf('acme', '07'), 'lk-acme-07');
  t.equal(slugOfMailboxContext('default'), undefined);
  t.equal(slugOfMailboxContext('lk-acme'), undefined);
});

const RANGES: [range: [string, string], ok: boolean, why: string][] = [
  [['1000', '1999'], true, 'ordinary'],
  [['00', '99'], true, 'two digits with leading zeros'],
  [['0000000000', '9999999999'], true, 'ten digits'],
  [['1000', '1000'], true, 'one number'],
  [['1999', '1000'], false, 'the wrong way round'],
  [['100', '1999'], false, 'of two lengths'],
  [['1', '9'], false, 'one digit'],
  [['00000000000', '99999999999'], false, 'eleven digits'],
  [['10a0', '1999'], false, 'not digits'],
];
for (const [range, ok, why] of RANGES) {
  t.test(`range ${range.join('-')} is ${ok ? 'taken' : 'refused'}: ${why}`, async (t) =>
    t.equal(rangeSchema.safeParse(range).success, ok),
  );
}

const FREE: [sentence: string, ranges: NumberRange[], taken: string[], free: string | undefined][] = [
  ['the first of an empty range', [['1000', '1999']], [], '1000'],
  ['the first gap', [['1000', '1999']], ['1000', '1001', '1003'], '1002'],
  ['leading zeros are kept', [['0007', '0099']], ['0007', '0008', '0009'], '0010'],
  [
    'the second range when the first is full',
    [
      ['10', '11'],
      ['200', '209'],
    ],
    ['10', '11'],
    '200',
  ],
  [
    'the order of the ranges, not of the numbers',
    [
      ['200', '209'],
      ['10', '11'],
    ],
    [],
    '200',
  ],
  ['nothing when all are full', [['10', '11']], ['10', '11'], undefined],
  ['nothing without ranges', [], [], undefined],
  ['007 does not take 07', [['07', '08']], ['007'], '07'],
];
for (const [sentence, ranges, taken, free] of FREE) {
  t.test(`next free number: ${sentence}`, async (t) =>
    t.equal(
      nextFree(ranges, (number) => taken.includes(number)),
      free,
    ),
  );
}

t.test('a number is in a range only with the length of the range', async (t) => {
  const ranges: NumberRange[] = [['0100', '0199']];
  t.equal(isInRanges('0100', ranges), true);
  t.equal(isInRanges('0199', ranges), true);
  t.equal(isInRanges('100', ranges), false);
  t.equal(isInRanges('00100', ranges), false);
  t.equal(isInRanges('0200', ranges), false);
});

t.test('what next free finds lies in the ranges', async (t) => {
  const range = fc.tuple(fc.nat(500), fc.nat(40)).map(([from, more]): NumberRange => {
    const text = (n: number) => String(n).padStart(4, '0');
    return [text(from), text(from + more)];
  });
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 3 }), fc.func(fc.boolean()), (ranges, isTaken) => {
      const found = nextFree(ranges, isTaken);
      return found === undefined || (isInRanges(found, ranges) && !isTaken(found));
    }),
  );
  t.pass('no counterexample');
});

const PLANS: [country: string, code: string, abroad: string, area: string][] = [
  ['DE', '49', '00', '0'],
  ['US', '1', '011', '1'],
  ['GB', '44', '00', '0'],
  ['IT', '39', '00', ''],
  ['RU', '7', '810', '8'],
  ['AU', '61', '0011', '0'],
  ['FR', '33', '00', '0'],
  ['IL', '972', '00', '0'],
  ['SG', '65', '001', ''],
  ['TW', '886', '002', '0'],
  ['JP', '81', '010', '0'],
  ['ES', '34', '00', ''],
];
for (const [country, code, abroad, area] of PLANS) {
  t.test(`people in ${country} dial ${abroad} for abroad and "${area}" for another area`, async (t) =>
    t.same(diallingPlan(country), { countryCode: code, internationalPrefix: abroad, nationalPrefix: area }),
  );
}

t.test('every country has prefixes of digits', async (t) => {
  for (const country of getCountries()) {
    t.equal(countrySchema.safeParse(country).success, true, country);
    const plan = diallingPlan(country);
    t.match(plan.internationalPrefix, /^[0-9]{1,5}$/, country);
    t.match(plan.nationalPrefix, /^[0-9]*$/, country);
    t.not(plan.internationalPrefix, plan.nationalPrefix, `${country}: abroad and another area are told apart`);
    t.match(plan.countryCode, /^[0-9]{1,3}$/, country);
  }
});

const OTHERS: [
  sentence: string,
  schema: { safeParse(v: unknown): { success: boolean } },
  value: string,
  ok: boolean,
][] = [
  ['DE is a country', countrySchema, 'DE', true],
  ['de is none', countrySchema, 'de', false],
  ['XX is none', countrySchema, 'XX', false],
  ['a trunk is named like a section', trunkSchema, 'my_trunk-1', true],
  ['a trunk cannot hold a slash', trunkSchema, 'a/b', false],
  ['a trunk cannot hold an ampersand', trunkSchema, 'a&b', false],
  ['a trunk of 41 characters is too long', trunkSchema, 'x'.repeat(41), false],
  ['112 is an emergency number', emergencyNumberSchema, '112', true],
  ['an emergency number is no pattern', emergencyNumberSchema, '11.', false],
  ['an emergency number has at least two digits', emergencyNumberSchema, '1', false],
];
for (const [sentence, schema, value, ok] of OTHERS) {
  t.test(sentence, async (t) => t.equal(schema.safeParse(value).success, ok));
}
