import t, { type Test } from 'tap';
import { until } from '../support/asterisk.ts';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

// Whatever becomes of the link: changes are taken, the state says how it stands, and it comes back by itself.
t.test('the link to the PBX is cut, frozen, slow', async (t) => {
  const seeds = seedsOf(1);
  const random = createRandom(seeds[0] ?? 1);
  const world = await World.create(t, { random });
  const { proxy, traffic } = world;

  async function during(t: Test, count: number): Promise<void> {
    traffic.slowest = 0;
    await traffic.acked(count);
    const ready = await world.api.call('GET', '/readyz');
    t.equal(ready.status, 200, 'requests are still welcome');
    t.ok(ready.body.pbxes[0].behind > 0, 'and it is told that the PBX is behind');
  }
  async function after(t: Test, seed: number, what: string): Promise<void> {
    await traffic.stop();
    const convergedMs = Math.round(await world.inSync());
    await judgeWorld(t, world, seed, what, { convergedMs, slowestAnswerMs: Math.round(traffic.slowest) });
  }

  for (const seed of seeds) {
    await t.test('cut in the middle of a message, again and again', async (t) => {
      traffic.start();
      for (let times = 0; times < 6; times++) {
        const before = proxy.connections;
        // Far enough for logins and the first answers; where it falls is the fault itself.
        proxy.faults = { cutAfter: 400 + random.below(6000) };
        proxy.cut();
        // It lets ever more time pass, up to 30 s, before it tries a link that broke soon again.
        await until(() => proxy.connections >= before + 4, 'the daemon to connect again', 90_000);
        await traffic.acked(3);
      }
      proxy.faults = {};
      proxy.cut();
      await after(t, seed, 'link cut in messages');
    });

    await t.test('frozen: bytes are held, nobody is told', async (t) => {
      traffic.start();
      await traffic.acked(5);
      proxy.freeze();
      await world.offline();
      await during(t, 15);
      proxy.thaw();
      await after(t, seed, 'link frozen');
    });

    await t.test('slow: every byte takes a millisecond', async (t) => {
      traffic.start();
      await traffic.acked(5);
      proxy.faults = { dripEvery: 1 };
      await during(t, 15);
      await traffic.acked(15);
      proxy.faults = {};
      await after(t, seed, 'link slow');
    });

    await t.test('Asterisk is stopped (SIGSTOP) and goes on', async (t) => {
      traffic.start();
      await traffic.acked(5);
      world.asterisk.freeze();
      t.teardown(() => world.asterisk.thaw());
      await world.offline();
      await during(t, 15);
      world.asterisk.thaw();
      await after(t, seed, 'Asterisk stopped');
    });
  }
});
