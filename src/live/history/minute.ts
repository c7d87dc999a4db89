import type { BucketRow } from '../../store/live-buckets.ts';

/** The whole PBX, whatever the company. */
const WHOLE = '';

/** What was counted in one minute, by PBX and company. */
export class Minute {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly #rows = new Map<string, BucketRow>();

  constructor(start: number) {
    this.start = start;
  }

  /** What is so now, for as many seconds as passed since the last look. */
  look(
    pbxId: string,
    seconds: number,
    calls: ReadonlyMap<string, number>,
    registered: ReadonlyMap<string, number>,
    allCalls = sum(calls),
  ): void {
    for (const companyId of new Set([WHOLE, ...calls.keys(), ...registered.keys()])) {
      const row = this.#row(pbxId, companyId);
      const isWhole = companyId === WHOLE;
      row.callsMax = Math.max(row.callsMax, isWhole ? allCalls : (calls.get(companyId) ?? 0));
      row.registered = Math.max(row.registered, isWhole ? sum(registered) : (registered.get(companyId) ?? 0));
    }
    // A company that has nothing now was heard all the same.
    for (const row of this.#rows.values()) if (row.pbxId === pbxId) row.heard += seconds;
  }

  count(pbxId: string, companyId: string | null, what: 'calls' | 'answered'): void {
    this.#row(pbxId, WHOLE)[what] += 1;
    if (companyId !== null) this.#row(pbxId, companyId)[what] += 1;
  }

  merge(other: Minute): void {
    for (const from of other.#rows.values()) {
      const row = this.#row(from.pbxId, from.companyId);
      row.callsMax = Math.max(row.callsMax, from.callsMax);
      row.registered = Math.max(row.registered, from.registered);
      row.calls += from.calls;
      row.answered += from.answered;
      row.heard += from.heard;
    }
  }

  rows(): BucketRow[] {
    return [...this.#rows.values()].map((row) => ({ ...row, heard: Math.min(60, Math.round(row.heard)) }));
  }

  #row(pbxId: string, companyId: string): BucketRow {
    const key = `${pbxId} ${companyId}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { pbxId, companyId, callsMax: 0, calls: 0, answered: 0, registered: 0, heard: 0 };
      this.#rows.set(key, row);
    }
    return row;
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
