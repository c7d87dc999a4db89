import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { isLinekeeperError } from '../../src/errors.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
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

/** A disk of its own, of so many megabytes; undefined where nothing may be mounted. */
function smallDisk(t: Test, megabytes: number): string | undefined {
  const mount = mkdtempSync(join(tmpdir(), 'lk-full-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', mount]).status === 0;
  t.teardown(() => {
    if (isMounted) execFileSync('umount', ['-l', mount]);
    rmSync(mount, { recursive: true });
  });
  return isMounted ? mount : undefined;
}

const NO_MOUNT = 'this test needs the right to mount a tmpfs of its own';

t.test('the log that fills the disk gives its room back', async (t) => {
  const mount = smallDisk(t, 6);
  if (mount === undefined) return t.plan(0, NO_MOUNT);
  const options = {
    file: join(mount, 'linekeeper.db'),
    keyFile: join(mount, 'linekeeper.key'),
    migrationsFolder: 'prisma/migrations',
  };
  const change = (db: Database, n: number) => {
    const value = String.fromCharCode(97 + (n % 26)).repeat(100_000);
    return db.write((tx) =>
      tx.setting.upsert({ where: { name: 'big' }, create: { name: 'big', value }, update: { value } }),
    );
  };
  // Closing leaves a file that already has room for the row: only the log grows from here.
  const first = await openDatabase(options);
  for (let n = 0; n < 3; n++) await change(first, n);
  await first.close();

  const db = await openDatabase(options);
  t.teardown(() => db.close());
  let refused = 0;
  for (let n = 0; n < 200; n++) {
    try {
      await change(db, n);
    } catch (error) {
      if (!isLinekeeperError(error) || error.code !== 'DATABASE_FULL') throw error;
      refused++;
    }
  }
  t.ok(refused > 0, 'the disk was full');
  t.ok(refused < 20, `most writes found room again (${refused} of 200 refused)`);
});

t.test('the disk is full', async (t) => {
  const mount = smallDisk(t, 32);
  if (mount === undefined) return t.plan(0, NO_MOUNT);
  const seeds = seedsOf(2);
  const random = createRandom(seeds[0] ?? 1);
  const world = await World.create(t, { random, dataDir: mount });
  const { api, traffic } = world;
  const refused = () => traffic.statuses.get(507) ?? 0;
  /** Takes the space as often as SQLite gives some back: it first uses what its files still have room for. */
  const refusals = (count: number) => {
    const enough = refused() + count;
    return until(
      () => {
        fill(filler);
        return refused() >= enough;
      },
      'writes to be refused',
      30_000,
    );
  };
  const filler = join(mount, 'filler');

  for (const seed of seeds) {
    traffic.start();
    await traffic.acked(5 + random.below(20));
    await refusals(20);
    const answer = await api.call('POST', '/companies', {
      body: { slug: `full${seed}`, name: 'Full', ranges: [['9000', '9099']], country: 'DE', timezone: 'Europe/Berlin' },
    });
    t.strictSame([answer.status, answer.body.code], [507, 'DATABASE_FULL'], 'a write is refused and says why');
    t.equal((await api.call('GET', '/extensions')).status, 200, 'reads go on');
    t.equal((await api.call('GET', '/readyz')).status, 200, 'the daemon stays up');
    rmSync(filler);
    const from = performance.now();
    await traffic.acked(10);
    const acceptedMs = Math.round(performance.now() - from);
    t.pass('with space again it takes writes, without a restart');
    await traffic.stop();
    const convergedMs = Math.round(await world.inSync());
    await judgeWorld(t, world, seed, 'disk full', { acceptedMs, convergedMs, refusals: refused() });
  }

  await t.test('and the daemon is killed while it is full', async (t) => {
    traffic.start();
    await traffic.acked(5);
    await refusals(5);
    await world.daemon.kill9();
    rmSync(filler);
    await world.start();
    await traffic.acked(5);
    await traffic.stop();
    await world.inSync();
    await judgeWorld(t, world, seeds[0] ?? 1, 'disk full and kill -9');
  });
});
