import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonProcess } from './support/daemon.ts';
import type { BenchOptions } from './support/options.ts';
import { percentile, round } from './support/stats.ts';
import type { StormOrder, StormResult } from './support/storm-peer.ts';

const ORDER: StormOrder = { eventsPerSecond: 5000, seconds: 30, firstNumber: 100_000, numbers: 200 };
const IDLE_SECONDS = 15;
/** For what was sent last to be shown. */
const SETTLE_MS = 15_000;

interface Page {
  items: { id: string; state: string }[];
  nextCursor: string | null;
}

/** Thirty seconds of 5,000 AMI events a second: what other requests feel of it, what memory does, and what is shown at the end. */
export async function benchStorm(_options: BenchOptions): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'));
  const script = join(import.meta.dirname, 'support/storm-peer.ts');
  const peer = fork(script, { execArgv: ['--import=tsx', '--no-warnings'] });
  const listens = once(peer, 'message') as Promise<[{ port: number }]>;
  const daemon = await DaemonProcess.start(folder);
  try {
    const [{ port }] = await listens;
    await prepare(daemon, port);
    const idle = await probe(daemon, () => delay(IDLE_SECONDS * 1000));
    const rssBefore = daemon.rssMb();
    const cpuBefore = daemon.cpuSeconds();
    let rssEarly = 0;
    let result: StormResult | undefined;
    const busy = await probe(daemon, async () => {
      peer.send(ORDER);
      const early = delay((ORDER.seconds * 1000) / 3).then(() => {
        rssEarly = daemon.rssMb();
      });
      const [message] = (await once(peer, 'message')) as [{ result: StormResult }];
      result = message.result;
      await early;
    });
    const { events = 0, seconds = 1, up = [], calls = 0 } = result ?? {};
    const cpuShare = (daemon.cpuSeconds() - cpuBefore) / seconds;
    const rssAfter = daemon.rssMb();
    const exact = await showsExactly(daemon, up);
    return {
      events,
      seconds: round(seconds, 1),
      apiP99Ratio: round(percentile(busy, 0.99) / percentile(idle, 0.99)),
      rssGrowthMb: rssAfter - rssBefore,
      exact,
      eventsPerSecond: Math.round(events / seconds),
      calls,
      stillUp: up.length,
      apiP99Ms: round(percentile(busy, 0.99)),
      apiIdleP99Ms: round(percentile(idle, 0.99)),
      lateRssGrowthMb: rssAfter - rssEarly,
      cpuShare: round(cpuShare),
    };
  } finally {
    await daemon.stop();
    peer.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A company whose extensions are the endpoints of the recording, on the PBX that the peer plays. */
async function prepare(daemon: DaemonProcess, amiPort: number): Promise<void> {
  const login = (username: string) => ({ username, secret: 'of-no-use' });
  const logins = { events: login('e'), query: login('q'), sync: login('s'), config: login('c') };
  await daemon.must('POST', '/api/v1/pbxes', { name: 'storm', host: '127.0.0.1', amiPort, logins });
  const company = { name: 'Bench', slug: 'bench', ranges: [['100000', '999999']], country: 'DE', timezone: 'UTC' };
  const { id: companyId } = await daemon.must<{ id: string }>('POST', '/api/v1/companies', company);
  for (let i = 0; i < ORDER.numbers; i++) {
    const number = String(ORDER.firstNumber + i);
    await daemon.must('POST', '/api/v1/extensions', { companyId, number, displayName: `User ${i}` });
  }
  await delay(2000);
}

/** Milliseconds of one request after the other while something goes on. */
async function probe(daemon: DaemonProcess, during: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let isOver = false;
  const end = during().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const from = performance.now();
    await daemon.must('GET', '/api/v1/extensions?limit=20');
    times.push(performance.now() - from);
    await delay(5);
  }
  await end;
  return times;
}

/** True when the API shows the calls that the stream left up, each answered, and no other. */
async function showsExactly(daemon: DaemonProcess, up: readonly string[]): Promise<boolean> {
  const wanted = [...up].sort().join();
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const shown: Page['items'] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = await daemon.must('GET', `/api/v1/calls?limit=500${cursor === '' ? '' : `&cursor=${cursor}`}`);
      shown.push(...page.items);
      cursor = page.nextCursor;
    }
    const ids = shown.map(({ id }) => id).sort();
    if (ids.join() === wanted) return true;
    if (performance.now() > end) return false;
    await delay(200);
  }
}
