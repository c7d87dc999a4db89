import type { NumberRange } from '../../domain/company.ts';
import type { Caller } from '../../store/caller.ts';
import type { Database, Tx } from '../../store/database.ts';
import type { JobRowRecord } from '../../store/job-rows.ts';
import type { JobRecord } from '../../store/jobs.ts';
import type { CellError } from '../cell.ts';
import type { CsvRecord } from '../csv/record-reader.ts';
import type { ImportFiles } from '../files.ts';
import type { Header } from '../header.ts';
import type { CellOptions } from '../options.ts';
import type { ParsedRow } from '../row.ts';
import type { TableShape } from './shape.ts';

/** What became of a row, whatever it is about. */
export interface RowOutcome {
  line: number;
  name: string | undefined;
  objectId: string | undefined;
  result: 'created' | 'updated' | 'unchanged' | 'skipped' | 'failed';
  /** Of the object after the row. */
  version: number | undefined;
  /** What an undo needs. */
  memory: unknown;
  errors: CellError[];
}

export interface Applied {
  outcomes: RowOutcome[];
  /** Called when the rows were committed, or in a dry run when the next rows follow. */
  keep(): void;
}

/** What reading and writing a file must know of its company. */
export interface CompanyFacts {
  country: string;
  ranges: NumberRange[];
}

export interface TableDeps {
  db: Database;
  files: ImportFiles;
}

export type UndoneRow = { line: number; result: 'undone' | 'undo_refused'; errors: unknown };

/** How the files of one kind of objects are read, written and taken back. */
export interface ImportTable<R = unknown> {
  shape: TableShape;
  parser(header: Header, company: CompanyFacts, options: CellOptions): (record: CsvRecord) => ParsedRow<R> | undefined;
  /** For one run of a job: writes rows in the transaction of their chunk. Rows without values have failed already. */
  open(
    deps: TableDeps,
    job: JobRecord,
    company: CompanyFacts,
  ): Promise<(tx: Tx, caller: Caller, rows: readonly ParsedRow<R>[]) => Promise<Applied>>;
  /** For one run of an undo. */
  openUndo(
    deps: TableDeps,
    job: JobRecord,
  ): Promise<(tx: Tx, caller: Caller, rows: readonly JobRowRecord[]) => Promise<UndoneRow[]>>;
  /** Whether a job made secrets that somebody has to fetch. */
  hasCredentials(job: JobRecord): boolean;
  /** Something was committed. */
  committed?(): void;
}

export function refused({ line, name, errors }: ParsedRow<unknown>, more: CellError[] = []): RowOutcome {
  const all = more.length === 0 ? errors : [...errors, ...more];
  return { line, name, objectId: undefined, result: 'failed', version: undefined, memory: undefined, errors: all };
}

export function undoneRow(line: number, reason: string | undefined): UndoneRow {
  if (reason === undefined) return { line, result: 'undone', errors: null };
  return { line, result: 'undo_refused', errors: [{ column: '', code: 'UNDO_REFUSED', message: reason }] };
}

export const GONE = 'it no longer exists';
