import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { until } from '../support/asterisk.ts';
import { createRandom } from './support/random.ts';
import { judgeWorld, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

/** Takes all the space that is left, to the last byte. */
function fill(file: string): void {
  const fd = openSync(file, 'a');
  try {
    for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
      for (;;) {
        try {
          if (writeSync(fd, Buffer.alloc(size)) < size) break;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          break;
        }
      }
    }
  } finally {
    closeSync(fd);
  }
}

const mount = mkdtempSync(join(tmpdir(), 'lk-full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', mount]).status === 0;
const skip = isMounted ? false : 'this test needs the right to mount a tmpfs of its own';

t.test('the disk is full', { skip }, async (t) => {
  const seeds = seedsOf(2);
  const random = createRandom(seeds[0] ?? 1);
  t.teardown(() => {
    execFileSync('umount', ['-l', mount]);
    rmSync(mount, { recursive: true });
  });
  const world = await World.create(t, { random, dataDir: mount });
  const { api, traffic } = world;
  const filler = join(mount, 'filler');

  for (const seed of seeds) {
    const refusedBefore = traffic.statuses.get(507) ?? 0;
    traffic.start();
    await traffic.acked(5 + random.below(20));
    fill(filler);
    // What SQLite still had room for in its files goes first.
    await until(() => (traffic.statuses.get(507) ?? 0) >= refusedBefore + 20, 'writes to be refused', 30_000);
    const refused = await api.call('POST', '/companies', {
      body: { slug: `full${seed}`, name: 'Full', ranges: [['9000', '9099']], country: 'DE', timezone: 'Europe/Berlin' },
    });
    t.strictSame([refused.status, refused.body.code], [507, 'DATABASE_FULL'], 'a write is refused and says why');
    t.equal((await api.call('GET', '/extensions')).status, 200, 'reads go on');
    t.equal((await api.call('GET', '/readyz')).status, 200, 'the daemon stays up');
    rmSync(filler);
    const from = performance.now();
    await traffic.acked(10);
    const acceptedMs = Math.round(performance.now() - from);
    t.pass('with space again it takes writes, without a restart');
    await traffic.stop();
    const convergedMs = Math.round(await world.inSync());
    const refusals = traffic.statuses.get(507) ?? 0;
    await judgeWorld(t, world, seed, 'disk full', { acceptedMs, convergedMs, refusals });
  }

  await t.test('and the daemon is killed while it is full', async (t) => {
    traffic.start();
    await traffic.acked(5);
    fill(filler);
    const refusedBefore = traffic.statuses.get(507) ?? 0;
    await until(() => (traffic.statuses.get(507) ?? 0) >= refusedBefore + 5, 'writes to be refused', 30_000);
    await world.daemon.kill9();
    rmSync(filler);
    await world.start();
    await traffic.acked(5);
    await traffic.stop();
    await world.inSync();
    await judgeWorld(t, world, seeds[0] ?? 1, 'disk full and kill -9');
  });
});
