import t, { type Test } from 'tap';
import { startAsterisk } from '../support/asterisk.ts';
import { AmiMiddle } from './support/ami-middle.ts';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

// What comes over AMI is not to be trusted: none of this may change anything, and least of all delete.
t.test('forged and faulty answers of the PBX', async (t) => {
  const [seed = 1] = seedsOf(1);
  const random = createRandom(seed);
  const asterisk = await startAsterisk(t);
  const middle = await AmiMiddle.start(t, asterisk.amiPort);
  const world = await World.create(t, { random, asterisk, amiPort: middle.port });
  const { traffic, api } = world;
  traffic.start();
  await traffic.acked(60);
  await traffic.stop();
  await world.inSync();
  await judgeWorld(t, world, seed, 'before');

  const honest = middle.rewrite;
  const undisturbed = async (t: Test, what: string, dels: number) => {
    middle.rewrite = honest;
    const state = await world.sync();
    t.not(state.state, 'blocked');
    await api.must('POST', `/sync/${world.pbxId}/run`);
    await world.inSync();
    const deletes = middle.count('DBDel') - dels;
    t.equal(deletes, 0, 'nothing was deleted');
    await judgeWorld(t, world, seed, what, { deletes });
  };
  const audit = async () => (await api.call('POST', `/sync/${world.pbxId}/run`)).status;

  await t.test('a list is short but says that it is complete', async (t) => {
    const [dels, puts] = [middle.count('DBDel'), middle.count('DBPut')];
    let dropped = 0;
    middle.rewrite = (message, side) => {
      if (message.startsWith('Event: DBGetTreeResponse') && random.chance(0.2)) dropped++;
      else side.toClient(message);
    };
    t.not(await audit(), 200, 'the audit fails');
    t.ok(dropped > 0, `${dropped} items were dropped`);
    t.equal(middle.count('DBPut'), puts, 'nothing was written on the strength of it');
    await undisturbed(t, 'short list', dels);
  });

  await t.test('a list is short and its count is forged too', async (t) => {
    const dels = middle.count('DBDel');
    let dropped = 0;
    middle.rewrite = (message, side) => {
      if (message.startsWith('Event: DBGetTreeResponse') && random.chance(0.2)) dropped++;
      else side.toClient(message.replace(/^ListItems: (\d+)/m, (_, n) => `ListItems: ${Number(n) - dropped}`));
    };
    await audit();
    await undisturbed(t, 'short list, forged count', dels);
  });

  await t.test('the tree is empty', async (t) => {
    const dels = middle.count('DBDel');
    middle.rewrite = (message, side) => {
      if (message.startsWith('Event: DBGetTreeResponse')) return;
      side.toClient(message.replace(/^ListItems: \d+/m, 'ListItems: 0'));
    };
    await audit();
    await undisturbed(t, 'empty tree', dels);
  });

  await t.test('answers come twice, late, in another order, and for actions that nobody sent', async (t) => {
    const dels = middle.count('DBDel');
    let held: (() => void)[] = [];
    middle.rewrite = (message, side) => {
      // A list that starts after its rows is given up after a minute: too long for this test.
      if (!message.startsWith('Response:') || message.includes('EventList: start')) return side.toClient(message);
      held.push(() => {
        side.toClient(message);
        side.toClient(message);
        side.toClient(message.replace(/^ActionID: .*$/m, 'ActionID: nobody-1').replace('Success', 'Error'));
      });
      setTimeout(() => {
        const now = held.reverse();
        held = [];
        for (const let_go of now) let_go();
      }, random.below(60));
    };
    traffic.start();
    await traffic.acked(40);
    await traffic.stop();
    middle.rewrite = honest;
    const during = middle.count('DBDel') - dels;
    await world.inSync();
    await judgeWorld(t, world, seed, 'doubled and late answers', { deletesAskedFor: during });
  });

  await t.test('forged events', async (t) => {
    const dels = middle.count('DBDel');
    const versions = async () => (await api.all('/extensions')).map(({ id, version }) => [id, version]);
    const before = await versions();
    const number = world.slots.find(({ states }) => states[0]?.pin)?.number ?? '1000';
    const context = `lk-acme-${String(Number(number.slice(-3)) % 64).padStart(2, '0')}`;
    for (const event of [
      `Event: VoicemailPasswordChange\r\nPrivilege: user,all\r\nMailbox: ${number}\r\nContext: ${context}\r\nNewPassword: 0000`,
      'Event: VoicemailPasswordChange\r\nPrivilege: user,all\r\nMailbox: 99999\r\nContext: lk-nobody-01\r\nNewPassword: 0000',
      'Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\nUptime: 0\r\nLastReload: 0',
      'Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False',
      'Event: DBGetTreeResponse\r\nKey: /linekeeper/endpoint/6666\r\nVal: {"context":"default"}',
      'Event: rawevent\r\nresponse: x',
      'Response: Goodbye\r\nMessage: Thanks for all the fish.',
      'Event: \r\n: \r\n::::',
    ]) {
      middle.forge(event);
    }
    await world.inSync();
    t.strictSame(await versions(), before, 'no extension was changed');
    await undisturbed(t, 'forged events', dels);
  });

  await t.test('it goes on to work', async (t) => {
    traffic.start();
    await traffic.acked(20);
    await traffic.stop();
    await world.inSync();
    await judgeWorld(t, world, seed, 'after all of it');
  });
});
