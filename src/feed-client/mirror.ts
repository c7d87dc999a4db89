import type { FeedEvent } from '../domain/feed/protocol.ts';

/** Where a client stands in a stream, and what is there. */
export class Mirror<T> {
  readonly items = new Map<string, T>();
  epoch: string | undefined;
  seq = 0;
  /** True from the first whole snapshot on. */
  isComplete = false;
  /** Items of a snapshot that is still coming in parts. */
  #parts: T[] = [];

  /** Where to go on; undefined: nowhere yet. */
  get position(): { epoch: string; seq: number } | undefined {
    return this.isComplete && this.epoch !== undefined ? { epoch: this.epoch, seq: this.seq } : undefined;
  }

  /** Answers true when the snapshot is whole. */
  takePart(part: { epoch: string; seq: number; part: number; isLast: boolean; items: readonly unknown[] }): boolean {
    if (part.part === 0) this.#parts = [];
    this.#parts.push(...(part.items as T[]));
    if (!part.isLast) return false;
    this.items.clear();
    for (const item of this.#parts) this.items.set(idOf(item), item);
    this.#parts = [];
    this.epoch = part.epoch;
    this.seq = part.seq;
    this.isComplete = true;
    return true;
  }

  /** Answers the events that are news, in order; undefined: some are missing before them. */
  takeEvents(after: number, seq: number, events: readonly FeedEvent[]): FeedEvent[] | undefined {
    if (after > this.seq) return undefined;
    const news = events.filter((event) => event.seq > this.seq);
    for (const event of news) {
      if (event.op === 'set') this.items.set(event.id, event.item as T);
      else if (event.op === 'remove') this.items.delete(event.id);
    }
    this.seq = Math.max(this.seq, seq);
    return news;
  }
}

/** Every item has one; the activity log's are numbers. */
function idOf(item: unknown): string {
  return String((item as { id: string | number }).id);
}
