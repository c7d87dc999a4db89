import type { Call } from './call.ts';
import { isAlone } from './merge.ts';

/** From the moment that somebody talks to nobody until it is looked what he talks to. */
const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** Calls of one channel that is up: it talks to voicemail or the like, and a list of channels would say to what. */
export class Loners {
  readonly #now: () => number;
  readonly #waiting = new Map<Call, { due: number; pause: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  consider(call: Call): void {
    if (call.live !== 1 || call.answeredAt === null || isNamed(call) || this.#waiting.has(call)) return;
    this.#waiting.set(call, { due: this.#now() + FIRST_MS, pause: FIRST_MS });
  }

  /** True when it is time to look; each time a call waits longer for the next. */
  areDue(): boolean {
    const at = this.#now();
    let isDue = false;
    for (const [call, wait] of this.#waiting) {
      if (wait.due > at) continue;
      if (isNamed(call) || ![...call.legs.values()].some(isAlone)) {
        this.#waiting.delete(call);
        continue;
      }
      isDue = true;
      wait.pause = Math.min(wait.pause * 2, LONGEST_MS);
      wait.due = at + wait.pause;
    }
    return isDue;
  }
}

function isNamed({ application, state }: Call): boolean {
  return state === 'ended' || application === 'voicemail' || application === 'echo';
}
