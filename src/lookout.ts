/** Work that looks for itself what is to be done: again and again, at once when it is poked, and never twice at a time. */
export interface Lookout {
  /** Carries no work. The first one starts it. */
  poke(): void;
  /** Waits for the look that is under way; `isStopped` tells it to end soon. */
  stop(): Promise<void>;
  readonly isStopped: boolean;
}

export function createLookout(
  look: () => Promise<unknown>,
  everyMs: number,
  onError: (error: unknown) => void,
): Lookout {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isPoked = false;
  let isStopped = false;

  function poke(): void {
    if (isStopped) return;
    clearTimeout(timer);
    if (running !== undefined) {
      isPoked = true;
      return;
    }
    isPoked = false;
    running = look()
      .then(() => {}, onError)
      .finally(() => {
        running = undefined;
        if (!isStopped) timer = setTimeout(poke, isPoked ? 0 : everyMs).unref();
      });
  }

  return {
    poke,
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
