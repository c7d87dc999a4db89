import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { until } from '../support/asterisk.ts';
import { change } from './support/model.ts';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

const DEADLINE_MS = 11_000;
/** Longer than a signal that arrives twice (from the terminal and from npm) counts as one, shorter than a waiting request is given. */
const ANOTHER_SIGNAL_MS = 1200;

t.test('SIGTERM at any moment', async (t) => {
  const seeds = seedsOf(2);
  const random = createRandom(seeds[0] ?? 1);
  const world = await World.create(t, { random });
  const wal = join(world.dataDir, 'linekeeper.db-wal');
  const walBytes = () => (existsSync(wal) ? statSync(wal).size : 0);

  for (const seed of seeds) {
    world.traffic.start();
    await world.traffic.acked(10 + random.below(30));
    const from = performance.now();
    world.daemon.signal('SIGTERM');
    const exit = await world.daemon.exited;
    const stopMs = Math.round(performance.now() - from);
    t.strictSame([exit.code, exit.signal], [0, null], 'under load it ends in order');
    t.ok(stopMs < DEADLINE_MS, 'before the deadline');
    t.equal(walBytes(), 0, 'and everything stands in the database file itself');

    // While it starts: the moment is the fault itself.
    const wait = random.below(3000);
    const starting = world.spawn();
    await delay(wait);
    starting.signal('SIGTERM');
    const early = await starting.exited;
    t.ok(
      early.code === 0 || early.signal === 'SIGTERM',
      `while it starts, ${wait} ms after (${JSON.stringify(early)})`,
    );
    t.ok(early.ms - wait < DEADLINE_MS, 'before the deadline');

    await world.start();
    await world.traffic.acked(5);
    await world.traffic.stop();
    await world.inSync();
    await judgeWorld(t, world, seed, 'SIGTERM', { stopMs, wait });
  }

  await t.test('a second SIGTERM does not wait', async (t) => {
    // A stop that would take long: somebody waits for a PBX that does not answer.
    const slot = world.slots.find(({ states }) => states[0] !== undefined);
    const state = slot?.states[0];
    if (slot === undefined || state === undefined) throw new Error('there is no extension');
    world.proxy.freeze();
    const waiting = world.api.call('PATCH', `/extensions/${state.id}`, {
      body: { displayName: 'waits' },
      headers: { prefer: 'wait=60' },
      timeout: 60_000,
    });
    const cut = waiting.then(
      () => false,
      () => true,
    );
    slot.states = [state, change(state, { displayName: 'waits' })];
    await until(async () => (await world.sync()).pending > 0, 'the change to be taken');
    world.daemon.signal('SIGTERM');
    await until(() => world.daemon.log().includes('"msg":"stopping"'), 'the stop to begin');
    await delay(ANOTHER_SIGNAL_MS);
    world.daemon.signal('SIGTERM');
    const exit = await world.daemon.exited;
    t.strictSame([exit.code, exit.signal], [143, null], 'it is gone, and says that it was forced');
    t.equal(await cut, true, 'who waited is told nothing');
    world.proxy.cut();
    world.proxy.thaw();
    await world.start();
    await world.inSync();
    await judgeWorld(t, world, seeds[0] ?? 1, 'second SIGTERM');
  });
});
