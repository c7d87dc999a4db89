/** Milliseconds for which something stays wanted after the last one left: he may only have lost his connection. */
const LINGER_MS = 60_000;
/** Milliseconds that the first one waits for what he wants to be there. */
const PATIENCE_MS = 3000;

/** Whether anybody wants something, so that nobody works for nobody. */
export class Wanted {
  readonly #listeners = new Set<() => unknown>();
  #count = 0;
  #leftAt = Number.NEGATIVE_INFINITY;
  #ready: Promise<unknown> = Promise.resolve();

  get is(): boolean {
    return this.wasWithin(LINGER_MS);
  }

  /** Whether it is wanted, or was in the last milliseconds. */
  wasWithin(ms: number): boolean {
    return this.#count > 0 || performance.now() - this.#leftAt < ms;
  }

  on(listener: () => unknown): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when those who provide it have looked, or could not within seconds. */
  async enter(): Promise<void> {
    const wasWanted = this.is;
    this.#count++;
    if (!wasWanted) {
      let timer: NodeJS.Timeout | undefined;
      const looks = Promise.allSettled([...this.#listeners].map(async (listener) => listener()));
      const patience = new Promise((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS).unref();
      });
      this.#ready = Promise.race([looks, patience]).finally(() => clearTimeout(timer));
    }
    await this.#ready;
  }

  leave(): void {
    this.#count--;
    this.#leftAt = performance.now();
  }
}
