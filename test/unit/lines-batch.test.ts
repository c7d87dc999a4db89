import t from 'tap';
import { desiredOf } from '../../src/store/desired.ts';
import { createDigests } from '../../src/store/digests.ts';
import { outcomes, setupLines } from '../support/lines.ts';

t.test('a new extension gets an account, a secret, and a place in the outbox and the activity log', async (t) => {
  const { db, apply, extension, dirty, activity } = await setupLines(t);
  const [result] = await apply([{ number: '1001', input: { displayName: 'Ann' } }]);
  if (result?.result !== 'created') throw new Error(`ended as ${result?.result}`);
  t.match(result, { line: 1, number: '1001', version: 1, pin: undefined });
  t.match(result.secret, /^[A-Za-z0-9]{24}$/);
  const row = await extension('1001');
  t.match(row, {
    id: result.extensionId,
    displayName: 'Ann',
    ringSeconds: 25,
    classOfService: 'national',
    enabled: true,
  });
  const [account] = row?.accounts ?? [];
  t.match(account, { ordinal: 1, kind: 'desk', maxContacts: 1 });
  t.equal(db.seal.open(account?.secretSealed ?? '', `SipAccount:${account?.id}`), result.secret);
  t.same(await dirty(), [`extension ${result.extensionId}`]);
  t.same(await activity(), ['extension.created']);
  t.notMatch(
    JSON.stringify(await db.read.auditEvent.findMany(), (_, v) => (typeof v === 'bigint' ? Number(v) : v)),
    result.secret,
  );
});

t.test('what to do with an extension that exists', async (t) => {
  const { apply, extension, clean, dirty } = await setupLines(t);
  await apply([{ number: '1001', input: { displayName: 'Ann' } }]);
  await clean();
  const again = [{ number: '1001', input: { displayName: 'Bob' } }];
  t.same(outcomes(await apply(again, { strategy: 'skip' })), ['skipped']);
  t.same(outcomes(await apply(again, { strategy: 'fail' })), ['failed EXTENSION_TAKEN number']);
  t.same(outcomes(await apply([{ number: '1001', input: { displayName: 'Ann' } }])), ['unchanged']);
  t.match(await extension('1001'), { displayName: 'Ann', version: 1 });
  t.same(await dirty(), []);
  const [updated] = await apply(again);
  t.match(updated, {
    result: 'updated',
    version: 2,
    before: { displayName: 'Ann', version: 1, mailbox: null, phoneNumbers: [] },
  });
  t.match(await extension('1001'), { displayName: 'Bob', version: 2 });
  t.equal((await dirty()).length, 1);
});

t.test('absent leaves a field, null clears it', async (t) => {
  const { apply, extension } = await setupLines(t);
  await apply([
    {
      number: '1001',
      input: { displayName: 'Ann', forwardBusy: '1002', pickupGroup: 'sales', siteId: 'acme-hq', userId: 'acme-ann' },
    },
  ]);
  await apply([{ number: '1001', input: { ringSeconds: 30 } }]);
  t.match(await extension('1001'), {
    forwardBusy: '1002',
    pickupGroup: 'sales',
    siteId: 'acme-hq',
    userId: 'acme-ann',
    ringSeconds: 30,
  });
  await apply([{ number: '1001', input: { forwardBusy: null, pickupGroup: null, siteId: null, userId: null } }]);
  t.match(await extension('1001'), {
    forwardBusy: null,
    pickupGroup: null,
    siteId: null,
    userId: null,
    ringSeconds: 30,
  });
});

t.test('a bad row fails alone and says everything that is wrong with it', async (t) => {
  const { apply, extension } = await setupLines(t);
  const results = await apply([
    { number: '1001' },
    { number: '2001', input: { siteId: 'beta-hq', userId: 'beta-ann', mailbox: { pin: '2001' } } },
    { number: '1002' },
  ]);
  t.same(outcomes(results), [
    'created',
    'failed EXTENSION_OUT_OF_RANGE number REFERENCE_INVALID siteId REFERENCE_INVALID userId PIN_WEAK mailbox.pin',
    'created',
  ]);
  t.match(results[1], { code: 'EXTENSION_OUT_OF_RANGE', line: 2 });
  t.equal(await extension('2001'), null);
});

