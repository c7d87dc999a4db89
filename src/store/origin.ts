import { AsyncLocalStorage } from 'node:async_hooks';

/** Where a request came from. */
export interface Origin {
  /** IP address, or `local` for the daemon's own socket file. */
  readonly address: string;
  /** As in X-Request-Id. */
  readonly requestId: string;
  /** Set when the request was answered: what it set off and still runs is background work. */
  isOver?: boolean;
}

const storage = new AsyncLocalStorage<Origin>();

/** Everything that `work` does, and whatever it waits for, came from `origin`. */
export function withOrigin<T>(origin: Origin, work: () => T): T {
  return storage.run(origin, work);
}

/** The request behind the running code; undefined in background work. */
export function currentOrigin(): Origin | undefined {
  const origin = storage.getStore();
  return origin?.isOver === true ? undefined : origin;
}
