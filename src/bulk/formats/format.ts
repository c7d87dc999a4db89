/** Something of a row that came out otherwise than it stood there. Never holds a cell's text: it may be a secret. */
export interface Note {
  /** As the other system calls it; empty when it is about the row as a whole. */
  column: string;
  code: 'NOT_CARRIED' | 'CHANGED' | 'ROW_SKIPPED';
  message: string;
}

/** A row of another system, read by its own column names (folded: lower case, "_" for spaces). */
export interface ForeignRow {
  /** Without the spaces around it; empty when there is no such column. */
  get(column: string): string;
  /** As it stands. */
  raw(column: string): string;
}

export interface MapContext {
  /** ISO 3166 of the company, for national phone numbers. */
  country: string;
}

export type TableName = 'extensions' | 'numbers';

/** A system's CSV: how it is known, and what becomes of its rows. */
export interface TableFormat {
  name: string;
  title: string;
  table: TableName;
  /** Ours that `map` may fill. */
  columns: readonly string[];
  /** Theirs that `map` looks at; the others are told as not read. */
  reads: readonly string[];
  recognises(has: (column: string) => boolean): boolean;
  map(row: ForeignRow, draft: Draft, context: MapContext): void;
}

/** A row of ours in the making: cells by our column names, and what is to be told about them. */
export class Draft {
  readonly cells = new Map<string, string>();
  readonly notes: Note[] = [];
  isSkipped = false;

  set(column: string, text: string): void {
    if (text !== '') this.cells.set(column, text);
  }

  /** Something is left behind. */
  drop(column: string, message: string): void {
    this.notes.push({ column, code: 'NOT_CARRIED', message });
  }

  /** Something was brought into what we can keep. */
  change(column: string, message: string): void {
    this.notes.push({ column, code: 'CHANGED', message });
  }

  /** The row as a whole is left behind. */
  skip(column: string, message: string): void {
    this.isSkipped = true;
    this.notes.push({ column, code: 'ROW_SKIPPED', message });
  }
}

/** A header's cell as formats compare it. */
export function foldColumn(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
