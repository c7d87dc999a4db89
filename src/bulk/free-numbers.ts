import type { NumberRange } from '../domain/company.ts';
import type { Tx } from '../store/database.ts';
import { amongTaken } from '../store/job-numbers.ts';
import { numberKey } from './number-key.ts';

const LOOKED_UP = 500;

/**
 * Gives the next free numbers to rows that name none. Not those that a later row of the file names: the row would then
 * change an extension that this import has just made for somebody else. Goes through the ranges once, not from their
 * start for each row.
 */
export class FreeNumbers {
  private readonly ranges: readonly NumberRange[];
  private readonly reserved: ReadonlySet<number>;
  private range = 0;
  private next: number | undefined;

  constructor(ranges: readonly NumberRange[], reserved: ReadonlySet<number>) {
    this.ranges = ranges;
    this.reserved = reserved;
  }

  /** As many free numbers as there are, at most `count`. Call `keep` when they were used. */
  async take(tx: Tx, companyId: string, count: number): Promise<{ numbers: string[]; keep(): void }> {
    const numbers: string[] = [];
    let at = { range: this.range, next: this.next };
    while (numbers.length < count) {
      const candidates: { number: string; range: number; next: number }[] = [];
      let ahead = at;
      while (candidates.length < LOOKED_UP) {
        const step = this.step(ahead);
        if (step === undefined) break;
        ahead = step;
        if (!this.reserved.has(numberKey(step.number))) candidates.push(step);
      }
      if (candidates.length === 0) break;
      const taken = await amongTaken(
        tx,
        companyId,
        candidates.map(({ number }) => number),
      );
      for (const candidate of candidates) {
        if (numbers.length === count) break;
        at = { range: candidate.range, next: candidate.next };
        if (!taken.has(candidate.number)) numbers.push(candidate.number);
      }
    }
    return {
      numbers,
      keep: () => {
        this.range = at.range;
        this.next = at.next;
      },
    };
  }

  private step(at: {
    range: number;
    next: number | undefined;
  }): { number: string; range: number; next: number } | undefined {
    for (let range = at.range; range < this.ranges.length; range++) {
      const [from, to] = this.ranges[range]!;
      const n = range === at.range && at.next !== undefined ? at.next : Number(from);
      if (n <= Number(to)) return { number: String(n).padStart(from.length, '0'), range, next: n + 1 };
    }
    return undefined;
  }
}
