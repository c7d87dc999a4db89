import t from 'tap';
import { createNumbers, endQuarantines, moveNumber, removeNumber } from '../../src/lines/numbers.ts';
import { outcomes, setupLines } from '../support/lines.ts';

const [A, B, C, D] = ['+4930123401', '+4930123402', '+4930123403', '+4930123404'];
const SYSTEM = { actor: 'test', ifVersion: undefined };

t.test('phone numbers of a row', async (t) => {
  await t.test('one that nobody knows is added, a spare and a reserved one are taken', async (t) => {
    const { apply, phone, number, extension, dirty } = await setupLines(t);
    await number(B, 'spare');
    await number(C, 'reserved');
    t.same(outcomes(await apply([{ number: '1001', extras: { phoneNumbers: [A, B, C, A] } }])), ['created']);
    const ann = await extension('1001');
    t.same(ann?.numbers.map(({ e164 }) => e164).sort(), [A, B, C]);
    t.match(await phone(A), {
      state: 'assigned',
      companyId: 'acme',
      events: [{ fromState: null, toState: 'assigned', extension: '1001' }],
    });
    t.match(await phone(C), { events: [{ fromState: 'reserved', toState: 'assigned' }] });
    t.equal((await dirty()).filter((mark) => mark.startsWith('number')).length, 3);
    t.same(outcomes(await apply([{ number: '1001', extras: { phoneNumbers: [A] } }])), ['unchanged'], 'others stay');
  });

  await t.test('one that rings elsewhere, rests, or belongs to another company is refused', async (t) => {
    const { apply, number, phone } = await setupLines(t);
    await apply([{ number: '1001', extras: { phoneNumbers: [A] } }]);
    await number(B, 'quarantined');
    await number(C, 'spare', { companyId: 'beta' });
    const [result] = await apply([{ number: '1002', extras: { phoneNumbers: [A, B, C] } }]);
    t.same(outcomes([result!]), [
      'failed NUMBER_NOT_ASSIGNABLE phoneNumbers NUMBER_NOT_ASSIGNABLE phoneNumbers NUMBER_TAKEN phoneNumbers',
    ]);
    t.notMatch(JSON.stringify(result), 'beta', "whose it is is the other company's business");
    t.match(await phone(C), { companyId: 'beta', state: 'spare' });
  });

  await t.test('two rows of a batch cannot have the same', async (t) => {
    const { apply } = await setupLines(t);
    const rows = ['1001', '1002'].map((number) => ({ number, extras: { phoneNumbers: [A] } }));
    t.same(outcomes(await apply(rows)), ['created', 'failed NUMBER_NOT_ASSIGNABLE phoneNumbers']);
  });

  await t.test('a row that fails takes none', async (t) => {
    const { apply, phone } = await setupLines(t);
    const bad = { number: '1001', input: { siteId: 'nowhere' }, extras: { phoneNumbers: [A] } };
    t.same(outcomes(await apply([bad, { number: '1002', extras: { phoneNumbers: [A] } }])), [
      'failed REFERENCE_INVALID siteId',
      'created',
    ]);
    t.match(await phone(A), { state: 'assigned' });
  });
});

t.test('an extension that goes leaves its numbers in quarantine, for the days of the company', async (t) => {
  const { apply, extension, extensions, write, phone, dirty, clean } = await setupLines(t);
  await apply([{ number: '1001', extras: { phoneNumbers: [A] } }]);
  const ann = await extension('1001');
  await clean();
  const before = Date.now();
  await write((tx) => extensions.remove(tx, { actor: 'test', ifVersion: 1 }, ann?.id ?? ''));
  const number = await phone(A);
  t.match(number, { state: 'quarantined', extensionId: null });
  const until = number?.quarantinedUntil?.getTime() ?? 0;
  t.ok(until >= before + 30 * 86_400_000 && until <= Date.now() + 30 * 86_400_000);
  t.match(number?.events.at(-1), { fromState: 'assigned', toState: 'quarantined', extension: '1001' });
  t.equal((await dirty()).length, 2, 'the extension and the number');

  t.equal(await write((tx) => endQuarantines(tx, new Date())), 0, 'not yet');
  t.equal(await write((tx) => endQuarantines(tx, new Date(until))), 1);
  t.match(await phone(A), { state: 'spare', quarantinedUntil: null });
});

