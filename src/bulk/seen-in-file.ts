import type { CellError } from './cell.ts';
import { numberKey } from './number-key.ts';
import type { ParsedRow } from './row.ts';

/** Remembers which line named an extension or a phone number first. The rows must come in the order of the file. */
export class SeenInFile {
  private readonly extensions = new Map<number, number>();
  private readonly phones = new Map<number, number>();

  /** Adds an error to a row that says something again; such a row must not be written. */
  check(parsed: ParsedRow): void {
    const errors: CellError[] = [];
    if (parsed.number !== undefined) note(this.extensions, parsed.number, 'extension', parsed.line, errors);
    for (const number of parsed.phoneNumbers) note(this.phones, number, 'phone_numbers', parsed.line, errors);
    if (errors.length === 0) return;
    parsed.errors.push(...errors);
    parsed.row = undefined;
  }
}

function note(seen: Map<number, number>, text: string, column: string, line: number, errors: CellError[]): void {
  const key = column === 'extension' ? numberKey(text) : Number(text.slice(1));
  const first = seen.get(key);
  if (first === undefined) seen.set(key, line);
  else errors.push({ column, code: 'DUPLICATE_IN_FILE', message: `${text} stands in line ${first} already` });
}
