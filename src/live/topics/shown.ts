import type { ItemScope, Topic } from '../feed/topic.ts';

/** What is told of an item and to whom, as a text: what reads as last time is not touched. */
export type Row = readonly [id: string, text: string];

/** Brings a topic to all rows that there are now; `make` is called for those that are new or changed. */
export function createShown<T>(
  topic: Topic<T>,
  make: (text: string, id: string) => readonly [item: T, scope: ItemScope],
): (rows: Iterable<Row>) => void {
  const texts = new Map<string, string>();
  return (rows) => {
    const gone = new Set(texts.keys());
    for (const [id, text] of rows) {
      gone.delete(id);
      if (texts.get(id) === text) continue;
      const [item, scope] = make(text, id);
      topic.set(id, item, scope);
      texts.set(id, text);
    }
    for (const id of gone) {
      topic.remove(id);
      texts.delete(id);
    }
  };
}
