import t, { type Test } from 'tap';
import { createDirectory } from '../../src/live/directory/create-directory.ts';
import { Lookup } from '../../src/live/directory/lookup.ts';
import { ownerOfMailbox } from '../../src/store/adopt-pin.ts';
import { separateBoxes } from '../../src/store/boxes.ts';
import { extensionRows, insertExtensionRows } from '../../src/store/extension-rows.ts';
import { handleOf } from '../../src/store/handles.ts';
import { renumberExtensions } from '../../src/store/renumber.ts';
import { setupLines } from '../support/lines.ts';

async function setup(t: Test) {
  const lines = await setupLines(t);
  const directory = createDirectory(lines.db);
  t.teardown(() => directory.close());
  return { ...lines, directory };
}

/** How often the database was asked since. */
function countQueries(t: Test, db: Awaited<ReturnType<typeof setup>>['db']) {
  const handle = handleOf(db.read);
  const { prepare } = handle;
  let count = 0;
  handle.prepare = ((sql: string) => {
    count += 1;
    return prepare.call(handle, sql);
  }) as typeof prepare;
  t.teardown(() => {
    handle.prepare = prepare;
  });
  return () => count;
}

t.test('an endpoint leads to its extension, with and without prefix and ordinal', async (t) => {
  const { directory, apply, db } = await setup(t);
  const [ann] = await apply([{ number: '1001', input: { displayName: 'Ann' } }]);
  t.match(ann, { result: 'created' });
  await apply([{ number: '1001' }], { companyId: 'beta' });
  const own = await db.read.extension.findFirstOrThrow({ where: { companyId: 'acme' } });
  await db.write(async (tx) => {
    const { id: _, ...account } = await tx.sipAccount.findFirstOrThrow({ where: { extensionId: own.id } });
    await tx.sipAccount.create({ data: { ...account, id: 'second', ordinal: 2 } });
    await tx.extension.update({ where: { id: own.id }, data: { userId: 'acme-ann', siteId: 'acme-hq' } });
    const times = { createdAt: new Date(), updatedAt: new Date() };
    await tx.userGroup.create({ data: { id: 'sales', companyId: 'acme', kind: 'team', name: 'Sales', ...times } });
    await tx.userGroupMember.create({ data: { groupId: 'sales', userId: 'acme-ann' } });
  });
  const names = ['1001', '1001-2', '1001-3', 'beta-1001', 'acme-1001', '1999', 'trunk', '1001-01', "x'; --", ''];
  const found = await directory.endpoints('pbx', names);
  t.same([...found.keys()].sort(), ['1001', '1001-2', 'beta-1001']);
  t.same(found.get('1001-2'), {
    endpoint: '1001-2',
    companyId: 'acme',
    extensionId: own.id,
    number: '1001',
    displayName: 'Ann',
    siteId: 'acme-hq',
    userId: 'acme-ann',
    teamIds: ['sales'],
  });
  t.match(found.get('beta-1001'), { companyId: 'beta', number: '1001', teamIds: [] });
  t.match(directory.known('pbx', '1001'), { companyId: 'acme' });
  t.equal(directory.known('pbx', 'trunk'), undefined);
  t.equal((await directory.endpoints('other', ['1001'])).size, 0, 'another PBX has its own names');
});

t.test('contexts, numbers and mailboxes lead to their company', async (t) => {
  const { directory, apply, number } = await setup(t);
  await apply([{ number: '1001', input: { mailbox: { pin: '847193' } } }]);
  await number('+4930123', 'spare');
  t.equal(await directory.companyOfContext('pbx', 'lk-beta'), 'beta');
  t.equal(await directory.companyOfContext('pbx', 'lk-none'), undefined);
  t.equal(await directory.companyOfContext('other', 'lk-beta'), undefined);
  t.equal(await directory.companyOfContext('pbx', 'default'), undefined);
  t.same(await directory.number('+4930123'), { companyId: 'acme', extensionId: null });
  t.equal(await directory.number('+4930124'), undefined);
  const boxes = await directory.mailboxes('pbx', ['1001@lk-acme-41', '1001@default', '1002@lk-acme-42', '@', 'x']);
  t.same([...boxes.keys()], ['1001@lk-acme-41']);
  t.match(boxes.get('1001@lk-acme-41'), { companyId: 'acme', number: '1001' });
});

