import t from 'tap';
import { freePort } from '../support/asterisk.ts';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

t.test('one database has one daemon', async (t) => {
  const [seed = 1] = seedsOf(1);
  const world = await World.create(t, { random: createRandom(seed) });
  world.traffic.start();
  await world.traffic.acked(10);

  const second = world.spawn({ port: await freePort() });
  const exit = await second.exited;
  t.equal(exit.code, 1, 'the second one ends with code 1');
  t.match(second.stderr, 'DATABASE_LOCKED_BY_OTHER', 'and says why');
  t.equal(world.daemon.exit, undefined, 'the first one goes on');
  await world.traffic.acked(10);
  t.equal((await world.api.call('GET', '/readyz')).status, 200);

  await world.daemon.kill9();
  await world.start();
  t.pass('after kill -9 nothing is left to clean up');
  await world.traffic.acked(10);
  await world.traffic.stop();
  await world.inSync();
  await judgeWorld(t, world, seed, 'two daemons');
});
