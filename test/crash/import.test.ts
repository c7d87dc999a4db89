import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import t, { type Test } from 'tap';
import { until } from '../support/asterisk.ts';
import type { Json } from './support/api.ts';
import { type Extension, slotsOf } from './support/model.ts';
import { createRandom, type Random } from './support/random.ts';
import { judge, seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

const ROWS = 3000;
const FROM = 2000;
/** Every row of this remainder is one that must fail alone. */
const BAD = 97;

interface File {
  csv: string;
  good: Map<string, Extension>;
  bad: number;
}

/** Rows of which one in 97 is refused (its number lies in no range). */
function fileOf(random: Random): File {
  const lines = ['extension,display_name,ring_seconds,sip_secret'];
  const good = new Map<string, Extension>();
  let bad = 0;
  for (let row = 0; row < ROWS; row++) {
    const isBad = row % BAD === BAD - 1;
    const number = isBad ? String(90_000 + row) : String(FROM + row);
    const secret = `Sx${random.below(1e9)}Ay${random.below(1e9)}Zz0123456789`.slice(0, 24);
    const displayName = `i-${random.seed}-${number}`;
    const ringSeconds = 10 + random.below(50);
    lines.push([number, displayName, ringSeconds, secret].join(','));
    if (isBad) bad++;
    else {
      const accounts = new Map([[1, { secret, label: null }]]);
      good.set(number, { id: '', number, displayName, ringSeconds, pin: null, accounts });
    }
  }
  return { csv: `${lines.join('\r\n')}\r\n`, good, bad };
}

t.test('kill -9 in an import, a pause and an undo: every row is accounted for once', async (t) => {
  const seeds = seedsOf(1);
  const random = createRandom(seeds[0] ?? 1);
  const world = await World.create(t, { random, slots: 0 });
  const { api, companyId } = world;
  const jobOf = (id: string): Promise<Json> => api.must('GET', `/imports/${id}`);

  /** Waits until the import stands there by itself: nobody asks it to go on. */
  const settled = (id: string, state: string) =>
    until(
      async () => {
        const job = await jobOf(id).catch(() => undefined);
        if (job?.state === 'failed') throw new Error(`the import failed: ${job.error}`);
        return job?.state === state ? job : undefined;
      },
      `the import to be ${state}`,
      60_000,
    );
  /** Kills the daemon when the count of rows has gone past `share` of all, and starts it again. */
  async function killAt(id: string, share: number, progress: () => number | Promise<number>): Promise<number> {
    let seen = 0;
    await until(
      async () => {
        seen = await progress();
        return seen >= share * ROWS;
      },
      `${id} to have come far enough`,
      60_000,
    );
    // Where in the next transaction it dies is the fault itself.
    await delay(random.below(60));
    await world.daemon.kill9();
    await world.start();
    return seen;
  }
  const file = join(world.dataDir, 'linekeeper.db');
  const query = (sql: string, ...values: unknown[]): Json => {
    const db = new BetterSqlite3(file, { readonly: true, timeout: 5000 });
    try {
      return db.prepare(sql).get(...values) as Json;
    } finally {
      db.close();
    }
  };

  async function account(t: Test, seed: number, what: string, id: string, { good, bad }: File): Promise<void> {
    const rows = query(
      `SELECT count(*) AS n, count(DISTINCT "line") AS distinctLines, sum("result" = 'failed') AS failed,
         sum("result" = 'created') AS created FROM "JobRow" WHERE "jobId" = ?`,
      id,
    );
    t.strictSame(
      [rows.n, rows.distinctLines, rows.failed, rows.created],
      [ROWS, ROWS, bad, good.size],
      'one result a row',
    );
    const { processed, created, failed } = await jobOf(id);
    t.strictSame([processed, created, failed], [ROWS, good.size, bad], 'and the counters say the same');
    await verdictOn(t, seed, what);
  }
  async function verdictOn(t: Test, seed: number, what: string): Promise<void> {
    const convergedMs = Math.round(await world.inSync());
    judge(t, seed, what, await world.verdict(), { rows: ROWS, convergedMs });
  }

  for (const seed of seeds) {
    world.slots.splice(0, world.slots.length, ...world.slots.filter(({ created }) => created > 0));
    const file = fileOf(random);
    const known = new Map(world.slots.map((slot) => [slot.number, slot]));
    for (const slot of slotsOf(FROM, ROWS)) {
      const state = file.good.get(slot.number);
      if (state === undefined) continue;
      const own = known.get(slot.number) ?? slot;
      if (own === slot) world.slots.push(slot);
      own.states = [state];
      own.created++;
    }
    let id = '';

    await t.test('killed twice in the import', async (t) => {
      const query = `companyId=${companyId}&start=true`;
      ({ id } = await api.must('POST', `/imports?${query}`, { csv: file.csv }));
      const processed = async () => (await jobOf(id)).processed as number;
      const first = await killAt(id, random.next() * 0.6, processed);
      const second = await killAt(id, 0.6 + random.next() * 0.3, processed);
      await settled(id, 'done');
      t.comment(`seed=${seed} killed after ${first} and ${second} of ${ROWS} rows`);
      await account(t, seed, 'kill -9 in an import', id, file);
    });

    await t.test('killed in the undo', async (t) => {
      await api.must('POST', `/imports/${id}/undo`);
      const undone = async () => ((await jobOf(id)).undone as number) ?? 0;
      const at = await killAt(id, random.next() * 0.7, undone);
      const job = await settled(id, 'undone');
      t.strictSame([job.undone, job.undoRefused], [file.good.size, 0], 'every created row was taken back once');
      for (const slot of world.slots) {
        slot.states = [undefined];
        slot.deleted++;
      }
      t.comment(`seed=${seed} killed after ${at} undone rows`);
      await verdictOn(t, seed, 'kill -9 in an undo');
    });

    await t.test('killed while it is paused: it stays paused, and goes on when asked to', async (t) => {
      const query = `companyId=${companyId}&start=true`;
      ({ id } = await api.must('POST', `/imports?${query}`, { csv: file.csv }));
      const paused = await api.call('POST', `/imports/${id}/pause`);
      await world.daemon.kill9();
      await world.start();
      if (paused.status === 200) {
        t.equal((await jobOf(id)).state, 'paused', 'a restart does not resume what somebody paused');
        await api.must('POST', `/imports/${id}/resume`);
      }
      await settled(id, 'done');
      for (const slot of world.slots) {
        slot.states = [file.good.get(slot.number)];
        slot.created++;
      }
      await account(t, seed, 'kill -9 in a pause', id, file);
      await api.must('POST', `/imports/${id}/undo`);
      await settled(id, 'undone');
      for (const slot of world.slots) {
        slot.states = [undefined];
        slot.deleted++;
      }
      await verdictOn(t, seed, 'undo after all');
    });
  }
});
