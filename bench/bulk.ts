import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BareSql } from './support/bare-sql.ts';
import { POLL_MS } from './support/daemon.ts';
import type { BenchOptions } from './support/options.ts';
import { RawWire } from './support/raw-wire.ts';
import { round } from './support/stats.ts';
import { openWorld, type World } from './support/world.ts';

interface Step {
  seconds: number;
  rowsPerSecond: number;
  bareSeconds: number;
  ratio: number;
}

type Entry = readonly [family: string, key: string, value: string];

/**
 * People with groups and extensions: imported, put under a label, disabled, exported; each until the PBX has it, against
 * the same rows by bare SQL statements and the same values by raw AMI actions.
 */
export async function benchBulk({ users }: BenchOptions): Promise<Record<string, unknown>> {
  const world = await openWorld();
  const bare = new BareSql();
  try {
    const { asterisk, companyId, dataFolder } = world;
    const file = join(dataFolder, 'linekeeper.db');
    const wire = await RawWire.login(asterisk.host, asterisk.amiPort, asterisk.testLogin);
    const steps: Record<string, Step> = {};
    const step = (name: string, seconds: number, bareSeconds: number) => {
      steps[name] = {
        seconds: round(seconds),
        rowsPerSecond: Math.round(users / seconds),
        bareSeconds: round(bareSeconds),
        ratio: round(bareSeconds / seconds),
      };
    };

    const imported = await timed(() => importUsers(world, users));
    const before = entriesOf((await wire.tree('linekeeper')).rows);
    const copied = ['User', 'UserGroup', 'UserRole', 'UserGroupMember', 'Extension', 'SipAccount'].reduce(
      (sum, table) => sum + bare.insert(table, BareSql.rows(file, `SELECT * FROM "${table}"`)),
      0,
    );
    step('import', imported, copied + (await wire.putAll(before)));

    await world.daemon.must('PATCH', `/api/v1/companies/${companyId}`, { labelKinds: ['desk'] });
    const label = await world.daemon.must<{ id: string }>('POST', '/api/v1/labels', {
      companyId,
      kind: 'desk',
      name: 'All',
    });
    const labelled = await runJob(world, 'add-to-group', { groupId: label.id });
    const members = BareSql.rows(file, `SELECT * FROM "UserGroupMember" WHERE "groupId" = '${label.id}'`);
    if (members.length !== users) throw new Error(`${members.length} of ${users} have the label`);
    step('label', labelled, bare.insert('UserGroupMember', members));

    const disabled = await runJob(world, 'disable-users', {});
    // The daemon goes on to read the proof of each back from the PBX, which must not slow the baseline down.
    while (BareSql.rows(file, `SELECT 1 FROM "LifecycleReport" WHERE "state" = 'working' LIMIT 1`).length > 0) {
      await delay(POLL_MS);
    }
    const after = entriesOf((await wire.tree('linekeeper')).rows);
    const ids = BareSql.rows(file, `SELECT id, "disabled" FROM "User" WHERE "state" = 'disabled'`);
    const sql =
      bare.each(
        `UPDATE "User" SET "state" = 'disabled', "disabled" = ?, "version" = "version" + 1 WHERE id = ?`,
        ids.map((row) => [row.disabled as string, row.id as string]),
      ) +
      bare.each(
        'UPDATE "Extension" SET "suspended" = 1, "version" = "version" + 1 WHERE id = ?',
        BareSql.rows(file, 'SELECT id FROM "Extension" WHERE "suspended"').map(({ id }) => [id as string]),
      );
    step('disable', disabled, sql + (await rawChanges(wire, before, after)));

    const query = `companyId=${companyId}&format=csv`;
    const exported = await timed(() => world.daemon.must('GET', `/api/v1/exports/users?${query}`));
    step('export', exported, bare.lines(EXPORT));
    wire.close();
    return { users, steps, rssMb: world.daemon.peakRssMb() };
  } finally {
    bare.close();
    await world.close();
  }
}

/** What the export of users tells, by one statement. */
const EXPORT = `SELECT u."username", u."firstName", u."lastName", u."email", u."title", u."personalContact", u."userType",
    u."siteId", u."language", u."timezone", u."state",
    (SELECT group_concat(r."name", '|') FROM "UserRole" x JOIN "Role" r ON r.id = x."roleId" WHERE x."userId" = u.id),
    (SELECT group_concat(g."name", '|') FROM "UserGroupMember" m JOIN "UserGroup" g ON g.id = m."groupId"
      WHERE m."userId" = u.id),
    (SELECT group_concat(x."name" || '=' || x."value", '|') FROM "ExternalId" x WHERE x."userId" = u.id)
  FROM "User" u ORDER BY u."username"`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function importUsers({ daemon, companyId }: World, count: number): Promise<void> {
  const lines = ['username,first_name,last_name,email,groups,extension'];
  for (let i = 0; i < count; i++) {
    lines.push(`user${i},User,Number ${i},user${i}@example.com,floor ${i % 50}|everybody,${100_000 + i}`);
  }
  const path = `/api/v1/imports?companyId=${companyId}&table=users&createGroups=true&strategy=update`;
  const body = Buffer.from(`${lines.join('\n')}\n`);
  const job = await daemon.must<{ id: string }>('POST', path, body, { 'content-type': 'text/csv' });
  await daemon.must('POST', `/api/v1/imports/${job.id}/start`, {});
  await ended(daemon, job.id);
  await daemon.inSync();
}

/** Selects everybody, looks at the preview, runs it. Answers the seconds from the first request until the PBX has it. */
function runJob({ daemon, companyId }: World, action: string, params: object): Promise<number> {
  return timed(async () => {
    const body = { companyId, action, params, selection: { all: true } };
    const { id } = await daemon.must<{ id: string }>('POST', '/api/v1/jobs', body);
    const { token } = await daemon.must<{ token: string }>('POST', `/api/v1/jobs/${id}/preview`, {});
    await daemon.must('POST', `/api/v1/jobs/${id}/start`, { token });
    await ended(daemon, id);
    await daemon.inSync();
  });
}

async function ended(daemon: World['daemon'], id: string): Promise<void> {
  for (;;) {
    const { state, failed } = await daemon.must<{ state: string; failed: number }>('GET', `/api/v1/jobs/${id}`);
    if (failed > 0) throw new Error(`${failed} rows failed`);
    if (state === 'done') return;
    if (state !== 'running') throw new Error(`the job is ${state}`);
    await delay(POLL_MS);
  }
}

/** Under another family, so that the daemon does not see it. */
function entriesOf(tree: ReadonlyMap<string, string>): Entry[] {
  return [...tree].map(([path, value]) => {
    const at = path.lastIndexOf('/');
    return [`bench${path.slice(0, at)}`, path.slice(at + 1), value] as const;
  });
}

/** The puts and deletes that lead from one state of the tree to another. Answers the seconds. */
async function rawChanges(wire: RawWire, before: readonly Entry[], after: readonly Entry[]): Promise<number> {
  const path = ([family, key]: Entry) => `${family}/${key}`;
  const old = new Map(before.map((entry) => [path(entry), entry[2]]));
  const wanted = new Set(after.map(path));
  const puts = await wire.putAll(after.filter((entry) => old.get(path(entry)) !== entry[2]));
  return puts + (await wire.deleteAll(before.filter((entry) => !wanted.has(path(entry)))));
}