t.test('a mailbox leads to its extension by the number it has on the PBX', async (t) => {
  const { directory, apply, db, extension, batch, write } = await setup(t);
  await apply([{ number: '1001', input: { mailbox: { pin: '847193' } } }]);
  const first = await extension('1001');
  await write((tx) => renumberExtensions(tx, 'acme', [{ id: first?.id ?? '', from: '1001', to: '1501' }]));
  await apply([{ number: '1001', input: { mailbox: { pin: '582914' } } }]);
  const second = (await extension('1001'))?.mailbox?.box ?? '';
  t.match(second, /^9[0-9]{11}$/, 'the natural number is in use');
  t.equal((await extension('1501'))?.mailbox?.box, '1001');
  const names = ['1001@lk-acme-01', '1501@lk-acme-53', `${second}@lk-acme-00`];
  const found = await directory.mailboxes('pbx', names);
  t.same(
    [...found].map(([name, { number }]) => [name, number]),
    [
      ['1001@lk-acme-01', '1501'],
      [`${second}@lk-acme-00`, '1001'],
    ],
  );
  t.match((await directory.allMailboxes('pbx')).sort(), ['1001@lk-acme-01', new RegExp(`^${second}@`)]);
  t.match(await ownerOfMailbox(db, 'pbx', '1001', 'lk-acme-01'), { type: 'extension', id: first?.id });
  t.equal(await ownerOfMailbox(db, 'pbx', '1501', 'lk-acme-53'), undefined);

  // The first one is deleted, its number on the PBX given to a third one, and brought back.
  const rows = await write((tx) => extensionRows(tx, [first?.id ?? '']));
  await write((tx) => batch.remove(tx, 'test', [{ extensionId: first?.id ?? '', ifVersion: undefined }], 'spare'));
  await write(async (tx) => {
    await tx.mailbox.updateMany({ data: { box: null } });
    await insertExtensionRows(tx, rows);
    await separateBoxes(tx, [first?.id ?? '']);
  });
  t.match((await extension('1501'))?.mailbox?.box, /^9[0-9]{11}$/, 'never two of one number');
});

t.test(
  'what several ask for in one turn is one query, and the answers are kept until something is committed',
  async (t) => {
    const { directory, apply, db } = await setup(t);
    await apply([{ number: '1001' }, { number: '1002' }]);
    const queries = countQueries(t, db);
    const ask = () => Promise.all([directory.endpoints('pbx', ['1001', '1002']), directory.endpoints('pbx', ['1003'])]);
    const [two, none] = await ask();
    t.equal(two?.size, 2);
    t.equal(none?.size, 0);
    t.equal(queries(), 1);
    await ask();
    t.equal(queries(), 1, 'also that nobody has a name is remembered');
    await apply([{ number: '1003' }]);
    const [, one] = await ask();
    t.equal(one?.size, 1, 'a new extension is found at once');
    t.match(directory.known('pbx', '1001'), { number: '1001' });
  },
);

t.test('only so many answers are kept, those used last', async (t) => {
  const loaded: string[][] = [];
  const load = async (names: readonly string[]) => {
    loaded.push([...names]);
    return new Map(names.map((name) => [name, name.length]));
  };
  let now = 0;
  const lookup = new Lookup(load, { most: 3, keepMs: 1000, now: () => now });
  await lookup.all(['a', 'b', 'c']);
  await lookup.all(['a']);
  await lookup.all(['d']);
  t.equal(lookup.size, 3);
  t.same([lookup.known('a'), lookup.known('b')], [1, undefined]);
  now = 1001;
  await lookup.all(['a']);
  t.same(loaded, [['a', 'b', 'c'], ['d'], ['a']], 'and none for ever');
  const many = Array.from({ length: 1200 }, (_, i) => `n${i}`);
  t.equal((await lookup.all(many)).size, 1200, 'more than are kept are answered all the same');
  t.equal(lookup.size, 3);
});

t.test('a query that fails is told to whoever asked, and asked again', async (t) => {
  let isBroken = true;
  const lookup = new Lookup(async (names) => {
    if (isBroken) throw new Error('locked');
    return new Map(names.map((name) => [name, 1]));
  });
  await t.rejects(lookup.one('a'), /locked/);
  isBroken = false;
  t.equal(await lookup.one('a'), 1);
});
