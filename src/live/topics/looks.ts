import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import type { Topic } from '../feed/topic.ts';

/** Milliseconds between two looks, however fast commits follow each other. */
const REST_MS = 200;
/** Looks take at most a twentieth of the time: who has much to look at looks less often. */
const REST_SHARE = 20;
const LONGEST_REST_MS = 5000;

export interface LooksOptions {
  db: Pick<Database, 'onCommit'>;
  topic: Pick<Topic<unknown>, 'isWanted' | 'onWanted'>;
  /** `isAnew`: nobody was listening before. */
  look(isAnew: boolean): Promise<void>;
  /** Milliseconds after which it is looked without a commit: time passes for some things. */
  everyMs: number;
  log: Logger;
}

/**
 * Looks while a topic is wanted: at once when it becomes so, soon after commits, and now and then without one. Never twice
 * at a time; commits during a look lead to one more. `stop` waits for the look that is going on.
 */
export function startLooks({ db, topic, look, everyMs, log }: LooksOptions): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  /** When the timer fires (monotonic milliseconds). */
  let dueAt = 0;
  let restUntil = 0;
  let running: Promise<void> | undefined;
  let isAskedAgain = false;
  let isAnew = false;
  let isStopped = false;

  function lookAt(at: number): void {
    if (isStopped || (timer !== undefined && dueAt <= at)) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(begin, Math.max(0, at - performance.now()));
    timer.unref();
  }

  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    if (isStopped || !topic.isWanted) return;
    running = run().finally(() => {
      running = undefined;
      const now = performance.now();
      lookAt(isAskedAgain ? Math.max(now, restUntil) : now + everyMs);
      isAskedAgain = false;
    });
  }

  /** Resolves after a look that began after the call. */
  async function lookAnew(): Promise<void> {
    isAnew = true;
    while (running !== undefined) await running;
    begin();
    await running;
  }

  async function run(): Promise<void> {
    const began = performance.now();
    const anew = isAnew;
    isAnew = false;
    try {
      await look(anew);
    } catch (error) {
      isAnew ||= anew;
      log.warn({ err: error }, 'the feed could not look into the database');
    }
    const took = performance.now() - began;
    restUntil = began + Math.min(Math.max(REST_MS, took * REST_SHARE), LONGEST_REST_MS);
  }

  const endings = [
    db.onCommit(() => {
      if (running !== undefined) isAskedAgain = true;
      else if (topic.isWanted) lookAt(restUntil);
    }),
    topic.onWanted(lookAnew),
  ];
  if (topic.isWanted) void lookAnew();

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      for (const end of endings) end();
      await running;
    },
  };
}
