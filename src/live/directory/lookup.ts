import { setImmediate as turn } from 'node:timers/promises';

interface Kept<V> {
  /** undefined: nobody has this name. */
  value: V | undefined;
  generation: number;
  at: number;
}

export interface LookupOptions {
  /** Answers that are kept; the longest unused go first. */
  most?: number;
  /** How long an answer holds when nobody says that things have changed (ms). */
  keepMs?: number;
  now?: () => number;
}

/** Names in one query: longer ones would hold up the event loop. */
const CHUNK = 500;

/** Answers of the database by name, kept for a while. What several ask for in one turn is asked for in one query. */
export class Lookup<V> {
  readonly #load: (names: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  readonly #most: number;
  readonly #keepMs: number;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept<V>>();
  #generation = 0;
  #asked: { names: Set<string>; answer: Promise<ReadonlyMap<string, V>> } | undefined;

  constructor(
    load: (names: readonly string[]) => Promise<ReadonlyMap<string, V>>,
    { most = 50_000, keepMs = 30_000, now = Date.now }: LookupOptions = {},
  ) {
    this.#load = load;
    this.#most = most;
    this.#keepMs = keepMs;
    this.#now = now;
  }

  /** From now on everything is asked anew; `known` goes on with what it has. */
  outdate(): void {
    this.#generation += 1;
  }

  /** The last answer, however old; undefined also when there was none. */
  known(name: string): V | undefined {
    return this.#kept.get(name)?.value;
  }

  get size(): number {
    return this.#kept.size;
  }

  async one(name: string): Promise<V | undefined> {
    return (await this.all([name])).get(name);
  }

  /** Those that somebody has. @throws what the database throws */
  async all(names: readonly string[]): Promise<ReadonlyMap<string, V>> {
    const found = new Map<string, V>();
    const missing: string[] = [];
    const oldest = this.#now() - this.#keepMs;
    for (const name of names) {
      const kept = this.#kept.get(name);
      if (kept === undefined || kept.generation !== this.#generation || kept.at < oldest) {
        missing.push(name);
        continue;
      }
      this.#kept.delete(name);
      this.#kept.set(name, kept);
      if (kept.value !== undefined) found.set(name, kept.value);
    }
    if (missing.length === 0) return found;
    const answer = await this.#ask(missing);
    for (const name of missing) {
      const value = answer.get(name);
      if (value !== undefined) found.set(name, value);
    }
    return found;
  }

  #ask(names: readonly string[]): Promise<ReadonlyMap<string, V>> {
    this.#asked ??= { names: new Set(), answer: turn().then(() => this.#answer()) };
    for (const name of names) this.#asked.names.add(name);
    return this.#asked.answer;
  }

  async #answer(): Promise<ReadonlyMap<string, V>> {
    const names = [...(this.#asked?.names ?? [])];
    this.#asked = undefined;
    const all = new Map<string, V>();
    for (let from = 0; from < names.length; from += CHUNK) {
      if (from > 0) await turn();
      const chunk = names.slice(from, from + CHUNK);
      // Taken before: a commit while the database is asked makes the answer an old one.
      const generation = this.#generation;
      const found = await this.#load(chunk);
      const at = this.#now();
      for (const name of chunk) {
        const value = found.get(name);
        if (value !== undefined) all.set(name, value);
        this.#kept.delete(name);
        this.#kept.set(name, { value, generation, at });
      }
      this.#shrink();
    }
    return all;
  }

  #shrink(): void {
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) return;
      this.#kept.delete(name);
    }
  }
}
