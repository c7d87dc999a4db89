import type { LiveCall } from '../../domain/feed/call.ts';
import type { Database } from '../../store/database.ts';
import { noteSeen, type Seen } from '../../store/extension-seen.ts';
import { addToBuckets } from '../../store/live-buckets.ts';
import { Minute } from './minute.ts';

/** What the history asks of one PBX's calls. */
export interface CountedCalls {
  counts(): ReadonlyMap<string, number>;
  /** All that are up, also those of no company. */
  size?(): number;
  onBegan(listener: (call: LiveCall) => void): () => void;
  onEnded(listener: (call: LiveCall) => void): () => void;
}

export interface CountedRegistrations {
  counts(): ReadonlyMap<string, number>;
  extensionIds(): ReadonlySet<string>;
}

export interface HistorySource {
  pbxId: string;
  isHeard(): boolean;
  calls: CountedCalls;
  registrations: CountedRegistrations;
}

export interface HistoryOptions {
  db: Database;
  log: { error(details: object, message: string): void };
  now?: () => number;
}

export interface History {
  /** Gives the function that ends it. */
  add(source: HistorySource): () => void;
  /** Calls since the start, by PBX. */
  totals(): ReadonlyMap<string, { calls: number; answered: number }>;
  /** Looks at all sources; called by itself every few seconds. */
  sample(): void;
  /** Writes down what was gathered. */
  flush(): Promise<void>;
  /** With a last flush. */
  stop(): Promise<void>;
}

const SAMPLE_MS = 5000;
const FLUSH_MS = 60_000;
/** After a call has begun: what is up at one time is never more than just then. */
const SOON_MS = 250;
/** Minutes that wait when the database takes nothing. */
const MOST_MINUTES = 120;

/** Counts what graphs are drawn of, in memory, and writes it once a minute: one statement, and no wait for the disk. */
export function createHistory({ db, log, now = Date.now }: HistoryOptions): History {
  const sources = new Set<HistorySource>();
  const calledAt = new Map<string, number>();
  const minutes = new Map<number, Minute>();
  const totals = new Map<string, { calls: number; answered: number }>();
  let sampledAt = now();
  let soon: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function minute(at: number): Minute {
    const start = at - (at % FLUSH_MS);
    let found = minutes.get(start);
    if (found === undefined) {
      found = new Minute(start);
      minutes.set(start, found);
      if (minutes.size > MOST_MINUTES) minutes.delete(minutes.keys().next().value!);
    }
    return found;
  }

  function sampleSoon(): void {
    soon ??= setTimeout(sample, SOON_MS).unref();
  }

  function sample(): void {
    clearTimeout(soon);
    soon = undefined;
    const at = now();
    // A machine that slept has not heard anything meanwhile.
    const seconds = Math.min(Math.max(0, at - sampledAt), 2 * SAMPLE_MS) / 1000;
    sampledAt = at;
    for (const { pbxId, isHeard, calls, registrations } of sources) {
      if (isHeard()) minute(at).look(pbxId, seconds, calls.counts(), registrations.counts(), calls.size?.());
    }
  }

  function count(pbxId: string, companyId: string | null, what: 'calls' | 'answered'): void {
    minute(now()).count(pbxId, companyId, what);
    const total = totals.get(pbxId) ?? { calls: 0, answered: 0 };
    total[what] += 1;
    totals.set(pbxId, total);
  }

  function ended(pbxId: string, call: LiveCall): void {
    const at = now();
    if (call.answeredAt !== null) count(pbxId, call.companyId, 'answered');
    for (const id of [call.from.extensionId, call.to.extensionId]) if (id !== null) calledAt.set(id, at);
  }

  async function write(): Promise<void> {
    sample();
    const due = [...minutes.values()];
    const calls = new Map(calledAt);
    const at = now();
    minutes.clear();
    calledAt.clear();
    const seen = new Map<string, Seen>();
    for (const [extensionId, callAt] of calls) seen.set(extensionId, { extensionId, callAt, registeredAt: null });
    for (const { isHeard, registrations } of sources) {
      if (!isHeard()) continue;
      for (const extensionId of registrations.extensionIds()) {
        seen.set(extensionId, { extensionId, callAt: calls.get(extensionId) ?? null, registeredAt: at });
      }
    }
    try {
      await db.note(async (tx) => {
        for (const one of due) await addToBuckets(tx, one.start, one.rows());
        await noteSeen(tx, [...seen.values()]);
      });
    } catch (err) {
      log.error({ err }, 'the history of calls was not written; tried again');
      for (const one of due) minute(one.start).merge(one);
      for (const [id, time] of calls) calledAt.set(id, Math.max(time, calledAt.get(id) ?? 0));
    }
  }

  function flush(): Promise<void> {
    flushing = flushing.then(write);
    return flushing;
  }

  const timers = [setInterval(sample, SAMPLE_MS).unref(), setInterval(() => void flush(), FLUSH_MS).unref()];
  return {
    add(source) {
      sources.add(source);
      const { pbxId, calls } = source;
      const offs = [
        calls.onBegan((call) => {
          count(pbxId, call.companyId, 'calls');
          sampleSoon();
        }),
        calls.onEnded((call) => ended(pbxId, call)),
      ];
      return () => {
        sources.delete(source);
        for (const off of offs) off();
      };
    },
    totals: () => totals,
    sample,
    flush,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      clearTimeout(soon);
      await flush();
    },
  };
}