t.test('a company without quarantine gets its numbers back at once', async (t) => {
  const { apply, extension, extensions, write, phone } = await setupLines(t);
  await write((tx) => tx.company.update({ where: { id: 'acme' }, data: { quarantineDays: 0 } }));
  await apply([{ number: '1001', extras: { phoneNumbers: [A] } }]);
  const ann = await extension('1001');
  await write((tx) => extensions.remove(tx, { actor: 'test', ifVersion: undefined }, ann?.id ?? ''));
  t.match(await phone(A), { state: 'spare', quarantinedUntil: null });
});

t.test('a number by itself', async (t) => {
  const { apply, extension, write, phone, dirty, clean } = await setupLines(t);
  await apply([{ number: '1001' }, { number: '1002' }]);
  await apply([{ number: '1001' }], { companyId: 'beta' });
  const [ann, bob, zoe] = [await extension('1001'), await extension('1002'), await extension('1001', 'beta')];
  const ids = await write((tx) => createNumbers(tx, SYSTEM, 'acme', [A, B], 'from the carrier'));
  const id = ids[0] ?? '';
  await clean();
  t.match(await phone(A), { state: 'spare', note: 'from the carrier' });
  await t.rejects(
    write((tx) => createNumbers(tx, SYSTEM, 'acme', [C, A], null)),
    { code: 'NUMBER_TAKEN' },
  );
  t.equal(await phone(C), null, 'all or none');

  await write((tx) => moveNumber(tx, SYSTEM, id, { to: 'reserved' }));
  t.same(await dirty(), [], 'the PBX need not know');
  await t.rejects(
    write((tx) => moveNumber(tx, SYSTEM, id, { to: 'quarantined' })),
    { code: 'CONFLICT' },
  );
  await t.rejects(
    write((tx) => moveNumber(tx, SYSTEM, id, { to: 'assigned', extensionId: zoe?.id ?? '' })),
    { code: 'REFERENCE_INVALID' },
    'an extension of another company',
  );
  await write((tx) => moveNumber(tx, SYSTEM, id, { to: 'assigned', extensionId: ann?.id ?? '' }));
  t.same(await dirty(), [`number ${id}`]);
  await write((tx) => moveNumber(tx, SYSTEM, id, { to: 'assigned', extensionId: bob?.id ?? '' }));
  t.match(await phone(A), { state: 'assigned', extensionId: bob?.id });
  await t.rejects(
    write((tx) => removeNumber(tx, SYSTEM, id)),
    { code: 'CONFLICT' },
  );
  await t.rejects(
    write((tx) => moveNumber(tx, { ...SYSTEM, ifVersion: 1 }, id, { to: 'spare' })),
    { code: 'PRECONDITION_FAILED' },
  );
  await write((tx) => moveNumber(tx, SYSTEM, id, { to: 'quarantined' }));
  await t.rejects(
    write((tx) => moveNumber(tx, SYSTEM, id, { to: 'assigned', extensionId: ann?.id ?? '' })),
    { code: 'NUMBER_NOT_ASSIGNABLE' },
  );
  await write((tx) => moveNumber(tx, SYSTEM, id, { to: 'spare' }));
  t.same(
    (await phone(A))?.events.map(({ toState, extension }) => `${toState} ${extension}`),
    ['spare null', 'reserved null', 'assigned 1001', 'assigned 1002', 'quarantined 1002', 'spare null'],
  );
  await write((tx) => removeNumber(tx, SYSTEM, id));
  t.equal(await phone(A), null);
  await t.rejects(
    write((tx) => moveNumber(tx, SYSTEM, id, { to: 'spare' })),
    { code: 'NOT_FOUND' },
  );
});

t.test('several may ask for the same number at once, one gets it', async (t) => {
  const { apply } = await setupLines(t);
  const results = await Promise.all([
    apply([{ number: '1001', extras: { phoneNumbers: [D] } }]),
    apply([{ number: '1001', extras: { phoneNumbers: [D] } }], { companyId: 'beta' }),
    apply([{ number: '1002', extras: { phoneNumbers: [D] } }]),
  ]);
  t.same(results.flatMap(outcomes), [
    'created',
    'failed NUMBER_TAKEN phoneNumbers',
    'failed NUMBER_NOT_ASSIGNABLE phoneNumbers',
  ]);
});
