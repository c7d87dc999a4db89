import type { LiveCall } from '../../domain/feed/call.ts';
import type { Directory } from '../directory.ts';
import type { Topic } from '../feed/topic.ts';
import type { LiveLink } from '../link.ts';
import type { Call } from './call.ts';
import { type BookLimits, CallBook } from './call-book.ts';
import { createHearing } from './hearing.ts';
import { Loners } from './loners.ts';
import { createPublisher } from './publish.ts';

export interface CallsOptions {
  link: LiveLink;
  directory: Directory;
  topic: Topic<LiveCall>;
  log: { warn(details: object, message: string): void };
  /** Milliseconds since 1970. */
  now?: () => number;
  limits?: BookLimits;
}

/** The calls of one PBX, as they are now. */
export interface Calls {
  /** Those that are up, and those that ended in the last seconds. */
  calls(): LiveCall[];
  call(id: string): LiveCall | undefined;
  /** Gives the function that ends it. */
  onBegan(listener: (call: LiveCall) => void): () => void;
  onEnded(listener: (call: LiveCall) => void): () => void;
  /** Calls that are up, by company. */
  counts(): Map<string, number>;
  stop(): void;
}

/** How long an ended call is still shown. */
const SHOWN_MS = 5000;
const SWEEP_MS = 1000;
/** How often all channels are compared with those of the PBX while there are calls. */
const COMPARE_MS = 30_000;

export function createCalls({ link, directory, topic, log, now = Date.now, limits }: CallsOptions): Calls {
  const began = new Set<(call: LiveCall) => void>();
  const over = new Set<(call: LiveCall) => void>();
  /** By end, oldest first. */
  const ended = new Set<Call>();
  const loners = new Loners(now);
  let isDeaf = !link.isUp;
  let refused = 0;

  const book = new CallBook((call) => {
    if (call.state === 'ended') ended.add(call);
    else loners.consider(call);
    publisher.changed(call);
  }, limits);
  const publisher = createPublisher({
    pbxId: link.pbxId,
    directory,
    topic,
    log,
    isKept: (call) => book.calls.get(call.id) === call,
    isDeaf: () => isDeaf,
    onBegan: (call) => tell(began, call),
    onEnded: (call) => tell(over, call),
  });
  const hearing = createHearing({
    link,
    book,
    now,
    log,
    onMerged(deaf) {
      isDeaf = false;
      sayAll();
      if (deaf) void publisher.settled().then(() => topic.gap({ pbxId: link.pbxId, ...deaf }));
    },
    onDeaf() {
      isDeaf = true;
      sayAll();
    },
  });

  function sayAll(): void {
    for (const call of book.calls.values()) if (call.state !== 'ended') publisher.changed(call);
  }

  const sweeper = setInterval(() => {
    const at = now();
    for (const call of ended) {
      if ((call.endedAt ?? 0) + SHOWN_MS > at) break;
      ended.delete(call);
      publisher.remove(call);
      book.forget(call);
    }
    const isDue = hearing.sinceLook >= COMPARE_MS && (book.legs.size > 0 || !Number.isFinite(hearing.sinceLook));
    if (isDue || loners.areDue()) hearing.look();
    if (book.refused > refused) {
      refused = book.refused;
      log.warn({ pbx: link.name, refused }, 'there are more channels than are kept');
    }
  }, SWEEP_MS).unref();

  return {
    calls: () => [...publisher.items.values()],
    call: (id) => publisher.items.get(id),
    onBegan: (listener) => listen(began, listener),
    onEnded: (listener) => listen(over, listener),
    counts() {
      const counts = new Map<string, number>();
      for (const { companyId, state } of publisher.items.values()) {
        if (companyId !== null && state !== 'ended') counts.set(companyId, (counts.get(companyId) ?? 0) + 1);
      }
      return counts;
    },
    stop() {
      clearInterval(sweeper);
      hearing.stop();
      publisher.stop();
    },
  };
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function tell(listeners: Iterable<(call: LiveCall) => void>, call: LiveCall): void {
  for (const listener of listeners) listener(call);
}