t.test('an extension that must exist is not made', async (t) => {
  const { apply } = await setupLines(t);
  t.same(outcomes(await apply([{ number: '1001' }], { mustExist: true })), ['failed NOT_FOUND number']);
});

t.test('an extension outside the ranges that is there already may be changed', async (t) => {
  const { apply, write } = await setupLines(t);
  await apply([{ number: '1001' }]);
  await write((tx) => tx.company.update({ where: { id: 'acme' }, data: { ranges: '[["2000","2999"]]' } }));
  t.same(outcomes(await apply([{ number: '1001', input: { displayName: 'Ann' } }])), ['updated']);
});

t.test('the next free number', async (t) => {
  const { apply } = await setupLines(t);
  await apply([{ number: '11' }]);
  const numbers = (await apply([{}, {}, {}])).map(({ number }) => number);
  t.same(numbers, ['10', '12', '1000'], 'gaps first, then the next range');
  t.same(
    (await apply([{ number: '1001' }, {}])).map(({ number }) => number),
    ['1001', '1002'],
    'not one of the same batch',
  );
});

t.test('a full range says so', async (t) => {
  const { apply, write } = await setupLines(t);
  await write((tx) => tx.company.update({ where: { id: 'acme' }, data: { ranges: '[["10","11"]]' } }));
  const results = await apply([{}, {}, {}]);
  t.same(outcomes(results), ['created', 'created', 'failed EXTENSION_RANGE_FULL number']);
});

t.test('two companies have the same numbers', async (t) => {
  const { apply, extension } = await setupLines(t);
  await apply([{ number: '1001', input: { displayName: 'Ann' } }]);
  await apply([{ number: '1001', input: { displayName: 'Zoe' } }], { companyId: 'beta' });
  t.equal((await extension('1001'))?.displayName, 'Ann');
  t.equal((await extension('1001', 'beta'))?.displayName, 'Zoe');
});

t.test('there is no such company', async (t) => {
  const { apply } = await setupLines(t);
  await t.rejects(apply([{ number: '1001' }], { companyId: 'nobody' }), { code: 'NOT_FOUND' });
});

t.test('mailboxes', async (t) => {
  const { db, apply, extension, pin } = await setupLines(t);
  const [made, weak, forced] = await apply([
    { number: '1001', input: { mailbox: {} } },
    { number: '1002', input: { mailbox: { pin: '1234' } } },
    { number: '1003', input: { mailbox: { pin: '4719', email: 'ann@example.org' } } },
  ]);
  t.match(made, { result: 'created', pin: /^[0-9]{6}$/ }, 'a random PIN, shown once');
  t.equal(made?.result === 'created' ? made.pin : '', await pin('1001'));
  t.same(outcomes([weak!, forced!]), ['failed PIN_WEAK mailbox.pin', 'created']);
  t.match(forced, { pin: undefined }, 'a PIN that was given is not given back');
  t.equal(await pin('1003'), '4719');
  t.same(outcomes(await apply([{ number: '1002', input: { mailbox: { pin: '1234' } } }], { allowWeakPins: true })), [
    'created',
  ]);
  t.equal(await pin('1002'), '1234');

  const before = (await extension('1003'))?.mailbox;
  await apply([{ number: '1003', input: { mailbox: { attach: false } } }]);
  const after = (await extension('1003'))?.mailbox;
  t.match(after, { attach: false, email: 'ann@example.org', pinSealed: before?.pinSealed, version: 2 });
  t.same(after?.pinChangedAt, before?.pinChangedAt, 'the PIN was not changed');
  t.same(outcomes(await apply([{ number: '1003', input: { mailbox: { pin: '4719' } } }])), ['unchanged']);
  await apply([{ number: '1003', input: { mailbox: { pin: '8152' } } }], { source: 'import' });
  t.equal(await pin('1003'), '8152');
  t.match((await extension('1003'))?.mailbox, { pinSource: 'import', email: 'ann@example.org' });
  await apply([{ number: '1003', input: { mailbox: null } }]);
  t.equal((await extension('1003'))?.mailbox, null);
  t.same(outcomes(await apply([{ number: '1003', input: { mailbox: null } }])), ['unchanged']);
  t.notMatch(JSON.stringify(await db.read.auditEvent.findMany()), /4719|8152/);
});

