import type { Leg } from './leg.ts';

/** Who is in which bridge. */
export class Bridges {
  readonly #legs = new Map<string, Set<Leg>>();

  enter(leg: Leg, bridge: string): void {
    if (leg.bridge === bridge) return;
    this.leave(leg);
    leg.bridge = bridge;
    const legs = this.#legs.get(bridge);
    if (legs) legs.add(leg);
    else this.#legs.set(bridge, new Set([leg]));
  }

  leave(leg: Leg): void {
    const { bridge } = leg;
    leg.bridge = null;
    const legs = bridge === null ? undefined : this.#legs.get(bridge);
    legs?.delete(leg);
    if (bridge !== null && legs?.size === 0) this.#legs.delete(bridge);
  }

  others(leg: Leg): Leg[] {
    if (leg.bridge === null) return [];
    return [...(this.#legs.get(leg.bridge) ?? [])].filter((one) => one !== leg);
  }
}
