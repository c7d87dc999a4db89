import type { BatchContext, ExtensionRow, ExtensionSnapshot, RowResult, WrittenUser } from '../domain/extension-row.ts';
import type { Tx } from '../store/database.ts';
import type { JobRowRecord } from '../store/job-rows.ts';
import type { JobCounts } from '../store/jobs.ts';
import type { CellError } from './cell.ts';
import type { FreeNumbers } from './free-numbers.ts';
import type { RowWriter } from './ports.ts';
import { cellError, type ParsedRow } from './row.ts';
import { type Applied, type RowOutcome, refused } from './tables/table.ts';

/** What a job row keeps to undo a row and to know whose PIN it is. */
export interface RowMemory {
  generatedPin?: true;
  snapshot?: ExtensionSnapshot;
  user?: WrittenUser;
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
): Promise<Applied> {
  const wanting = chunk.filter(({ row }) => row !== undefined && row.number === undefined).length;
  const { numbers, keep } = await free.take(tx, context.companyId, wanting);
  const outcomes: RowOutcome[] = [];
  const rows: ExtensionRow[] = [];
  const places: number[] = [];
  let given = 0;
  for (const [i, parsed] of chunk.entries()) {
    const number = parsed.row === undefined ? undefined : (parsed.row.number ?? numbers[given++]);
    if (parsed.row === undefined) {
      outcomes[i] = refused(parsed);
    } else if (number === undefined) {
      const message = 'no number is free in the ranges of the company';
      outcomes[i] = refused(parsed, [{ column: 'extension', code: 'EXTENSION_RANGE_FULL', message }]);
    } else {
      const { line, input, extras } = parsed.row;
      rows.push({ line, number, input, extras });
      places.push(i);
    }
  }
  const results = rows.length === 0 ? [] : await writer.apply(tx, context, rows);
  for (const [at, result] of results.entries()) outcomes[places[at]!] = outcomeOf(result);
  return { outcomes, keep };
}

const NONE: CellError[] = [];

function outcomeOf(result: RowResult): RowOutcome {
  const isFailed = result.result === 'failed';
  return {
    line: result.line,
    name: result.number,
    objectId: result.extensionId,
    result: result.result,
    version: isFailed ? undefined : result.version,
    memory: isFailed ? undefined : memoryOf(result),
    errors: isFailed ? errorsOf(result) : NONE,
  };
}

function errorsOf({ code, errors }: Extract<RowResult, { result: 'failed' }>): CellError[] {
  return errors.length > 0 ? errors.map(cellError) : [{ column: '', code, message: 'the row was refused' }];
}

function memoryOf(result: Exclude<RowResult, { result: 'failed' }>): RowMemory | undefined {
  if (result.result !== 'created' && result.result !== 'updated') return undefined;
  const memory: RowMemory = {
    ...(result.pin === undefined ? {} : { generatedPin: true as const }),
    ...(result.user === undefined ? {} : { user: result.user }),
    ...(result.result === 'updated' ? { snapshot: result.before } : {}),
  };
  return Object.keys(memory).length === 0 ? undefined : memory;
}

export function toJobRow(outcome: RowOutcome): JobRowRecord {
  return {
    line: outcome.line,
    result: outcome.result,
    name: outcome.name ?? null,
    objectId: outcome.objectId ?? null,
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
