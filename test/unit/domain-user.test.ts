import t from 'tap';
import { domainSchema } from '../../src/domain/company.ts';
import { labelKindSchema } from '../../src/domain/group.ts';
import { fieldErrors } from '../../src/domain/rule.ts';
import { externalIdsSchema, foldUsername, personalContactSchema, usernameSchema } from '../../src/domain/user.ts';

/** What a schema makes of a value: the value, or the code of the refusal. */
function judged(schema: typeof usernameSchema | typeof personalContactSchema, value: unknown): unknown {
  const result = schema.safeParse(value);
  return result.success ? result.data : fieldErrors(result.error)[0]?.code;
}

t.test('user names', async (t) => {
  const cases: [given: string, becomes: string, why: string][] = [
    ['ann', 'ann', 'a plain name'],
    [' Ann@Example.com\u3000', 'Ann@Example.com', 'spaces of any kind at the ends are cut'],
    ['ＡＮＮ', 'ANN', 'full-width letters become plain'],
    ['ﬁn', 'fin', 'ligatures become letters'],
    ['u\u0308ber', 'über', 'letters and accents are put together'],
    ['a\u202eb', 'TEXT_BIDI_CONTROL', 'nothing turns the writing direction'],
    ['a\u0000b', 'TEXT_CONTROL_CHARACTER', 'no control characters'],
    ['\ud800', 'TEXT_NOT_UNICODE', 'no half characters'],
    ['  ', 'TEXT_EMPTY', 'not empty'],
    ['x'.repeat(121), 'TEXT_TOO_LONG', 'at most 120'],
    ['\ufdfa'.repeat(10), 'TEXT_TOO_LONG', 'counted as it is kept: one of these is 18'],
  ];
  for (const [given, becomes, why] of cases) t.equal(judged(usernameSchema, given), becomes, why);
  t.equal(foldUsername('ÄNN@Example.COM'), 'Änn@example.com', 'the case of A to Z only, as in the database');
});

t.test('personal contacts', async (t) => {
  const cases: [given: string, becomes: string][] = [
    ['+49 (30) 123-456', '+4930123456'],
    [' +4930123456 ', '+4930123456'],
    ['Ann@EXAMPLE.com', 'Ann@example.com'],
    ['00493012345', 'CONTACT_INVALID'],
    ['1001', 'CONTACT_INVALID'],
    ['ann@localhost', 'CONTACT_INVALID'],
    ['Ann <ann@example.com>', 'CONTACT_INVALID'],
    ['', 'CONTACT_INVALID'],
  ];
  for (const [given, becomes] of cases) t.equal(judged(personalContactSchema, given), becomes, given);
});

t.test('domains, kinds of labels and external ids', async (t) => {
  t.equal(domainSchema.parse(' Example.COM '), 'example.com');
  for (const wrong of [
    'example',
    '.example.com',
    'exa_mple.com',
    '*.example.com',
    'a@b.com',
    `${'a'.repeat(64)}.com`,
  ]) {
    t.notOk(domainSchema.safeParse(wrong).success, wrong);
  }
  for (const right of ['desk', 'sales-campaign', 'q4']) t.ok(labelKindSchema.safeParse(right).success, right);
  for (const wrong of ['group', 'team', 'Desk', '4q', 'a b', '', 'a'.repeat(31)]) {
    t.notOk(labelKindSchema.safeParse(wrong).success, wrong);
  }
  const id = (name: string) => ({ name, value: '1' });
  t.ok(externalIdsSchema.safeParse([id('crm'), id('contact-centre')]).success);
  t.notOk(externalIdsSchema.safeParse([id('crm'), id('crm')]).success, 'a system once');
  t.notOk(externalIdsSchema.safeParse(Array.from({ length: 21 }, (_, n) => id(`s${n}`))).success, 'at most 20');
});
