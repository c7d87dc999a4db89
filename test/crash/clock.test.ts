import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

/** Debian keeps it in a folder named after the architecture. */
const LIBRARY = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));

t.test('the clock jumps while changes flow', async (t) => {
  if (LIBRARY === undefined) throw new Error('this test needs libfaketime: apt-get install faketime');
  const seeds = seedsOf(1);
  const random = createRandom(seeds[0] ?? 1);
  const clock = `${process.env.TMPDIR ?? '/tmp'}/lk-clock-${process.pid}`;
  const jumpTo = (offset: string) => {
    writeFileSync(`${clock}.new`, `${offset}\n`);
    renameSync(`${clock}.new`, clock);
  };
  jumpTo('+0');
  const env = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const world = await World.create(t, { random, daemon: { env } });
  for (const seed of seeds) {
    for (const offset of ['+1d', '-1d', '+10m', '-10m', '+0']) {
      world.traffic.start();
      await world.traffic.acked(10);
      jumpTo(offset);
      await world.traffic.acked(20);
      // A failure on each side of a jump: what waits for its next try must not wait for a day.
      world.proxy.cut();
      await world.traffic.acked(10);
      await world.traffic.stop();
      const convergedMs = Math.round(await world.inSync());
      await judgeWorld(t, world, seed, `clock jumps to ${offset}`, { convergedMs });
    }
  }
});
