import t, { type Test } from 'tap';
import { setupLines } from '../support/lines.ts';

const ACTOR = { actor: 'test' };

async function setup(t: Test) {
  const lines = await setupLines(t);
  const { id, secret } = await lines.write((tx) =>
    lines.extensions.create(tx, { ...ACTOR, companyId: 'acme', allowWeakPins: false }, '1001', {}, {}),
  );
  await lines.clean();
  const accounts = async () => (await lines.extension('1001'))?.accounts.sort((a, b) => a.ordinal - b.ordinal) ?? [];
  return {
    ...lines,
    id,
    secret,
    accounts,
    secretOf: async (ordinal: number) => {
      const account = (await accounts()).find((one) => one.ordinal === ordinal);
      return account === undefined ? undefined : lines.db.seal.open(account.secretSealed, `SipAccount:${account.id}`);
    },
  };
}

t.test('an account is added with a secret of its own, up to five', async (t) => {
  const { extensions, write, id, secret, accounts, secretOf, dirty, extension } = await setup(t);
  const added = await write((tx) => extensions.addAccount(tx, ACTOR, id, { kind: 'webrtc', label: 'Laptop' }));
  t.match(added, { ordinal: 2, secret: /^[A-Za-z0-9]{24}$/ });
  t.not(added.secret, secret);
  t.equal(await secretOf(2), added.secret);
  t.match(await accounts(), [
    { ordinal: 1, kind: 'desk' },
    { ordinal: 2, kind: 'webrtc', label: 'Laptop' },
  ]);
  t.same(await dirty(), [`extension ${id}`]);
  t.equal((await extension('1001'))?.version, 2);
  for (let n = 3; n <= 5; n++) await write((tx) => extensions.addAccount(tx, ACTOR, id, {}));
  await t.rejects(
    write((tx) => extensions.addAccount(tx, ACTOR, id, {})),
    { code: 'SIP_ACCOUNT_LIMIT' },
  );
});

t.test('a removed account leaves a gap that the next one takes, with a new secret', async (t) => {
  const { extensions, write, id, accounts } = await setup(t);
  const first = await write((tx) => extensions.addAccount(tx, ACTOR, id, {}));
  await write((tx) => extensions.addAccount(tx, ACTOR, id, {}));
  await write((tx) => extensions.removeAccount(tx, ACTOR, id, 2));
  t.same(
    (await accounts()).map(({ ordinal }) => ordinal),
    [1, 3],
  );
  const again = await write((tx) => extensions.addAccount(tx, ACTOR, id, {}));
  t.equal(again.ordinal, 2);
  t.not(again.secret, first.secret);
});

t.test('the last account stays', async (t) => {
  const { extensions, write, id } = await setup(t);
  await t.rejects(
    write((tx) => extensions.removeAccount(tx, ACTOR, id, 1)),
    { code: 'SIP_ACCOUNT_LAST' },
  );
  await write((tx) => extensions.addAccount(tx, ACTOR, id, {}));
  await write((tx) => extensions.removeAccount(tx, ACTOR, id, 1));
  await t.rejects(
    write((tx) => extensions.removeAccount(tx, ACTOR, id, 2)),
    { code: 'SIP_ACCOUNT_LAST' },
  );
});

t.test('a rotated secret is another one, and stands in no log', async (t) => {
  const { db, extensions, write, id, secret, secretOf, dirty } = await setup(t);
  const rotated = await write((tx) => extensions.rotateSecret(tx, ACTOR, id, 1));
  t.not(rotated.secret, secret);
  t.equal(await secretOf(1), rotated.secret);
  t.same(await dirty(), [`extension ${id}`]);
  const log = JSON.stringify(await db.read.auditEvent.findMany());
  t.match(log, 'sip_account.secret_rotated');
  t.notMatch(log, rotated.secret);
  t.notMatch(log, secret);
});

t.test('an account is changed: absent stays, null clears', async (t) => {
  const { extensions, write, id, accounts } = await setup(t);
  await write((tx) =>
    extensions.updateAccount(tx, ACTOR, id, 1, { codecs: ['opus', 'alaw'], label: 'Desk', maxContacts: 3 }),
  );
  await write((tx) => extensions.updateAccount(tx, ACTOR, id, 1, { codecs: null }));
  t.match(await accounts(), [{ codecs: null, label: 'Desk', maxContacts: 3, kind: 'desk' }]);
});

t.test('what is not there is not found', async (t) => {
  const { extensions, write, id } = await setup(t);
  const missing = { code: 'NOT_FOUND' };
  await t.rejects(
    write((tx) => extensions.addAccount(tx, ACTOR, 'nobody', {})),
    missing,
  );
  await t.rejects(
    write((tx) => extensions.updateAccount(tx, ACTOR, id, 2, {})),
    missing,
  );
  await t.rejects(
    write((tx) => extensions.rotateSecret(tx, ACTOR, id, 2)),
    missing,
  );
  await t.rejects(
    write((tx) => extensions.removeAccount(tx, ACTOR, 'nobody', 1)),
    missing,
  );
  const context = { ...ACTOR, ifVersion: undefined };
  await t.rejects(
    write((tx) => extensions.remove(tx, context, 'nobody')),
    missing,
  );
  await t.rejects(
    write((tx) => extensions.update(tx, { ...context, allowWeakPins: false }, 'nobody', {})),
    missing,
  );
});

t.test('a change of what somebody else has changed is refused', async (t) => {
  const { extensions, write, id, extension } = await setup(t);
  const context = { ...ACTOR, allowWeakPins: false };
  await write((tx) => extensions.update(tx, { ...context, ifVersion: 1 }, id, { displayName: 'Ann' }));
  await t.rejects(
    write((tx) => extensions.update(tx, { ...context, ifVersion: 1 }, id, { displayName: 'Bob' })),
    { code: 'PRECONDITION_FAILED' },
  );
  await t.rejects(
    write((tx) => extensions.remove(tx, { ...ACTOR, ifVersion: 1 }, id)),
    { code: 'PRECONDITION_FAILED' },
  );
  t.match(await extension('1001'), { displayName: 'Ann', version: 2 });
});
