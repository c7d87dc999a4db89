import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import t, { type Test } from 'tap';
import { startAsterisk } from '../support/asterisk.ts';
import { type Dimension, verdictText } from './support/check.ts';
import { change } from './support/model.ts';
import { createRandom } from './support/random.ts';
import { seedsOf } from './support/report.ts';
import { SLUG, World } from './support/world.ts';

// A test that cannot fail shows nothing: here each dimension of the checker is given something to find (see planted-daemon.test.ts).
t.test('planted faults are found', async (t) => {
  const [seed = 1] = seedsOf(1);
  const random = createRandom(seed);
  const asterisk = await startAsterisk(t);
  const newWorld = (t: { teardown(work: () => unknown): void }) => World.create(t, { random, asterisk, slots: 6 });
  const found = async (t: Test, world: World, dimension: Dimension, what: string) => {
    const verdict = await world.verdict();
    t.comment(`seed=${seed} planted: ${what}: ${verdictText(verdict)}`);
    t.ok(verdict[dimension] > 0, `${what} is found as ${dimension}`, { details: verdict.details });
  };

  await t.test('TORN and DRIFT: objects of the PBX changed by hand while no audit runs', async (t) => {
    const world = await newWorld(t);
    world.traffic.start();
    await world.traffic.acked(15);
    await world.traffic.stop();
    await world.inSync();
    const raw = await asterisk.raw();
    t.teardown(() => raw.close());
    const endpoints = [...(await raw.dbTree('linekeeper/endpoint')).keys()];
    const key = endpoints[0]?.split('/').pop() ?? '';
    await raw.dbDel('linekeeper/auth', key);
    await found(t, world, 'TORN', 'an auth deleted by hand');
    await raw.dbPut('linekeeper/aor', key, { max_contacts: '9' });
    await found(t, world, 'DRIFT', 'an aor changed by hand');
  });

  await t.test('DRIFT: a daemon that believes its records after Asterisk was killed', async (t) => {
    const world = await newWorld(t);
    await world.daemon.kill9();
    await world.start({ mutant: 'reconciler.audit.drift' });
    await world.inSync();
    world.traffic.start();
    await world.traffic.acked(15);
    await world.traffic.stop();
    await world.inSync();
    await killWithUnsavedChange(world);
    await world.offline();
    await world.inSync();
    await found(t, world, 'DRIFT', 'no audit after a crash of Asterisk');
  });
});

/** Asterisk dies with a change that it has acknowledged and shown, and not saved yet. It is stopped to see what it has saved. */
async function killWithUnsavedChange({ asterisk, api, slots }: World): Promise<void> {
  const slot = slots.find(({ states }) => states[0] !== undefined);
  const state = slot?.states[0];
  if (slot === undefined || state === undefined) throw new Error('there is no extension');
  for (let ringSeconds = 100; ringSeconds < 120; ringSeconds++) {
    const body = { ringSeconds };
    const { sync } = await api.must('PATCH', `/extensions/${state.id}`, { body, headers: { prefer: 'wait=15' } });
    slot.states = [change(state, body)];
    asterisk.freeze();
    const saved = ringSavedInAstDb(asterisk.configDir, `/linekeeper/extension/${SLUG}/${slot.number}`);
    if (sync.state === 'synced' && saved !== undefined && saved !== ringSeconds) return asterisk.kill9();
    asterisk.thaw();
  }
  throw new Error('Asterisk saved each change at once');
}

/** undefined: it was stopped while it saves. */
function ringSavedInAstDb(configDir: string, key: string): number | undefined {
  const db = new BetterSqlite3(join(configDir, '../var/db/astdb.sqlite3'), { readonly: true, timeout: 0 });
  try {
    const row = db.prepare('SELECT value FROM astdb WHERE key = ?').get(key) as { value: string } | undefined;
    return Number(JSON.parse(row?.value ?? '{}').ring ?? 0);
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined;
    throw error;
  } finally {
    db.close();
  }
}