t.test('users and sites by name', async (t) => {
  const { db, apply, extension } = await setupLines(t);
  const results = await apply([
    { number: '1001', extras: { siteName: 'hq', user: { username: 'bob', firstName: 'Bob', lastName: 'Ray' } } },
    { number: '1002', extras: { user: { username: 'bob' } } },
    { number: '1003', extras: { siteName: 'Nowhere' } },
    { number: '1004', extras: { user: { username: 'beta-ann' } } },
    { number: '1005', extras: { user: { username: 'acme-ann', email: 'ann@example.org' } } },
  ]);
  t.same(outcomes(results), [
    'created',
    'created',
    'failed REFERENCE_INVALID siteName',
    'failed USERNAME_TAKEN user.username',
    'created',
  ]);
  const bob = await db.read.user.findUnique({ where: { username: 'bob' } });
  t.match(bob, { firstName: 'Bob', lastName: 'Ray', companyId: 'acme' });
  t.match(await extension('1001'), { displayName: 'Bob Ray', siteId: 'acme-hq', userId: bob?.id });
  t.match(await extension('1002'), { displayName: '1002', userId: bob?.id });
  t.match(await db.read.user.findUnique({ where: { username: 'acme-ann' } }), {
    firstName: 'Ann',
    email: 'ann@example.org',
  });
  const cleared = { number: '1005', extras: { user: { username: 'acme-ann', email: null } } };
  t.same(outcomes(await apply([cleared])), ['updated']);
  t.equal((await db.read.user.findUnique({ where: { username: 'acme-ann' } }))?.email, null, 'null clears');
  t.same(outcomes(await apply([cleared])), ['unchanged']);
});

t.test('an extension stands in a batch once', async (t) => {
  const { db, apply, extension } = await setupLines(t);
  const rows = [
    { input: { displayName: 'Ann', mailbox: { pin: '4719' } } },
    { number: '10', input: { ringSeconds: 40, mailbox: { pin: '8152' } } },
  ];
  const twice = ['created', 'failed EXTENSION_TAKEN number'];
  t.same(outcomes(await apply(rows)), twice, 'the first row got 10, the next free number');
  t.match(await extension('10'), { displayName: 'Ann', ringSeconds: 25, version: 1 });
  const id = (await extension('10'))?.id ?? '';
  const sources = desiredOf(db.read, db.seal, createDigests(db.seal), [{ type: 'extension', id }]);
  t.match([...sources.extensions], [{ displayName: 'Ann', mailbox: { pin: '4719' } }], 'the PBX gets it');
  const again = [
    { number: '10', input: { displayName: 'Bob' } },
    { number: '10', input: { ringSeconds: 50 } },
  ];
  t.same(outcomes(await apply(again)), ['updated', 'failed EXTENSION_TAKEN number']);
  t.match(await extension('10'), { displayName: 'Bob', ringSeconds: 25, version: 2 });
});

t.test('a thousand rows in one batch', async (t) => {
  const { db, apply } = await setupLines(t);
  const results = await apply(
    Array.from({ length: 1000 }, (_, n) => ({
      number: String(1000 + n),
      input: { displayName: `User ${n}`, mailbox: {} },
    })),
  );
  t.ok(results.every(({ result }) => result === 'created'));
  t.equal(await db.read.mailbox.count(), 1000);
  t.equal(new Set(results.map((one) => (one.result === 'created' ? one.secret : ''))).size, 1000);
});
