import type { FieldError } from '../errors.ts';
import { LinekeeperError } from '../errors.ts';
import { type Column, ERROR_COLUMNS } from './columns.ts';
import type { TableShape } from './tables/shape.ts';

/** Wider files are no staff lists; 10,000 columns would only make 10,000 errors. */
export const MAX_COLUMNS = 200;
/** Errors told at most: a file with another header altogether needs no list of all its columns. */
const MAX_ERRORS = 20;

export interface Header {
  /** By position; undefined for a column that is not read. */
  columns: (Column | undefined)[];
  /** The text of the header's cells. */
  names: string[];
}

const IGNORED = new Set<string>(ERROR_COLUMNS);

/** @throws CSV_INVALID naming every column that is unknown, doubled or missing */
export function parseHeader(cells: readonly string[], table: TableShape): Header {
  const known = new Map(table.columns.map((column) => [column.name, column]));
  const errors: FieldError[] = [];
  const names = [...cells];
  // A spreadsheet keeps writing delimiters for columns that were emptied.
  while (names.length > 0 && names.at(-1)!.trim() === '') names.pop();
  if (names.length > MAX_COLUMNS) {
    const message = `the header has ${names.length} columns; at most ${MAX_COLUMNS} are read`;
    throw invalid([{ path: '', code: 'HEADER_TOO_WIDE', message }]);
  }
  const seen = new Map<string, number>();
  const columns = names.map((cell, index) => {
    const name = normalise(cell);
    const first = seen.get(name);
    if (name === '') {
      errors.push({ path: `column ${index + 1}`, code: 'HEADER_EMPTY', message: `column ${index + 1} has no name` });
    } else if (first !== undefined) {
      const message = `"${name}" stands in columns ${first + 1} and ${index + 1}`;
      errors.push({ path: name, code: 'HEADER_DUPLICATE', message });
    } else if (!known.has(name) && !IGNORED.has(name)) {
      errors.push(unknown(cell, name, known));
    }
    seen.set(name, first ?? index);
    return known.get(name);
  });
  if (errors.length === 0) {
    for (const [name, why] of Object.entries(table.must)) {
      if (seen.has(name)) continue;
      errors.push({ path: name, code: 'HEADER_MISSING', message: `the column "${name}" is missing; ${why}` });
    }
  }
  if (errors.length > 0) throw invalid(errors);
  return { columns, names };
}

/** A name as a file writes it, in the one form that it is known by. */
export function normalise(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function unknown(cell: string, name: string, columns: ReadonlyMap<string, Column>): FieldError {
  const shown = cell.length > 60 ? `${cell.slice(0, 60)}...` : cell;
  const nearest = nearestColumn(name, columns);
  const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  return { path: shown, code: 'HEADER_UNKNOWN', message: `no column is called "${shown}"${hint}` };
}

function invalid(errors: FieldError[]): LinekeeperError {
  const message = `the header cannot be read: ${errors[0]!.message}`;
  return new LinekeeperError('CSV_INVALID', message, { fields: errors.slice(0, MAX_ERRORS) });
}

/** The known column with the fewest typing errors, when a third of the letters at least is right. */
function nearestColumn(name: string, columns: ReadonlyMap<string, Column>): string | undefined {
  if (name.length > 40) return undefined;
  let best: string | undefined;
  let fewest = Math.ceil(name.length * 0.67);
  for (const known of columns.keys()) {
    const steps = known.includes(name) || name.includes(known) ? 1 : distance(name, known);
    if (steps < fewest) [best, fewest] = [known, steps];
  }
  return best;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
