import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { DaemonProcess } from './support/daemon.ts';
import { COMPANY, makeManyUsers, SITES } from './support/many-users.ts';
import type { BenchOptions } from './support/options.ts';
import { percentile, round } from './support/stats.ts';

const ROUNDS = 100;
const LIMIT = 50;
const WORDS = ['mull', 'ann', 'straus ju', 'nunez', 'berg 12', 'oyv dahl', 'sales', 'user.77', '1000', 'z'];
const FACETS = ['state', 'siteId', 'language', 'groupId'];

/** One page: what is asked for, in words of the API. */
interface Asked {
  q: string;
  states: string[];
  siteIds: string[];
}

/**
 * Pages of a long list of users, with filter, search and facets, over HTTP; and the same by hand-written statements on a
 * connection of its own, in turn with them. `worstBlockMs`: what another request waits at most while a page is made.
 */
export async function benchList({ users }: BenchOptions): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'));
  try {
    await makeManyUsers(folder, users);
    const daemon = await DaemonProcess.start(folder);
    const database = new BetterSqlite3(join(folder, 'linekeeper.db'), { readonly: true });
    try {
      const bare = bareList(database);
      const times: number[] = [];
      const bareTimes: number[] = [];
      for (let i = -10; i < ROUNDS; i++) {
        const asked = askedAt(i + 10);
        const from = performance.now();
        const { total } = await page(daemon, asked);
        const between = performance.now();
        const bareTotal = bare(asked);
        const end = performance.now();
        if (total !== bareTotal) throw new Error(`${JSON.stringify(asked)}: ${total} by HTTP, ${bareTotal} bare`);
        if (i < 0) continue;
        times.push(between - from);
        bareTimes.push(end - between);
      }
      const p99Ms = percentile(times, 0.99);
      const bareP99Ms = percentile(bareTimes, 0.99);
      return {
        users,
        p50Ms: round(percentile(times, 0.5)),
        p99Ms: round(p99Ms),
        bareP50Ms: round(percentile(bareTimes, 0.5)),
        bareP99Ms: round(bareP99Ms),
        ratio: round(p99Ms / bareP99Ms),
        worstBlockMs: round(await worstBlock(daemon)),
        rssMb: daemon.peakRssMb(),
      };
    } finally {
      database.close();
      await daemon.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function askedAt(i: number): Asked {
  return {
    q: WORDS[i % WORDS.length]!,
    states: i % 2 === 0 ? ['active'] : ['active', 'disabled'],
    siteIds: Array.from({ length: 1 + (i % 5) }, (_, k) => `site-${(i + k * 3) % SITES}`),
  };
}

function page(daemon: DaemonProcess, { q, states, siteIds }: Asked): Promise<{ total: number }> {
  const query = new URLSearchParams({
    companyId: COMPANY,
    q,
    state: states.join(','),
    siteId: siteIds.join(','),
    sort: 'lastName',
    limit: String(LIMIT),
    facets: FACETS.join(','),
  });
  return daemon.must('GET', `/api/v1/users?${query}`);
}

/** What somebody would write by hand for this one page: the same index, the same counts, rows in place of JSON. */
function bareList(database: BetterSqlite3.Database): (asked: Asked) => number {
  const found = `u."id" IN (SELECT e."objectId" FROM "UserSearch" CROSS JOIN "SearchEntry" e ON e."id" = "UserSearch".rowid
    WHERE "UserSearch" MATCH ?)`;
  const set = '(SELECT value FROM json_each(?))';
  const ofState = `u."state" IN ${set}`;
  const ofSite = `u."siteId" IN ${set}`;
  const base = `"User" u WHERE u."companyId" = '${COMPANY}' AND ${found}`;
  const all = `${base} AND ${ofState} AND ${ofSite}`;
  const rows = database.prepare(
    `SELECT u.* FROM ${all} ORDER BY u."lastName" COLLATE NOCASE, u."id" LIMIT ${LIMIT + 1}`,
  );
  const total = database.prepare(`SELECT count(*) FROM ${all}`).pluck();
  const states = database.prepare(`SELECT u."state", count(*) FROM ${base} AND ${ofSite} GROUP BY 1`);
  const sites = database.prepare(
    `SELECT u."siteId", count(*) AS n FROM ${base} AND ${ofState} GROUP BY 1 ORDER BY n DESC`,
  );
  const languages = database.prepare(`SELECT u."language", count(*) FROM ${all} GROUP BY 1`);
  const groups = database.prepare(`SELECT m."groupId", count(*) AS n FROM "User" u
    CROSS JOIN "UserGroupMember" m ON m."userId" = u."id" WHERE ${all.slice(all.indexOf('WHERE') + 6)} GROUP BY 1 ORDER BY n DESC LIMIT 50`);
  return ({ q, states: wantedStates, siteIds }) => {
    const match = q
      .split(' ')
      .map((word) => `"${word}"*`)
      .join(' ');
    const [state, site] = [JSON.stringify(wantedStates), JSON.stringify(siteIds)];
    rows.all(match, state, site);
    states.all(match, site);
    sites.all(match, state);
    languages.all(match, state, site);
    groups.all(match, state, site);
    return total.get(match, state, site) as number;
  };
}

/** The longest that a small request had to wait while pages were made that look at everybody. */
async function worstBlock(daemon: DaemonProcess): Promise<number> {
  let isOver = false;
  let worst = 0;
  const probe = (async () => {
    while (!isOver) {
      const from = performance.now();
      await daemon.must('GET', '/healthz');
      worst = Math.max(worst, performance.now() - from);
    }
  })();
  for (const q of ['user', 'b', 'bench']) await page(daemon, { q, states: ['active', 'disabled'], siteIds: ALL_SITES });
  isOver = true;
  await probe;
  return worst;
}

const ALL_SITES = Array.from({ length: SITES }, (_, i) => `site-${i}`);
