/** Work that says itself when it wants to look again; a poke makes it look at once. Never twice at a time. */
export interface Waker {
  start(): void;
  poke(): void;
  stop(): Promise<void>;
  readonly isStopped: boolean;
}

/** Nothing is waited for longer (milliseconds): a clock that is set must not put it to sleep. */
const LONGEST_MS = 5000;
/** Pokes that come together are one. */
const TOGETHER_MS = 20;

/** `work` answers when it is due next, in milliseconds since 1970. */
export function createWaker(
  work: () => Promise<number | undefined>,
  onError: (error: unknown) => void,
  now: () => number = Date.now,
): Waker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isPoked = false;
  let isStarted = false;
  let isStopped = false;

  function schedule(ms: number): void {
    if (isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(look, ms).unref();
  }

  function look(): void {
    isPoked = false;
    running = work()
      .catch((error: unknown) => {
        onError(error);
        return undefined;
      })
      .then((due) => {
        running = undefined;
        const wait = due === undefined ? LONGEST_MS : Math.min(Math.max(due - now(), TOGETHER_MS), LONGEST_MS);
        schedule(isPoked ? TOGETHER_MS : wait);
      });
  }

  return {
    start() {
      isStarted = true;
      if (running === undefined) schedule(0);
    },
    poke() {
      if (!isStarted || isPoked) return;
      isPoked = true;
      if (running === undefined) schedule(TOGETHER_MS);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
    get isStopped() {
      return isStopped;
    },
  };
}
