/** Names that something has happened to, gathered for a moment and worked on together, one batch after the other. */
export class Touched {
  readonly #waitMs: number;
  readonly #work: (names: readonly string[]) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #names = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(waitMs: number, work: (names: readonly string[]) => Promise<void>, onError: (error: unknown) => void) {
    this.#waitMs = waitMs;
    this.#work = work;
    this.#onError = onError;
  }

  add(names: Iterable<string>): void {
    if (this.#isStopped) return;
    for (const name of names) this.#names.add(name);
    if (this.#names.size > 0) this.#timer ??= setTimeout(() => void this.flush(), this.#waitMs);
  }

  /** Now; resolves when all is done that was added before. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#running.then(async () => {
      const names = [...this.#names];
      this.#names.clear();
      if (names.length > 0 && !this.#isStopped) await this.#work(names).catch(this.#onError);
    });
    return this.#running;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#names.clear();
  }
}
