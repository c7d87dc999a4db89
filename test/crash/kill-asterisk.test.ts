import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { until } from '../support/asterisk.ts';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

t.test('kill -9 of Asterisk at most a second after acknowledged changes, and in the middle of an apply', async (t) => {
  const seeds = seedsOf(3);
  const random = createRandom(seeds[0] ?? 1);
  const world = await World.create(t, { random });
  for (const seed of seeds) {
    const before = await world.sync();
    world.traffic.start();
    await world.traffic.acked(30 + random.below(30));
    // Where in the second between two saves of AstDB it dies is the fault itself.
    const wait = random.below(900);
    await delay(wait);
    const killedAt = Date.now();
    await world.asterisk.kill9();
    await world.offline();
    await world.traffic.acked(10);
    await world.traffic.stop();
    t.ok((await world.sync()).pending > 0, 'what was changed meanwhile waits');
    // The supervisor lets ever more time pass before it starts what dies again and again.
    const raw = await until(() => world.asterisk.raw().catch(() => undefined), 'Asterisk to be back', 90_000);
    raw.close();
    const convergedMs = Math.round(await world.inSync({ auditAfter: killedAt, deadline: 90_000 }));
    await judgeWorld(t, world, seed, 'kill -9 of Asterisk', { wait, convergedMs, before: before.state });
  }
});
