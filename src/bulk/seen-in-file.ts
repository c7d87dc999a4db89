import type { ParsedRow } from './row.ts';

/** Remembers which line said first what may be said once only. The rows must come in the order of the file. */
export class SeenInFile {
  private readonly columns = new Map<string, Map<number | string, number>>();

  /** Adds an error to a row that says something again; such a row must not be written. */
  check(parsed: ParsedRow<unknown>): void {
    for (const { column, text, key } of parsed.keys) {
      const first = this.note(column, key, parsed.line);
      if (first === undefined) continue;
      const message = `${text} stands in line ${first} already`;
      parsed.errors.push({ column, code: 'DUPLICATE_IN_FILE', message });
      parsed.row = undefined;
    }
  }

  private note(column: string, key: number | string, line: number): number | undefined {
    let seen = this.columns.get(column);
    if (seen === undefined) {
      seen = new Map();
      this.columns.set(column, seen);
    }
    const first = seen.get(key);
    // A text that was cut out of the file would keep its whole block alive.
    if (first === undefined) seen.set(typeof key === 'string' ? Buffer.from(key).toString() : key, line);
    return first;
  }
}
