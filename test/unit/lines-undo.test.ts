import t, { type Test } from 'tap';
import type { ExtensionSnapshot } from '../../src/domain/extension-row.ts';
import { adoptPins } from '../../src/store/adopt-pin.ts';
import { setupLines } from '../support/lines.ts';

const [A, B] = ['+4930123401', '+4930123402'];

/** Ann, changed by an import: what it returned, and what an undo of it gives. */
async function setup(t: Test) {
  const lines = await setupLines(t);
  const { apply, batch, write, clean } = lines;
  const input = {
    displayName: 'Ann',
    siteId: 'acme-hq',
    userId: 'acme-ann',
    forwardBusy: '1002',
    mailbox: { pin: '4719' },
  };
  await apply([{ number: '1001', input, extras: { phoneNumbers: [A] } }]);
  await clean();
  const change = {
    number: '1001',
    input: {
      displayName: 'Eve',
      siteId: null,
      userId: null,
      forwardBusy: null,
      mailbox: { pin: '8152', attach: false },
    },
    extras: { phoneNumbers: [B] },
  };
  const [result] = await apply([change], { source: 'import' });
  if (result?.result !== 'updated') throw new Error(`the import ended as ${result?.result}`);
  const { before, version } = result;
  const restore = (snapshot: ExtensionSnapshot = before, ifVersion = version) =>
    write((tx) => batch.restore(tx, 'job:1', [{ snapshot, ifVersion }]));
  return { ...lines, id: result.extensionId ?? '', before, version, restore };
}

t.test('an undo gives back every field, the PIN and the numbers', async (t) => {
  const { restore, extension, pin, phone, dirty, activity, id, version } = await setup(t);
  t.same(await restore(), [{ extensionId: id, ok: true }]);
  const ann = await extension('1001');
  t.match(ann, {
    displayName: 'Ann',
    siteId: 'acme-hq',
    userId: 'acme-ann',
    forwardBusy: '1002',
    version: version + 1,
  });
  t.match(ann?.mailbox, { attach: true, pinSource: 'undo' });
  t.equal(await pin('1001'), '4719');
  t.same(
    ann?.numbers.map(({ e164 }) => e164),
    [A],
  );
  t.match(await phone(B), { state: 'spare', extensionId: null });
  t.equal((await dirty()).filter((mark) => mark === `extension ${id}`).length, 1);
  t.equal((await activity()).at(-1), 'extension.restored');
});

t.test('a mailbox that the import deleted comes back, one that it made goes', async (t) => {
  const { apply, batch, write, extension, pin } = await setupLines(t);
  await apply([{ number: '1001', input: { mailbox: { pin: '4719' } } }, { number: '1002' }]);
  const results = await apply([
    { number: '1001', input: { mailbox: null } },
    { number: '1002', input: { mailbox: {} } },
  ]);
  const items = results.map((one) => {
    if (one.result !== 'updated') throw new Error(one.result);
    return { snapshot: one.before, ifVersion: one.version };
  });
  t.same(
    (await write((tx) => batch.restore(tx, 'job:1', items))).map(({ ok }) => ok),
    [true, true],
  );
  t.equal(await pin('1001'), '4719');
  t.equal((await extension('1002'))?.mailbox, null);
});

t.test('what was changed since is refused and left as it is', async (t) => {
  const { apply, restore, extension } = await setup(t);
  await apply([{ number: '1001', input: { ringSeconds: 60 } }]);
  t.match(await restore(), [{ ok: false, reason: 'it was changed since' }]);
  t.match(await extension('1001'), { displayName: 'Eve', ringSeconds: 60 });
});

t.test('a PIN that was changed by phone since is not undone', async (t) => {
  const { db, restore, pin, id, extension, version } = await setup(t);
  const owner = { type: 'extension', id } as const;
  await adoptPins(db, { id: 'pbx', name: 'main' }, [
    { ref: 'mailbox/1001@lk-acme-01', owner, pin: '2637', loser: undefined },
  ]);
  t.equal((await extension('1001'))?.version, version + 1, 'who read the extension before sees that it changed');
  t.match(await restore(), [{ ok: false, reason: 'it was changed since' }]);
  t.equal(await pin('1001'), '2637');
});

t.test('what is gone cannot be restored', async (t) => {
  const { extensions, write, restore, id } = await setup(t);
  await write((tx) => extensions.remove(tx, { actor: 'test', ifVersion: undefined }, id));
  t.match(await restore(), [{ ok: false, reason: 'it no longer exists' }]);
});

t.test('a user or a site that is gone by now does not stop the undo of the rest', async (t) => {
  const { write, restore, extension } = await setup(t);
  await write(async (tx) => {
    await tx.user.delete({ where: { id: 'acme-ann' } });
    await tx.site.delete({ where: { id: 'acme-hq' } });
  });
  t.match(await restore(), [{ ok: true }]);
  t.match(await extension('1001'), { displayName: 'Ann', siteId: null, userId: null });
});

t.test('an import that made extensions is undone by removing them, unless they were used since', async (t) => {
  const { apply, batch, write, extension, phone, activity } = await setupLines(t);
  const made = await apply([{ number: '1001', extras: { phoneNumbers: [A] } }, { number: '1002' }]);
  await apply([{ number: '1002', input: { displayName: 'In use' } }]);
  const items = made.map((one) => ({ extensionId: one.extensionId ?? '', ifVersion: 1 }));
  const results = await write((tx) =>
    batch.remove(tx, 'job:1', [...items, { extensionId: 'never', ifVersion: 1 }], 'spare'),
  );
  t.match(results, [
    { ok: true },
    { ok: false, reason: 'it was changed since' },
    { ok: false, reason: 'it no longer exists' },
  ]);
  t.equal(await extension('1001'), null);
  t.match(await extension('1002'), { displayName: 'In use' });
  t.match(await phone(A), { state: 'spare' }, 'never rang: no quarantine');
  t.equal((await activity()).at(-1), 'extension.deleted');
});
