import { randomBytes } from 'node:crypto';
import t from 'tap';
import {
  displayNameSchema,
  extensionNumberSchema,
  forwardTargetSchema,
  pickupGroupSchema,
  ringSecondsSchema,
} from '../../src/domain/extension.ts';
import { extensionExtrasSchema, extensionInputSchema } from '../../src/domain/extension-input.ts';
import { canMove, e164Schema, NUMBER_STATES, parseE164 } from '../../src/domain/phone-number.ts';
import { fieldErrors } from '../../src/domain/rule.ts';
import { codecsSchema, generateSecret, importedSecretSchema } from '../../src/domain/sip-account.ts';

type Schema = { safeParse(value: unknown): { success: boolean } };
const CASES: [sentence: string, schema: Schema, value: unknown, ok: boolean][] = [
  ['an extension has two digits at least', extensionNumberSchema, '10', true],
  ['an extension may start with zeros', extensionNumberSchema, '007', true],
  ['an extension has ten digits at most', extensionNumberSchema, '0123456789', true],
  ['one digit is no extension', extensionNumberSchema, '1', false],
  ['eleven digits are no extension', extensionNumberSchema, '01234567890', false],
  ['a star code is no extension', extensionNumberSchema, '*97', false],
  ['a wildcard is no extension', extensionNumberSchema, '10%', false],
  ['a number is no extension, it must be text', extensionNumberSchema, 1001, false],
  ['a line end is no part of an extension', extensionNumberSchema, '1001\n', false],
  ['digits of another script are none', extensionNumberSchema, '١٠٠١', false],
  ['calls are forwarded to an extension', forwardTargetSchema, '1001', true],
  ['calls are forwarded to a number in E.164', forwardTargetSchema, '+4930123456', true],
  ['calls are not forwarded to a number without plus', forwardTargetSchema, '004930123456', false],
  ['calls are not forwarded to a country that starts with 0', forwardTargetSchema, '+0930123456', false],
  ['calls are not forwarded to sixteen digits', forwardTargetSchema, '+1234567890123456', false],
  ['calls are not forwarded to six digits abroad', forwardTargetSchema, '+123456', false],
  ['calls are not forwarded to a SIP address', forwardTargetSchema, 'a@example.org', false],
  ['calls are not forwarded to a dial string', forwardTargetSchema, '1001&1002', false],
  ['calls are not forwarded to an expression', forwardTargetSchema, '${X}', false],
  ['a display name of 80 units fits', displayNameSchema, 'x'.repeat(80), true],
  ['a display name of 81 units does not', displayNameSchema, 'x'.repeat(81), false],
  ['a phone rings 5 seconds at least', ringSecondsSchema, 5, true],
  ['a phone does not ring 4 seconds', ringSecondsSchema, 4, false],
  ['a phone rings 120 seconds at most', ringSecondsSchema, 120, true],
  ['a phone does not ring 121 seconds', ringSecondsSchema, 121, false],
  ['a phone does not ring half a second', ringSecondsSchema, 20.5, false],
  ['a pickup group is a short word', pickupGroupSchema, 'sales-2', true],
  ['a pickup group holds no comma', pickupGroupSchema, 'a,b', false],
  ['a pickup group does not start with a dash', pickupGroupSchema, '-a', false],
  ['a pickup group of 21 characters is too long', pickupGroupSchema, 'x'.repeat(21), false],
  ['codecs are named once', codecsSchema, ['alaw', 'alaw'], false],
  ['codecs are known ones', codecsSchema, ['alaw', 'all'], false],
  ['codecs are at least one', codecsSchema, [], false],
  ['a secret of 16 letters and digits is taken over', importedSecretSchema, 'aB3aB3aB3aB3aB3a', true],
  ['a secret of 15 is too short', importedSecretSchema, 'aB3aB3aB3aB3aB3', false],
  ['a secret with signs breaks some phone', importedSecretSchema, 'aB3aB3aB3aB3aB3&', false],
  ['a number in E.164 is taken', e164Schema, '+4930123456', true],
  ['a number with blanks is not E.164', e164Schema, '+49 30 123456', false],
  ['a number of a country without such numbers is none', e164Schema, '+491', false],
  ['a field that nobody knows is refused', extensionInputSchema, { displayname: 'Ann' }, false],
  ['an unknown field of a mailbox is refused', extensionInputSchema, { mailbox: { options: 'x' } }, false],
  ['null clears', extensionInputSchema, { forwardAlways: null, mailbox: null }, true],
  ['21 phone numbers are too many', extensionExtrasSchema, { phoneNumbers: Array(21).fill('+4930123456') }, false],
];
for (const [sentence, schema, value, ok] of CASES) {
  t.test(sentence, async (t) => t.equal(schema.safeParse(value).success, ok));
}

