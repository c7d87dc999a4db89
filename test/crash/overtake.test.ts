import t, { type Test } from 'tap';
import { startAsterisk, until } from '../support/asterisk.ts';
import { readPbx } from './support/doors.ts';
import { change, type Slot } from './support/model.ts';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

// A change that comes while the one before it is written but not yet recorded as such. Found by kill-daemon.test.ts; the
// moments are made certain here by a voicemail reload that waits long.
t.test('a change that overtakes the one before it', async (t) => {
  const [seed = 1] = seedsOf(1);
  const asterisk = await startAsterisk(t);
  const env = { LINEKEEPER_SYNC_RELOAD_QUIET_MS: '2500', LINEKEEPER_SYNC_RELOAD_MAX_MS: '5000' };
  const world = await World.create(t, { random: createRandom(seed), asterisk, slots: 8, daemon: { env } });
  const { api, companyId } = world;

  async function create(slot: Slot, pin: string): Promise<string> {
    const { number } = slot;
    const body = { companyId, number, displayName: `n-${number}`, ringSeconds: 20, mailbox: { pin } };
    const { id, credentials } = await api.must('POST', '/extensions', { body });
    const accounts = new Map([[1, { secret: credentials.secret as string, label: null }]]);
    slot.states = [{ id, number, displayName: body.displayName, ringSeconds: 20, pin, accounts }];
    slot.created++;
    return id;
  }
  async function setPin(slot: Slot, pin: string): Promise<void> {
    await api.must('PATCH', `/extensions/${slot.states[0]?.id}`, { body: { mailbox: { pin } } });
    slot.states = slot.states.map((state) => change(state, { pin }));
  }
  async function remove(slot: Slot): Promise<void> {
    await api.must('DELETE', `/extensions/${slot.states[0]?.id}`);
    slot.states = [undefined];
    slot.deleted++;
  }
  const written = (slot: Slot, pin: string) =>
    until(async () => {
      const { mailboxes } = await readPbx(asterisk);
      return [...mailboxes].some(([id, line]) => id.startsWith(`${slot.number}@`) && line.startsWith(`${pin},`));
    }, `the PIN of ${slot.number} in the file`);
  const gone = (slot: Slot) =>
    until(async () => {
      const { mailboxes, astDb } = await readPbx(asterisk);
      return !astDb.has(`aor/${slot.number}`) && ![...mailboxes.keys()].some((id) => id.startsWith(`${slot.number}@`));
    }, `the objects of ${slot.number} to go`);
  const rest = async (t: Test, what: string) => {
    await world.inSync();
    await judgeWorld(t, world, seed, what);
  };
  const slot = (at: number) => world.slots[at] as Slot;

  await t.test('deleted while its mailbox waits for the reload: nothing stays behind', async (t) => {
    await create(slot(0), '705262');
    await written(slot(0), '705262');
    await remove(slot(0));
    await rest(t, 'delete before the reload');
  });

  await t.test('a second PIN while the first waits for the reload: the second counts', async (t) => {
    await create(slot(1), '705262');
    await world.inSync();
    await setPin(slot(1), '739194');
    await written(slot(1), '739194');
    await setPin(slot(1), '764838');
    await rest(t, 'PIN after PIN');
    t.equal((await api.must('GET', `/extensions/${slot(1).states[0]?.id}`)).mailbox.pinSource, 'api');
  });

  await t.test('the same with an audit in between', async (t) => {
    await setPin(slot(1), '783694');
    await written(slot(1), '783694');
    await setPin(slot(1), '790538');
    await api.must('POST', `/sync/${world.pbxId}/run`);
    await rest(t, 'PIN, PIN, audit');
  });

  await t.test('a second PIN, and the daemon is killed before it has recorded the first', async (t) => {
    await setPin(slot(1), '752094');
    await written(slot(1), '752094');
    world.proxy.freeze();
    await setPin(slot(1), '761350');
    await world.daemon.kill9();
    world.proxy.cut();
    world.proxy.thaw();
    await world.start();
    await rest(t, 'PIN, PIN, kill -9');
    t.equal((await api.must('GET', `/extensions/${slot(1).states[0]?.id}`)).mailbox.pinSource, 'api');
  });

  await t.test('the same when the link is cut instead', async (t) => {
    await setPin(slot(1), '748162');
    await written(slot(1), '748162');
    world.proxy.freeze();
    await setPin(slot(1), '735908');
    world.proxy.cut();
    world.proxy.thaw();
    await rest(t, 'PIN, PIN, link cut');
  });

  await t.test('deleted, and the daemon is killed before the reload: the mailbox is not live any more', async (t) => {
    await create(slot(5), '705262');
    await world.inSync();
    await remove(slot(5));
    await gone(slot(5));
    await world.daemon.kill9();
    await world.start();
    await rest(t, 'delete and kill -9');
  });

  await t.test('deleted, killed before that is recorded, and made anew while the next daemon audits', async (t) => {
    await create(slot(6), '705262');
    await world.inSync();
    // Writes arrive at once, their answers late.
    world.proxy.faults = { delay: 700 };
    await remove(slot(6));
    await gone(slot(6));
    await world.daemon.kill9();
    await world.start();
    await until(async () => (await world.sync()).state === 'auditing', 'the audit');
    await create(slot(6), '739194');
    world.proxy.faults = {};
    await rest(t, 'delete, kill -9, create in the audit');
  });

  await t.test('deleted and made anew, and the delete is worked off last: the new one keeps its mailbox', async (t) => {
    await create(slot(7), '705262');
    await world.inSync();
    await setPin(slot(7), '783694');
    await written(slot(7), '783694');
    // Its mark waits for the reload, at a place that the pass held up here has left behind.
    world.proxy.freeze();
    await setPin(slot(1), '752094');
    await remove(slot(7));
    await create(slot(7), '739194');
    world.proxy.thaw();
    await rest(t, 'the older mark last');
  });

  await t.test('deleted and made anew at once, then deleted: what the new one took over goes with it', async (t) => {
    await create(slot(3), '705262');
    await create(slot(4), '705262');
    await world.inSync();
    // The first change holds the reconciler up, so that the other two come to it together.
    world.proxy.freeze();
    await setPin(slot(4), '739194');
    await remove(slot(3));
    await create(slot(3), '705262');
    world.proxy.thaw();
    await rest(t, 'delete and create');
    await remove(slot(3));
    await rest(t, 'delete, create, delete');
  });

  await t.test(
    'written but not recorded when the daemon was killed: loaded, and deleted whole afterwards',
    async (t) => {
      await create(slot(2), '705262');
      await written(slot(2), '705262');
      await world.daemon.kill9();
      await world.start();
      await rest(t, 'kill -9 before the reload');
      await remove(slot(2));
      await rest(t, 'delete after that');
    },
  );
});
