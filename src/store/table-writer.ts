import type { ExistingStrategy } from '../domain/extension-row.ts';
import type { FieldError } from '../errors.ts';
import type { Caller } from './caller.ts';
import type { Tx } from './database.ts';

/** On whose behalf, where and how the rows of an import are written. */
export interface TableContext {
  companyId: string;
  /** For the activity log: `job:<id>`. */
  actor: string;
  /** By whose rights: they were looked up in this very transaction. */
  caller: Caller;
  strategy: ExistingStrategy;
  /** Whether a cell with several values says all of them, or some more. */
  lists: 'replace' | 'add';
  /** Groups that do not exist are created on the way. */
  createGroups: boolean;
  allowWeakPins: boolean;
}

export interface TableRow<V> {
  line: number;
  values: V;
}

/** What became of one row. */
export interface TableResult {
  line: number;
  result: 'created' | 'updated' | 'unchanged' | 'skipped' | 'failed';
  objectId?: string;
  /** Of the object after the row. */
  version?: number;
  /** What an undo needs, as JSON; secrets sealed. */
  before?: unknown;
  /** Only of what failed; `path` is a field of the values. */
  errors?: FieldError[];
}

export interface TableUndo {
  line: number;
  result: 'created' | 'updated';
  objectId: string;
  version: number;
  before: unknown;
}

export interface TableUndone {
  line: number;
  ok: boolean;
  /** Why not. */
  reason?: string;
}

/**
 * Writes the rows of one table of imports, any number of them in the transaction that is given to it, with statements for
 * all of them. A bad row is a result and writes nothing; what is thrown is blamed on the rows of the chunk.
 */
export interface TableWriter<V> {
  /** Results in the order of the rows. */
  apply(tx: Tx, context: TableContext, rows: readonly TableRow<V>[]): Promise<TableResult[]>;
  /** What somebody changed since is refused. Results in any order. */
  undo(
    tx: Tx,
    context: Pick<TableContext, 'companyId' | 'actor' | 'caller'>,
    rows: readonly TableUndo[],
  ): Promise<TableUndone[]>;
  /** Something was committed. */
  committed?(): void;
}
