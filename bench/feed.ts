import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LiveCall } from '../src/domain/feed/call.ts';
import type { FeedEvent } from '../src/domain/feed/protocol.ts';
import type { CallTimes } from './support/ami-tap.ts';
import type { BenchOptions } from './support/options.ts';
import { callLoad } from './support/sipp-load.ts';
import { percentile, round } from './support/stats.ts';
import { openWorld, type World } from './support/world.ts';

const SECONDS = 20;
/** What one call tells on the feed, on average (measured): dialling, ringing, answered, ended, gone; some within one turn. */
const EVENTS_PER_CALL = 4.4;
/** Milliseconds after the last call in which what is on its way arrives; ended calls stay for some seconds. */
const TAIL_MS = 8000;

interface Received {
  times: number[][];
  texts: string[];
}

/**
 * Real calls, from the byte on the AMI socket to the message in every client; then the same load again, with a bare `ws`
 * server in place of the feed.
 */
export async function benchFeed({ clients, rate }: BenchOptions): Promise<Record<string, unknown>> {
  const world = await openWorld({ tap: true });
  try {
    const { daemon, tap } = world;
    const load = await prepareLoad(world, rate);
    const token = await daemon.must<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'bench',
      scopes: ['calls:read'],
    });
    const url = `ws://127.0.0.1:${daemon.port}/api/v1/live`;

    const ours = await crowd(url, token.token, clients);
    const startedAt = performance.now();
    await load();
    const seconds = (performance.now() - startedAt) / 1000;
    await delay(TAIL_MS);
    const received = await ours.report();
    ours.end();
    const rssMb = daemon.peakRssMb();
    const { latencies, events, lost } = judge(received, tap!.calls);

    const raw = child('raw-broadcast-child.ts', [url, token.token]);
    const { port } = await raw.told<{ port: number }>();
    const bare = await crowd(`ws://127.0.0.1:${port}`, '', clients);
    await load();
    await delay(TAIL_MS);
    const rawReceived = await bare.report();
    const { sentAt } = await raw.ask<{ sentAt: number[] }>();
    bare.end();
    raw.end();
    const rawLatencies = rawReceived.times.flatMap((times) => times.map((at, k) => at - sentAt[k]!));

    const p99Ms = percentile(latencies, 0.99);
    const rawP99Ms = percentile(rawLatencies, 0.99);
    return {
      clients,
      eventsPerSecond: round(events / seconds, 1),
      p50Ms: round(percentile(latencies, 0.5)),
      p99Ms: round(p99Ms),
      rawP99Ms: round(rawP99Ms),
      ratio: round(p99Ms / rawP99Ms),
      lost,
      rssMb,
    };
  } finally {
    await world.close();
  }
}

async function prepareLoad({ daemon, companyId, asterisk }: World, rate: number): Promise<() => Promise<void>> {
  const phone = async (number: string) => {
    const body = { companyId, number, displayName: `Phone ${number}` };
    const { credentials } = await daemon.must<{ credentials: { endpoint: string; secret: string } }>(
      'POST',
      '/api/v1/extensions',
      body,
    );
    return { user: credentials.endpoint, secret: credentials.secret };
  };
  const caller = await phone('100000');
  const callee = await phone('100001');
  await daemon.inSync();
  const callsPerSecond = Math.max(1, Math.round(rate / EVENTS_PER_CALL));
  const calls = callsPerSecond * SECONDS;
  return () =>
    callLoad({ sipPort: asterisk.sipPort, caller, callee, to: '100001', callsPerSecond, calls, holdMs: 500 });
}

/** Each state that a call reached, as every client was told it first, against the bytes that said it. */
function judge({ times, texts }: Received, calls: ReadonlyMap<string, CallTimes>) {
  const latencies: number[] = [];
  const told = new Map<string, Set<string>>();
  let events = 0;
  let lost = 0;
  let last: number | undefined;
  for (const [k, text] of texts.entries()) {
    const frame = JSON.parse(text) as { after: number; events: FeedEvent[] };
    for (const event of frame.events) {
      events++;
      if (last !== undefined && event.seq !== last + 1) lost++;
      last = event.seq;
      if (event.op !== 'set') continue;
      const { id, state } = event.item as LiveCall;
      const known = told.get(id) ?? new Set();
      told.set(id, known);
      const since = calls.get(id)?.[state as keyof CallTimes];
      if (known.has(state) || since === undefined) continue;
      known.add(state);
      for (const own of times) if (own[k] !== undefined) latencies.push(own[k] - since);
    }
  }
  for (const own of times) lost += texts.length - own.length;
  for (const [id, { ended }] of calls) if (ended !== undefined && told.get(id)?.has('ended') !== true) lost++;
  return { latencies, events, lost };
}

interface Child {
  told<T>(): Promise<T>;
  ask<T>(): Promise<T>;
  end(): void;
}

function child(name: string, args: string[]): Child {
  const path = fileURLToPath(new URL(`./support/${name}`, import.meta.url));
  const process_: ChildProcess = fork(path, args, {
    execArgv: ['--import=tsx', '--no-warnings'],
    serialization: 'advanced',
  });
  const told = <T>() =>
    new Promise<T>((resolve, reject) => {
      process_.once('message', (message) => resolve(message as T));
      process_.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
    });
  return {
    told,
    ask<T>() {
      const answer = told<T>();
      process_.send('report');
      return answer;
    },
    end: () => void process_.disconnect(),
  };
}

async function crowd(url: string, token: string, count: number) {
  const process_ = child('feed-crowd-child.ts', [url, token, String(count)]);
  await process_.told();
  return { report: () => process_.ask<Received>(), end: () => process_.end() };
}
