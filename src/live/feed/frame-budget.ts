/** Frames a client may send in a row, */
const BURST = 100;
/** and how many a second it gets back. */
const PER_SECOND = 10;

/** A bucket of frames: a client that asks without end is told to go. */
export class FrameBudget {
  #left = BURST;
  #at = performance.now();

  /** False: it is used up. */
  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
