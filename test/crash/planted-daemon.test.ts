import t, { type Test } from 'tap';
import { startAsterisk } from '../support/asterisk.ts';
import { type Dimension, verdictText } from './support/check.ts';
import { createRandom } from './support/random.ts';
import { seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

// A test that cannot fail shows nothing: here each dimension of the checker is given something to find (see planted-pbx.test.ts).
t.test('planted faults are found', async (t) => {
  const [seed = 1] = seedsOf(1);
  const random = createRandom(seed);
  const asterisk = await startAsterisk(t);
  // The PBX is full of what the world before left: this one takes it away without asking.
  const env = { LINEKEEPER_SYNC_DELETE_CAP_FLOOR: '10000' };
  const newWorld = (t: { teardown(work: () => unknown): void }, repeat: number) =>
    World.create(t, { random, asterisk, slots: 24, repeat, daemon: { env } });
  const found = async (t: Test, world: World, dimension: Dimension, what: string) => {
    const verdict = await world.verdict();
    t.comment(`seed=${seed} planted: ${what}: ${verdictText(verdict)}`);
    t.ok(verdict[dimension] > 0, `${what} is found as ${dimension}`, { details: verdict.details });
  };

  await t.test('LOST: a daemon that acknowledges before it commits', async (t) => {
    const world = await newWorld(t, 0);
    await world.daemon.kill9();
    await world.start({ mutant: 'store.database.lost' });
    world.traffic.start();
    await world.traffic.acked(10);
    // No new requests, and none again: they would hide that one was lost.
    const stopped = world.traffic.stop();
    await world.daemon.kill9();
    await world.start();
    await stopped;
    await world.inSync();
    await found(t, world, 'LOST', 'acknowledge before commit');
  });

  await t.test('GHOST: a daemon that refuses what it has done', async (t) => {
    const world = await newWorld(t, 0);
    await world.daemon.kill9();
    await world.start({ mutant: 'store.database.ghost' });
    world.traffic.start();
    await world.traffic.acked(40);
    await world.traffic.stop();
    await world.inSync();
    await found(t, world, 'GHOST', 'refuse after commit');
  });

  await t.test('DUP: a daemon that forgets its answers', async (t) => {
    const world = await newWorld(t, 1);
    await world.daemon.kill9();
    await world.start({ mutant: 'store.idempotency.dup' });
    world.traffic.start();
    await world.traffic.acked(40);
    await world.traffic.stop();
    await world.inSync();
    await found(t, world, 'DUP', 'no idempotency');
  });
});