t.test('every wrong field is named by its path and a stable code', async (t) => {
  const parsed = extensionInputSchema.safeParse({
    displayName: '',
    ringSeconds: 1,
    forwardBusy: 'x',
    classOfService: 'any',
    mailbox: { pin: '1', email: 'x' },
    nonsense: 1,
  });
  const errors = fieldErrors(parsed.error!).map(({ path, code }) => `${path} ${code}`);
  t.same(errors.sort(), [
    ' FIELD_UNKNOWN',
    'classOfService VALUE_UNKNOWN',
    'displayName TEXT_EMPTY',
    'forwardBusy FORWARD_TARGET_INVALID',
    'mailbox.email EMAIL_INVALID',
    'mailbox.pin PIN_INVALID',
    'ringSeconds TOO_SMALL',
  ]);
});

t.test('ten thousand secrets: 24 letters and digits, all different, every character about as often', async (t) => {
  const secrets = Array.from({ length: 10_000 }, () => generateSecret(randomBytes));
  t.ok(secrets.every((secret) => /^[A-Za-z0-9]{24}$/.test(secret)));
  t.equal(new Set(secrets).size, 10_000);
  const counts = new Map<string, number>();
  for (const char of secrets.join('')) counts.set(char, (counts.get(char) ?? 0) + 1);
  t.equal(counts.size, 62);
  // 240,000 draws of 62: the mean is 3871, its deviation 62; eight of them is one in 10^15
  t.ok([...counts.values()].every((count) => Math.abs(count - 240_000 / 62) < 8 * 62));
});

t.test('bytes that would favour some characters are thrown away', async (t) => {
  const bytes = [255, 248, 250, ...Array(24).fill(61)];
  t.equal(
    generateSecret(() => Uint8Array.from(bytes)),
    '9'.repeat(24),
  );
});

const E164: [input: string, country: string | undefined, e164: string | undefined][] = [
  ['030 123456', 'DE', '+4930123456'],
  ['+49 (30) 123456', undefined, '+4930123456'],
  ['0049 30 123456', 'DE', '+4930123456'],
  ['011 49 30 123456', 'US', '+4930123456'],
  ['(202) 555-0142', 'US', '+12025550142'],
  ['06 1234 5678', 'IT', '+390612345678'],
  ['030 123456', undefined, undefined],
  ['112', 'DE', undefined],
  ['abc', 'DE', undefined],
  ['', 'DE', undefined],
];
for (const [input, country, e164] of E164) {
  t.test(`"${input}" in ${country ?? 'no country'} is ${e164 ?? 'no number'}`, async (t) =>
    t.equal(parseE164(input, country), e164),
  );
}

t.test('a phone number moves along its states and no other way', async (t) => {
  const allowed = new Set([
    'spare reserved',
    'spare assigned',
    'reserved spare',
    'reserved assigned',
    'assigned assigned',
    'assigned quarantined',
    'assigned spare',
    'quarantined spare',
  ]);
  for (const from of NUMBER_STATES) {
    for (const to of NUMBER_STATES) t.equal(canMove(from, to), allowed.has(`${from} ${to}`), `${from} -> ${to}`);
  }
});
