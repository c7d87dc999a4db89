import t from 'tap';
import { until } from '../support/asterisk.ts';
import { seenOf } from '../support/devices.ts';
import { startFollowWorld } from '../support/follow-world.ts';

const world = await startFollowWorld(t);
const { ami, core, db, phone, fetch, register, settled, synced } = world;
const ACTOR = { actor: 'test', ifVersion: undefined };

const rotate = async (extensionId: string, options?: { force: boolean }) => {
  const { value } = await core.changes.run((tx) => core.extensions.rotateSecret(tx, ACTOR, extensionId, 1, options));
  await synced();
  return value;
};
const account = (extensionId: string) => db.read.sipAccount.findFirstOrThrow({ where: { extensionId } });
const authsOf = async (endpoint: string) =>
  [...(await ami.dbTree('linekeeper/auth')).keys()].filter((key) => key.startsWith(`/linekeeper/auth/${endpoint}`))
    .length;
const contacts = (endpoint: string) => core.connection(world.pbxId).connection.port.contactsOf(endpoint);

t.test('a secret rotates without cutting the phone off', async (t) => {
  const ann = await phone();
  const old = (await fetch(ann.id)).lines[0]?.secret as string;
  const { secret, isPhased } = await rotate(ann.extensionId);
  t.ok(isPhased);
  t.equal((await contacts(ann.endpoint)).length, 1, 'it is registered still');
  t.equal(await ann.sip.register({ user: ann.endpoint, secret: old }), 200, 'with the old one as before');
  t.equal(await ann.sip.register({ user: ann.endpoint, secret: 'neither' }), 401);
  await until(() => ann.sip.notified().length > 0, 'the NOTIFY');
  t.equal((await fetch(ann.id)).lines[0]?.secret, secret, 'the file has the new one');
  t.equal(await authsOf(ann.endpoint), 2, 'fetched is not registered: both are good');
  t.same(await register(ann), [200]);
  await settled(ann.id, 'registered');
  await synced();
  t.equal(await authsOf(ann.endpoint), 1);
  t.equal((await contacts(ann.endpoint)).length, 1, 'the phone stayed');
  t.equal(await ann.sip.register({ user: ann.endpoint, secret: old }), 401, 'the old one is over');
  t.equal(await ann.sip.register({ user: ann.endpoint, secret }), 200);
  t.match(await account(ann.extensionId), { nextSecretSealed: null, nextSecretAt: null });
  t.equal((await seenOf(db, ann.id)).wantedRevision, 2, 'and its files are as they were');
  const told = (await world.activity()).map(({ action }) => action);
  t.ok(told.includes('sip_account.rotation_started') && told.includes('sip_account.rotation_finished'));
});

t.test('a phone that never fetches keeps its old secret, and the rotation can be canceled', async (t) => {
  const bob = await phone();
  const old = (await fetch(bob.id)).lines[0]?.secret as string;
  const { secret } = await rotate(bob.extensionId);
  await t.rejects(rotate(bob.extensionId), { code: 'DEVICE_STATE_INVALID' }, 'one at a time');
  await settled(bob.id, 'timeout');
  t.ok((await account(bob.extensionId)).nextSecretAt, 'it stays, and shows');
  t.equal(await bob.sip.register({ user: bob.endpoint, secret: old }), 200);
  await core.changes.run((tx) => core.extensions.cancelRotation(tx, ACTOR, bob.extensionId, 1));
  await synced();
  t.equal(await bob.sip.register({ user: bob.endpoint, secret }), 401);
  t.equal(await bob.sip.register({ user: bob.endpoint, secret: old }), 200);
});

t.test('a registration from before the fetch proves nothing', async (t) => {
  const cleo = await phone();
  const old = (await fetch(cleo.id)).lines[0]?.secret as string;
  await rotate(cleo.extensionId);
  await settled(cleo.id, 'sent');
  await fetch(cleo.id);
  t.match(await settled(cleo.id, 'timeout'), { followReason: /did not register within 6 s/ });
  t.ok((await account(cleo.extensionId)).nextSecretAt);
  t.equal(await cleo.sip.register({ user: cleo.endpoint, secret: old }), 200, 'nobody is cut off');
});

t.test('complaint 20: a phone that was never deployed gets one secret, and the old one is over at once', async (t) => {
  const { id } = await world.create(world.acme, '1900');
  await synced();
  const { isPhased } = await rotate(id);
  t.notOk(isPhased);
  t.equal(await authsOf('1900'), 1);
});

t.test('force throws the phone off, as before', async (t) => {
  const dora = await phone();
  const old = (await fetch(dora.id)).lines[0]?.secret as string;
  await rotate(dora.extensionId);
  const { secret, isPhased } = await rotate(dora.extensionId, { force: true });
  t.notOk(isPhased);
  t.equal(await authsOf(dora.endpoint), 1);
  t.same(await contacts(dora.endpoint), []);
  t.equal(await dora.sip.register({ user: dora.endpoint, secret: old }), 401);
  t.equal(await dora.sip.register({ user: dora.endpoint, secret }), 200);
});

t.test('what no phone will ever fetch is taken back', async (t) => {
  const ed = await phone();
  await rotate(ed.extensionId);
  await db.write((tx) => tx.device.delete({ where: { id: ed.id } }));
  const again = world.make();
  t.teardown(() => again.stop());
  again.start();
  await until(async () => (await account(ed.extensionId)).nextSecretAt === null, 'the rotation to end');
  await synced();
  t.equal(await authsOf(ed.endpoint), 1);
});
