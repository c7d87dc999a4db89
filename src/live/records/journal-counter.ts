import type { CallJournal } from '../../asterisk/pbx-port/call-journal.ts';

/** Removed records after which the journal's counter is set back: far fewer than it has room for. */
const SET_BACK_AFTER = 2000;

/**
 * The journal counts what it takes and stops when it is full; this sets its count back as records are removed. A record
 * that is written between reading the count and setting it is not counted: the limit is soft by a few.
 */
export class JournalCounter {
  readonly #journal: CallJournal;
  #removed = 0;
  /** What the PBX said last, or what we set; undefined: it has no journal. */
  seen: number | undefined;

  constructor(journal: CallJournal) {
    this.#journal = journal;
  }

  /** True when the journal wrote something since the last look: it is alive. */
  async hasMoved(): Promise<boolean> {
    const before = this.seen;
    this.seen = await this.#journal.used();
    return this.seen !== undefined && this.seen !== before;
  }

  async removed(count: number): Promise<void> {
    this.#removed += count;
    this.seen = await this.#journal.used();
    if (this.seen === undefined || this.#removed < SET_BACK_AFTER) return;
    await this.#set(this.seen - this.#removed);
  }

  /** All that was there at `used` is removed, but for `left`. */
  async emptied(used: number | undefined, left: number): Promise<void> {
    this.seen = await this.#journal.used();
    if (used === undefined || this.seen === undefined || this.seen === left) return;
    await this.#set(left + Math.max(0, this.seen - used));
  }

  async #set(count: number): Promise<void> {
    const used = Math.max(0, count);
    await this.#journal.setUsed(used);
    this.#removed = 0;
    this.seen = used;
  }
}
