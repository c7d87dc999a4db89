import type { JobRowRecord } from '../../store/job-rows.ts';
import type { JobRecord } from '../../store/jobs.ts';
import type { TableContext, TableResult, TableRow, TableUndo, TableWriter } from '../../store/table-writer.ts';
import type { CellError } from '../cell.ts';
import { optionsOf } from '../options.ts';
import { createParser, type Draft, type ParsedRow, type RowKey } from '../row.ts';
import type { TableShape } from './shape.ts';
import { type CompanyFacts, GONE, type ImportTable, type RowOutcome, refused, undoneRow } from './table.ts';

interface PlainTable<V> {
  shape: TableShape;
  writer: TableWriter<V>;
  /** The values of a row without errors, with what may be wrong of them together. Undefined: something is missing. */
  values(draft: Draft, company: CompanyFacts): V | undefined;
  /** What people call the object. */
  nameOf(values: V): string;
  keysOf(values: V): RowKey[];
  hasCredentials?(job: JobRecord): boolean;
}

/** A table whose rows are written by one writer, without any next free number. */
export function plainTable<V>(plain: PlainTable<V>): ImportTable<TableRow<V>> {
  const { shape, writer, values, nameOf, keysOf } = plain;
  return {
    shape,
    parser: (header, company, options) =>
      createParser(header, options, (draft): ParsedRow<TableRow<V>> => {
        const { line, errors } = draft;
        missing(shape, draft);
        const found = values(draft, company);
        if (found === undefined) return { line, name: undefined, keys: [], row: undefined, errors };
        const row = errors.length > 0 ? undefined : { line, values: found };
        return { line, name: nameOf(found), keys: keysOf(found), row, errors };
      }),
    hasCredentials: plain.hasCredentials ?? (() => false),
    async open(_deps, job) {
      return async (tx, caller, rows) => {
        const good = rows.flatMap(({ row }) => (row === undefined ? [] : [row]));
        const results = good.length === 0 ? [] : await writer.apply(tx, tableContext(job, caller), good);
        const byLine = new Map(results.map((result) => [result.line, result]));
        return { outcomes: rows.map((row) => outcomeOf(shape, row, byLine.get(row.line))), keep: () => {} };
      };
    },
    async openUndo(_deps, job) {
      return async (tx, caller, rows) => {
        const results = await writer.undo(tx, tableContext(job, caller), rows.map(toUndo));
        const byLine = new Map(results.map((result) => [result.line, result]));
        return rows.map(({ line }) => {
          const result = byLine.get(line);
          return undoneRow(line, result?.ok === true ? undefined : (result?.reason ?? GONE));
        });
      };
    },
    committed: () => writer.committed?.(),
  };
}

export function tableContext(job: JobRecord, caller: TableContext['caller']): TableContext {
  const { strategy, lists, createGroups, allowWeakPins } = optionsOf(job);
  return { companyId: job.companyId, actor: `job:${job.id}`, caller, strategy, lists, createGroups, allowWeakPins };
}

/** Adds an error for each column that must say something and does not. */
export function missing(shape: TableShape, draft: Draft): void {
  for (const { name, path } of shape.columns) {
    if (shape.must[name] === undefined || draft.errors.some(({ column }) => column === name)) continue;
    const place = name === 'extension' && path[0] === 'number' ? draft.extras : draft.fields;
    if (place[path[0]] !== undefined) continue;
    draft.errors.push({ column: name, code: 'CELL_EMPTY', message: `is empty; ${shape.must[name]}` });
  }
}

export function outcomeOf(shape: TableShape, row: ParsedRow<unknown>, result: TableResult | undefined): RowOutcome {
  if (row.row === undefined || result === undefined) return refused(row);
  if (result.result === 'failed') return refused(row, errorsOf(shape, result));
  const { line, name } = row;
  const { objectId, version, before: memory } = result;
  return { line, name, objectId, result: result.result, version, memory, errors: [] };
}

export function errorsOf(shape: TableShape, { errors = [] }: TableResult): CellError[] {
  return errors.map(({ path, code, message }) => ({ column: shape.columnOf(path), code, message }));
}

export function toUndo({ line, result, objectId, after, before }: JobRowRecord): TableUndo {
  return { line, result: result as TableUndo['result'], objectId: objectId ?? '', version: after ?? 0, before };
}
