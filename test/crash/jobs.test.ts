import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import t from 'tap';
import { until } from '../support/asterisk.ts';
import type { Json } from './support/api.ts';
import { createRandom } from './support/random.ts';
import { seedsOf } from './support/report.ts';
import { World } from './support/world.ts';

const USERS = 10_000;
const FROM = 20_000;

t.test('kill -9 ten times in mass actions on 10,000 users: each is done once, and the PBX is as wanted', async (t) => {
  const [seed = 1] = seedsOf(1);
  const random = createRandom(seed);
  const world = await World.create(t, { random, slots: 0 });
  const { api, companyId } = world;
  const ranges = [['20000', '39999']];
  await api.must('PATCH', `/companies/${companyId}`, { body: { ranges, labelKinds: ['desk'] } });
  const label = await api.must('POST', '/labels', { body: { companyId, kind: 'desk', name: 'everybody' } });
  const jobOf = (id: string): Promise<Json> => api.must('GET', `/jobs/${id}`);
  const ended = (id: string, state: string) =>
    until(
      async () => {
        const job = await jobOf(id).catch(() => undefined);
        if (job?.state === 'failed' || job?.state === 'paused') throw new Error(`the job is ${JSON.stringify(job)}`);
        return job?.state === state ? job : undefined;
      },
      `the job to be ${state}`,
      120_000,
    );
  const query = (sql: string, ...values: unknown[]): unknown[] => {
    const db = new BetterSqlite3(join(world.dataDir, 'linekeeper.db'), { readonly: true, timeout: 5000 });
    try {
      return db
        .prepare(sql)
        .raw()
        .get(...values) as unknown[];
    } finally {
      db.close();
    }
  };
  const tree = async (): Promise<Map<string, string>> => {
    const ami = await world.asterisk.raw();
    try {
      return await ami.dbTree('linekeeper');
    } finally {
      ami.close();
    }
  };
  let kills = 0;
  /** Kills the daemon while a job is at a random place, so many times, and waits for its end. */
  async function killed(id: string, times: number, countOf: (job: Json) => number, state: string): Promise<Json> {
    for (let n = 0; n < times; n++) {
      const share = (n + random.next()) / (times + 0.5);
      await until(
        async () => countOf(await jobOf(id)) >= share * USERS,
        `${id} to have come to ${Math.round(share * 100)} %`,
        60_000,
      );
      // Where in the next transaction it dies is the fault itself.
      await delay(random.below(200));
      await world.daemon.kill9();
      kills++;
      await world.start();
    }
    return ended(id, state);
  }
  /** Prepared, seen and started; slow enough to be killed on its way. */
  async function begun(action: string, params: object): Promise<string> {
    const limits = { rowsPerSecond: 4000 };
    const body = { companyId, action, params, limits, selection: { all: true } };
    const { id } = await api.must('POST', '/jobs', { body });
    const { token, count } = await api.must('POST', `/jobs/${id}/preview`);
    t.equal(count, USERS);
    await api.must('POST', `/jobs/${id}/start`, { body: { token } });
    return id;
  }
  /** Rows with each result. */
  const results = (id: string): Json =>
    JSON.parse(
      query(
        `SELECT json_group_object("result", n) FROM (
           SELECT "result", count(DISTINCT "line" || ' ' || "objectId") AS n FROM "JobRow" WHERE "jobId" = ? GROUP BY 1)`,
        id,
      )[0] as string,
    );

  const lines = ['extension,display_name,user,first_name,last_name'];
  for (let i = 0; i < USERS; i++) lines.push(`${FROM + i},User ${i},user${i},User,Number ${i}`);
  const { id: imported } = await api.must('POST', `/imports?companyId=${companyId}&start=true`, {
    csv: `${lines.join('\n')}\n`,
  });
  t.match(await killed(imported, 2, ({ processed }) => processed, 'done'), { created: USERS, failed: 0 });
  await world.inSync();
  const wanted = await tree();
  t.equal([...wanted.keys()].filter((key) => key.startsWith('/linekeeper/endpoint/')).length, USERS);

  const disable = await begun('disable-users', { reason: 'moved' });
  t.match(await killed(disable, 3, ({ processed }) => processed, 'done'), {
    processed: USERS,
    updated: USERS,
    failed: 0,
  });
  t.same(results(disable), { updated: USERS }, 'one result for each');
  t.same(query(`SELECT count(*), min("version"), max("version") FROM "User" WHERE "state" = 'disabled'`), [
    USERS,
    2,
    2,
  ]);
  t.same(
    query(`SELECT count(*), count(DISTINCT "objectId") FROM "AuditEvent" WHERE "action" = 'user.disabled'`),
    [USERS, USERS],
    'and one line in the activity log',
  );
  await world.inSync();
  const off = await tree();
  t.equal(
    [...off.keys()].filter((key) => /^\/linekeeper\/(endpoint|auth|aor)\//.test(key)).length,
    0,
    'no phone is left',
  );

  const labelled = await begun('add-to-group', { groupId: label.id });
  t.match(await killed(labelled, 2, ({ processed }) => processed, 'done'), { processed: USERS, updated: USERS });
  t.same(query('SELECT count(*) FROM "UserGroupMember" WHERE "groupId" = ?', label.id), [USERS]);
  const told = query(
    `SELECT sum("details"->>'$.count') FROM "AuditEvent" WHERE "action" = 'group.members_added' AND "objectId" = ?`,
    label.id,
  );
  t.same(told, [USERS], 'nobody was put there twice');

  await api.must('POST', `/jobs/${disable}/undo`);
  const undone = await killed(disable, 3, (job) => job.undone, 'undone');
  t.match(undone, { undone: USERS, undoRefused: 0 });
  t.same(results(disable), { undone: USERS });
  t.same(query(`SELECT count(*), min("version"), max("version") FROM "User" WHERE "state" = 'active'`), [USERS, 3, 3]);
  await world.inSync();
  t.same(await tree(), wanted, 'the PBX is as it was before');
  t.equal(kills, 10);
  t.comment(`seed=${seed} killed ${kills} times`);
});
