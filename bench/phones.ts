import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BareSql } from './support/bare-sql.ts';
import { POLL_MS } from './support/daemon.ts';
import type { BenchOptions } from './support/options.ts';
import { bootAll, type Exchange, repeatAll } from './support/phone-storm.ts';
import { percentile, round } from './support/stats.ts';
import { openWorld, type World } from './support/world.ts';

/** Of ten phones nine are on the site that changes. */
const OTHER_SITE_SHARE = 0.1;

/**
 * All phones of a company boot at once: stage 1, then their files with digest, each on its own connection; against a bare
 * server that says the same bytes from memory. Then one setting of a site changes: until every file is made anew.
 */
export async function benchPhones({ devices }: BenchOptions): Promise<Record<string, unknown>> {
  const world = await openWorld();
  try {
    const file = join(world.dataFolder, 'linekeeper.db');
    const { sites, macs } = await addPhones(world, devices);
    await rendered(file, devices, 1);
    const port = world.daemon.phonesPort;
    const paths = await Promise.all(sites.map(({ id }) => firstPath(world, id)));
    const others = Math.round(devices * OTHER_SITE_SHARE);
    const first = await bootAll(port, paths[0] as string, macs.slice(others));
    const second = await bootAll(port, paths[1] as string, macs.slice(0, others));
    const phones = [...first.phones, ...second.phones];
    const exchanges = phones.flat();
    const requestsPerSecond = exchanges.length / (first.seconds + second.seconds);
    const raw = await bare(phones);

    await delay(1000);
    const startedAt = performance.now();
    const { companyId } = world;
    const setting = { companyId, scope: 'site', scopeId: sites[0]?.id, key: 'ntp.servers', value: ['127.0.0.1'] };
    await world.daemon.must('PUT', '/api/v1/phone-settings', setting);
    await rendered(file, devices - others, 2);
    const seconds = (performance.now() - startedAt) / 1000;
    const asked = await followed(file, devices - others);
    return {
      devices,
      requests: exchanges.length,
      requestsPerSecond: Math.round(requestsPerSecond),
      rawRequestsPerSecond: Math.round(raw),
      ratio: round(requestsPerSecond / raw),
      p99Ms: round(
        percentile(
          exchanges.map(({ ms }) => ms),
          0.99,
        ),
      ),
      rssMb: world.daemon.peakRssMb(),
      errors: phones.filter((one) => !isServed(one)).length,
      rerender: {
        changed: devices - others,
        seconds: round(seconds),
        notified: asked.of0,
        notifiedOfOthers: asked.of1,
      },
    };
  } finally {
    await world.close();
  }
}

/** The last thing a phone asks for is its own file, and it has it. */
function isServed(exchanges: readonly Exchange[]): boolean {
  const wrong = exchanges.filter(({ status }) => ![200, 401, 404].includes(status));
  const last = exchanges.at(-1);
  return wrong.length === 0 && last?.status === 200 && last.bytes.includes('account.1.password');
}

async function addPhones({ daemon, companyId, importRows }: World, count: number) {
  await importRows(100_000, count);
  const sites = await Promise.all(
    ['Main', 'Branch'].map((name) => daemon.must<{ id: string }>('POST', '/api/v1/sites', { companyId, name })),
  );
  const ofSite = (index: number) => (index < Math.round(count * OTHER_SITE_SHARE) ? 'Branch' : 'Main');
  const macs = Array.from({ length: count }, (_, index) => `805ec0${index.toString(16).padStart(6, '0')}`);
  const rows = macs.map((mac, index) => `${mac},yealink,T54W,${ofSite(index)},${100_000 + index}`);
  const body = Buffer.from(`mac,vendor,model,site,lines\n${rows.join('\n')}\n`);
  const path = `/api/v1/imports?companyId=${companyId}&table=devices`;
  const job = await daemon.must<{ id: string }>('POST', path, body, { 'content-type': 'text/csv' });
  await daemon.must('POST', `/api/v1/imports/${job.id}/start`, {});
  for (;;) {
    const { state, failed } = await daemon.must<{ state: string; failed: number }>('GET', `/api/v1/jobs/${job.id}`);
    if (failed > 0)
      throw new Error(JSON.stringify(await daemon.must('GET', `/api/v1/jobs/${job.id}/rows?limit=1&result=failed`)));
    if (state === 'done') break;
    await delay(POLL_MS);
  }
  await daemon.inSync();
  return { sites, macs };
}

async function firstPath({ daemon }: World, siteId: string): Promise<string> {
  const { address } = await daemon.must<{ address: string }>('POST', `/api/v1/sites/${siteId}/phones/address`);
  return new URL(address).pathname;
}

/** Waits until so many phones have files of a revision. */
async function rendered(file: string, count: number, revision: number): Promise<void> {
  const sql = `SELECT count(*) AS n FROM "DeviceSeen" WHERE "wantedRevision" >= ${revision}`;
  while (Number(BareSql.rows(file, sql)[0]?.n) < count) await delay(POLL_MS);
}

/** Waits until so many phones are to be told of their new files. How many those are, on the site that changed and on the other. */
async function followed(file: string, count: number): Promise<{ of0: number; of1: number }> {
  const sql = `SELECT s."name" AS site, count(*) AS n FROM "DeviceSeen" e JOIN "Device" d ON d.id = e."deviceId"
    JOIN "Site" s ON s.id = d."siteId" WHERE e."followRevision" = 2 GROUP BY s."name"`;
  for (;;) {
    const rows = BareSql.rows(file, sql);
    const of = (site: string) => Number(rows.find((row) => row.site === site)?.n ?? 0);
    if (of('Main') >= count) return { of0: of('Main'), of1: of('Branch') };
    await delay(POLL_MS);
  }
}

/** The same requests to a bare server in a process of its own. Requests a second. */
async function bare(phones: readonly (readonly Exchange[])[]): Promise<number> {
  const child = fork(join(import.meta.dirname, 'support/bare-server-child.ts'), { execArgv: ['--import=tsx'] });
  try {
    const answers = phones.flat().map(({ path, authorization, status, bytes }) => {
      return [`${path}${authorization === undefined ? '' : ' login'}`, status, bytes.toString('base64')];
    });
    child.send(answers);
    const [port] = (await once(child, 'message')) as [number];
    const { seconds, phones: again } = await repeatAll(port, phones);
    return again.flat().length / seconds;
  } finally {
    child.kill();
  }
}
