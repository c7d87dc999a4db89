import { type Owner, ownerKey } from '../plan/source.ts';
import type { SyncOutcome } from './types.ts';

/** Lets callers wait for the PBX's answer about an owner. */
export interface SettledBoard {
  /** Look whether it is settled already after this call, or the answer could be missed. */
  expect(owner: Owner): { outcome(timeoutMs: number): Promise<SyncOutcome>; forget(): void };
  announce(outcome: SyncOutcome): void;
}

export function createSettledBoard(): SettledBoard {
  const waiting = new Map<string, Set<(outcome: SyncOutcome) => void>>();
  return {
    expect(owner) {
      const key = ownerKey(owner);
      let resolve: (outcome: SyncOutcome) => void = () => {};
      const answer = new Promise<SyncOutcome>((done) => {
        resolve = done;
      });
      const set = waiting.get(key) ?? new Set();
      waiting.set(key, set.add(resolve));
      const forget = () => {
        set.delete(resolve);
        if (set.size === 0 && waiting.get(key) === set) waiting.delete(key);
      };
      return {
        forget,
        async outcome(timeoutMs) {
          let timer: NodeJS.Timeout | undefined;
          const late = new Promise<SyncOutcome>((done) => {
            timer = setTimeout(done, timeoutMs, { owner, state: 'pending' });
          });
          try {
            return await Promise.race([answer, late]);
          } finally {
            clearTimeout(timer);
            forget();
          }
        },
      };
    },
    announce(outcome) {
      for (const resolve of waiting.get(ownerKey(outcome.owner)) ?? []) resolve(outcome);
    },
  };
}
