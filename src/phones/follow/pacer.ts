/** Lets through so many a second, each lane for itself. */
export interface Pacer {
  /** undefined: go. Else when it is its turn (milliseconds since 1970): that turn is kept for it. */
  take(lane: string, key: string): number | undefined;
}

export function createPacer(perSecond: number, now: () => number): Pacer {
  const gap = 1000 / perSecond;
  const next = new Map<string, number>();
  const turns = new Map<string, number>();
  return {
    take(lane, key) {
      const time = now();
      let turn = turns.get(key);
      if (turn === undefined) {
        turn = Math.max(next.get(lane) ?? 0, time);
        next.set(lane, turn + gap);
      }
      if (turn <= time) turns.delete(key);
      else turns.set(key, turn);
      return turn <= time ? undefined : Math.ceil(turn);
    },
  };
}
