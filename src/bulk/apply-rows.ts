import type { BatchContext, ExtensionRow, ExtensionSnapshot, RowResult } from '../domain/extension-row.ts';
import type { Tx } from '../store/database.ts';
import type { JobRowRecord } from '../store/job-rows.ts';
import type { JobCounts } from '../store/jobs.ts';
import type { CellError } from './cell.ts';
import type { FreeNumbers } from './free-numbers.ts';
import type { RowWriter } from './ports.ts';
import { cellError, type ParsedRow } from './row.ts';

/** What a job row keeps to undo a row and to know whose PIN it is. */
export interface RowMemory {
  generatedPin?: true;
  snapshot?: ExtensionSnapshot;
}

export interface RowOutcome {
  line: number;
  number: string | undefined;
  extensionId: string | undefined;
  result: RowResult['result'];
  version: number | undefined;
  memory: RowMemory | undefined;
  errors: CellError[];
}

/**
 * Writes the good rows of a chunk, in one transaction with whatever else the caller does in it. `keep` is called when
 * that was committed. The same for an import and for its dry run.
 */
export async function applyRows(
  tx: Tx,
  writer: RowWriter,
  free: FreeNumbers,
  context: BatchContext,
  chunk: readonly ParsedRow[],
): Promise<{ outcomes: RowOutcome[]; keep(): void }> {
  const wanting = chunk.filter(({ row }) => row !== undefined && row.number === undefined).length;
  const { numbers, keep } = await free.take(tx, context.companyId, wanting);
  const outcomes = new Map<ParsedRow, RowOutcome>();
  const rows: ExtensionRow[] = [];
  const sources: ParsedRow[] = [];
  let given = 0;
  for (const parsed of chunk) {
    if (parsed.row === undefined) {
      outcomes.set(parsed, refused(parsed, parsed.errors));
      continue;
    }
    const number = parsed.row.number ?? numbers[given++];
    if (number === undefined) {
      const message = 'no number is free in the ranges of the company';
      outcomes.set(parsed, refused(parsed, [{ column: 'extension', code: 'EXTENSION_RANGE_FULL', message }]));
      continue;
    }
    rows.push({ ...parsed.row, number });
    sources.push(parsed);
  }
  const results = rows.length === 0 ? [] : await writer.apply(tx, context, rows);
  for (const [i, result] of results.entries()) outcomes.set(sources[i]!, outcomeOf(result));
  return { outcomes: chunk.map((parsed) => outcomes.get(parsed)!), keep };
}

function refused({ line, number }: ParsedRow, errors: CellError[]): RowOutcome {
  return { line, number, extensionId: undefined, result: 'failed', version: undefined, memory: undefined, errors };
}

function outcomeOf(result: RowResult): RowOutcome {
  const { line, number, extensionId } = result;
  const common = { line, number, extensionId, result: result.result };
  if (result.result === 'failed') {
    const errors = result.errors.map(cellError);
    if (errors.length === 0) errors.push({ column: '', code: result.code, message: 'the row was refused' });
    return { ...common, version: undefined, memory: undefined, errors };
  }
  return { ...common, version: result.version, memory: memoryOf(result), errors: [] };
}

function memoryOf(result: Exclude<RowResult, { result: 'failed' }>): RowMemory | undefined {
  if (result.result !== 'created' && result.result !== 'updated') return undefined;
  const pin = result.pin === undefined ? {} : { generatedPin: true as const };
  if (result.result === 'updated') return { ...pin, snapshot: result.before };
  return result.pin === undefined ? undefined : pin;
}

export function toJobRow(outcome: RowOutcome): JobRowRecord {
  return {
    line: outcome.line,
    result: outcome.result,
    extension: outcome.number ?? null,
    objectId: outcome.extensionId ?? null,
    errors: outcome.errors.length === 0 ? null : outcome.errors,
    before: outcome.memory ?? null,
    after: outcome.version ?? null,
  };
}

export function countsOf(outcomes: readonly RowOutcome[]): JobCounts {
  const count = (result: RowOutcome['result']) => outcomes.filter((outcome) => outcome.result === result).length;
  return {
    processed: outcomes.length,
    created: count('created'),
    updated: count('updated'),
    skipped: count('skipped'),
    failed: count('failed'),
  };
}
