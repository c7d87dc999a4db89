import t from 'tap';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

t.test('kill -9 of the daemon under load: every acknowledged change is there once, everywhere', async (t) => {
  const seeds = seedsOf(4);
  const random = createRandom(seeds[0] ?? 1);
  const world = await World.create(t, { random });
  for (const seed of seeds) {
    world.traffic.start();
    await world.traffic.acked(20 + random.below(60));
    await world.daemon.kill9();
    await world.start();
    await world.traffic.acked(10);
    await world.traffic.stop();
    const convergedMs = Math.round(await world.inSync());
    await judgeWorld(t, world, seed, 'kill -9 of the daemon', { convergedMs });
  }
});
