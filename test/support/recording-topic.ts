import type { Gap, ItemScope, Topic } from '../../src/live/feed/topic.ts';

/** A topic that keeps what it was told. */
export class RecordingTopic<T> implements Topic<T> {
  readonly items = new Map<string, { item: T; scope: ItemScope }>();
  /** Oldest first. */
  readonly log: ({ set: T; id: string } | { remove: string } | { gap: Gap })[] = [];
  isWanted = true;
  readonly #listeners = new Set<() => unknown>();

  get size(): number {
    return this.items.size;
  }

  get gaps(): Gap[] {
    return this.log.flatMap((entry) => ('gap' in entry ? [entry.gap] : []));
  }

  set(id: string, item: T, scope: ItemScope): void {
    this.items.set(id, { item, scope });
    this.log.push({ set: item, id });
  }

  remove(id: string): void {
    if (this.items.delete(id)) this.log.push({ remove: id });
  }

  gap(gap: Gap): void {
    this.log.push({ gap });
  }

  onWanted(listener: () => unknown): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Somebody begins to listen; resolves when those who provide it have looked. */
  async want(): Promise<void> {
    this.isWanted = true;
    await Promise.all([...this.#listeners].map((listener) => listener()));
  }
}
