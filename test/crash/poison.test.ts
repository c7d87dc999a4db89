import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import t from 'tap';
import { startAsterisk, until } from '../support/asterisk.ts';
import { AmiMiddle } from './support/ami-middle.ts';
import { createRandom } from './support/random.ts';
import { seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

// The API lets nothing through that does not fit into an AMI line; here it is put into the database by hand.
t.test('a poisoned object fails alone', async (t) => {
  const [seed = 1] = seedsOf(1);
  const custom = { 'pjsip.conf': '[1007]\ntype=endpoint\ncontext=operator\nallow=ulaw\n' };
  const asterisk = await startAsterisk(t, { custom });
  const middle = await AmiMiddle.start(t, asterisk.amiPort);
  const world = await World.create(t, { random: createRandom(seed), asterisk, amiPort: middle.port });
  const { api, companyId } = world;
  const add = async (number: string) =>
    (await api.must('POST', '/extensions', { body: { companyId, number, displayName: `n-${number}` } })).id as string;
  const syncOf = async (id: string) => (await api.must('GET', `/extensions/${id}`)).sync;

  const poisoned = await add('1005');
  const neighbour = await add('1006');
  await world.inSync();
  await world.daemon.kill9();
  const poison = 'x'.repeat(1200);
  const db = new BetterSqlite3(join(world.dataDir, 'linekeeper.db'));
  db.prepare('UPDATE "Extension" SET "pickupGroup" = ? WHERE id = ?').run(poison, poisoned);
  db.close();
  await world.start();

  const shadowing = await add('1007');
  const later = await add('1008');
  await api.must('PATCH', `/extensions/${neighbour}`, { body: { displayName: 'still moving' } });
  await api.must('PATCH', `/extensions/${poisoned}`, { body: { displayName: 'poisoned' } });
  const failed = await until(async () => {
    const sync = await syncOf(poisoned);
    return sync.state === 'failed' ? sync : undefined;
  }, 'the poisoned extension to say that it failed');
  t.match(JSON.stringify(failed), 'AMI_LINE_TOO_LONG', 'with the reason');
  const refused = await until(async () => {
    const sync = await syncOf(shadowing);
    return sync.state === 'failed' ? sync : undefined;
  }, 'the shadowing extension to say that it failed');
  t.match(JSON.stringify(refused), 'ENDPOINT_TAKEN_ON_PBX', 'each with its own');
  for (const id of [neighbour, later]) {
    await until(async () => (await syncOf(id)).state === 'synced', 'the others to be synced');
  }
  t.notMatch(middle.sent, poison.slice(0, 100), 'not a byte of it was sent');
  t.equal(Math.max(...middle.sent.split('\r\n').map((line) => Buffer.byteLength(line))) <= 1022, true);
  const { state, failed: count } = await world.sync();
  t.comment(`seed=${seed} poisoned: state=${state} failed=${count} bytes of it on the wire=0`);
  t.equal(count, 2, 'two owners failed, nobody else');

  await api.must('PATCH', `/extensions/${poisoned}`, { body: { pickupGroup: null } });
  await api.must('DELETE', `/extensions/${shadowing}`);
  await world.inSync();
  t.pass('corrected, it goes through');
});
