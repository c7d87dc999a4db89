import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import argon2 from 'argon2';
import { loadConfig } from '../src/config.ts';
import { DaemonProcess } from './support/daemon.ts';
import type { BenchOptions } from './support/options.ts';
import { percentile, round } from './support/stats.ts';

/** Logins that wait at any moment. */
const PENDING = 50;
const SECONDS = 8;

/** Logins against bare argon2 with the same settings, and what the API's other requests feel of fifty that wait. */
export async function benchLogin(_options: BenchOptions): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'));
  const daemon = await DaemonProcess.start(folder);
  try {
    const users = await createUsers(daemon);
    const idle = await probe(daemon, SECONDS);
    const bareArgonPerSecond = await bare(SECONDS / 2);
    let isOver = false;
    let logins = 0;
    const loops = users.map(async (user) => {
      while (!isOver) {
        const { status, json } = await daemon.api('POST', '/api/v1/login', user);
        if (status !== 200) throw new Error(`login: ${status} ${JSON.stringify(json)}`);
        if (!isOver) logins++;
      }
    });
    const busy = await probe(daemon, SECONDS);
    isOver = true;
    await Promise.all(loops);
    const apiP99Ms = percentile(busy, 0.99);
    const apiIdleP99Ms = percentile(idle, 0.99);
    const loginsPerSecond = logins / SECONDS;
    return {
      loginsPerSecond: round(loginsPerSecond, 1),
      bareArgonPerSecond: round(bareArgonPerSecond, 1),
      ratioToBare: round(loginsPerSecond / bareArgonPerSecond),
      apiP99Ms: round(apiP99Ms),
      apiIdleP99Ms: round(apiIdleP99Ms),
      apiP99Ratio: round(apiP99Ms / apiIdleP99Ms),
    };
  } finally {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createUsers(daemon: DaemonProcess): Promise<{ username: string; password: string }[]> {
  const login = (username: string) => ({ username, secret: 'of-no-use' });
  const logins = { events: login('e'), query: login('q'), sync: login('s'), config: login('c') };
  // Nobody listens there: the daemon has no PBX to care for meanwhile.
  await daemon.must('POST', '/api/v1/pbxes', { name: 'none', host: '127.0.0.1', amiPort: 1, enabled: false, logins });
  const company = { name: 'Bench', slug: 'bench', ranges: [['1000', '1999']], country: 'DE', timezone: 'UTC' };
  const { id: companyId } = await daemon.must<{ id: string }>('POST', '/api/v1/companies', company);
  const users: { username: string; password: string }[] = [];
  for (let i = 0; i < PENDING; i++) {
    const username = `user-${i}`;
    const body = { companyId, username, firstName: 'Ben', lastName: `Bench ${i}` };
    const { id } = await daemon.must<{ id: string }>('POST', '/api/v1/users', body);
    const reset = await daemon.must<{ password: string }>('POST', `/api/v1/users/${id}/reset-password`, {
      method: 'show',
    });
    users.push({ username, password: reset.password });
  }
  return users;
}

/** Milliseconds of one request after the other, each after a pause as between those of people. */
async function probe(daemon: DaemonProcess, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const from = performance.now();
    await daemon.must('GET', '/api/v1/users?limit=20');
    times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return times;
}

/** Hashes compared per second, one after the other, in a process that does nothing else. */
async function bare(seconds: number): Promise<number> {
  const { memoryKib, passes, lanes } = loadConfig({}).people.argon2;
  const hash = await argon2.hash('a password', { memoryCost: memoryKib, timeCost: passes, parallelism: lanes });
  const end = performance.now() + seconds * 1000;
  let count = 0;
  while (performance.now() < end) {
    await argon2.verify(hash, 'a password');
    count++;
  }
  return count / seconds;
}
