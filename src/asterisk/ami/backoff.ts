export interface BackoffOptions {
  /** Milliseconds before the first retry. */
  first: number;
  /** Milliseconds; it never waits longer. */
  most: number;
  /** A number in [0, 1): jitter, so that many daemons do not come back in step. */
  random: () => number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { first: 200, most: 30_000, random: Math.random };

/** Doubles from `first` to `most`; each wait is between half and all of that. */
export class Backoff {
  readonly #options: BackoffOptions;
  #tries = 0;

  constructor(options: Partial<BackoffOptions> = {}) {
    this.#options = { ...DEFAULT_BACKOFF, ...options };
  }

  /** Milliseconds to wait now. */
  next(): number {
    const { first, most, random } = this.#options;
    const full = Math.min(most, first * 2 ** Math.min(this.#tries, 30));
    this.#tries += 1;
    return full / 2 + (full / 2) * random();
  }

  reset(): void {
    this.#tries = 0;
  }
}
