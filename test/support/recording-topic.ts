import type { Gap, ItemScope, Topic } from '../../src/live/feed/topic.ts';

export type Told<T> = { op: 'set'; id: string; item: T } | { op: 'remove'; id: string } | { op: 'gap'; gap: Gap };

/** A topic that keeps what it was told. */
export interface RecordingTopic<T> extends Topic<T> {
  readonly items: Map<string, { item: T; scope: ItemScope }>;
  readonly told: Told<T>[];
  isWanted: boolean;
  /** Somebody begins to listen; resolves when those who provide it have looked. */
  want(): Promise<void>;
}

export function createRecordingTopic<T>({ isWanted = true } = {}): RecordingTopic<T> {
  const items = new Map<string, { item: T; scope: ItemScope }>();
  const told: Told<T>[] = [];
  const listeners = new Set<() => unknown>();
  return {
    items,
    told,
    isWanted,
    get size() {
      return items.size;
    },
    set(id, item, scope) {
      items.set(id, { item, scope });
      told.push({ op: 'set', id, item });
    },
    remove(id) {
      if (items.delete(id)) told.push({ op: 'remove', id });
    },
    gap: (gap) => void told.push({ op: 'gap', gap }),
    onWanted(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async want() {
      this.isWanted = true;
      await Promise.all([...listeners].map((listener) => listener()));
    },
  };
}
