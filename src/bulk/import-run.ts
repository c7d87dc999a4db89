import { setImmediate as breathe } from 'node:timers/promises';
import type { BatchContext } from '../domain/extension-row.ts';
import { isLinekeeperError, LinekeeperError } from '../errors.ts';
import { rangesOf } from '../store/job-numbers.ts';
import { insertJobRows, lastLine } from '../store/job-rows.ts';
import { countRows, type JobRecord } from '../store/jobs.ts';
import { applyRows, countsOf, toJobRow } from './apply-rows.ts';
import type { ImportFiles } from './files.ts';
import { FreeNumbers } from './free-numbers.ts';
import { optionsOf } from './options.ts';
import { Interrupted, patiently } from './patience.ts';
import { chunksOf, numbersIn } from './records.ts';
import type { ParsedRow } from './row.ts';
import { CHUNK_ROWS, type EngineDeps, type Run } from './run.ts';

/** Rows that bring their transaction down are recorded and passed over; when so many do, it is not the rows. */
const MAX_POISONED = 20;

/**
 * Writes the rows that have no result yet. Extensions, results and counters of a chunk are one transaction, so that a
 * power cut leaves each row either with its result or untouched, and the next run goes on behind the last result.
 */
export async function runImport(deps: EngineDeps, run: Run): Promise<void> {
  const { job } = run;
  const options = optionsOf(job);
  const file = deps.files.upload(job.id);
  const free = await freeNumbersFor(deps, job);
  const context = contextOf(job);
  let poisoned = 0;

  const write = async (chunk: readonly ParsedRow[]): Promise<void> => {
    const { value: keep } = await deps.changes.run(async (tx) => {
      const applied = await applyRows(tx, deps.writer, free, context, chunk);
      await insertJobRows(tx, job.id, applied.outcomes.map(toJobRow));
      if (!(await countRows(tx, job.id, 'running', countsOf(applied.outcomes)))) throw new Interrupted();
      return applied.keep;
    });
    keep();
  };

  const commit = async (chunk: readonly ParsedRow[]): Promise<void> => {
    try {
      await patiently(run.signal, run.onWait, () => write(chunk));
    } catch (error) {
      if (error instanceof Interrupted || isLinekeeperError(error)) throw error;
      if (chunk.length > 1) {
        const half = chunk.length >> 1;
        await commit(chunk.slice(0, half));
        await commit(chunk.slice(half));
        return;
      }
      const row = chunk[0]!;
      deps.log.error({ err: error, job: job.id, line: row.line }, 'a row of an import broke its transaction');
      if (++poisoned > MAX_POISONED || row.row === undefined) throw error;
      row.row = undefined;
      row.errors.push({
        column: '',
        code: 'INTERNAL',
        message: 'the row could not be written; the log of the daemon tells more',
      });
      await commit(chunk);
    }
  };

  const after = await lastLine(deps.db, job.id);
  for await (const chunk of chunksOf(file, options, { after, size: deps.limits.chunkRows ?? CHUNK_ROWS })) {
    await commit(chunk);
    run.onProgress();
    // Others want the event loop too: SQLite answers without giving it away.
    await breathe();
  }
}

export function contextOf(job: JobRecord): BatchContext {
  const { strategy, allowWeakPins } = optionsOf(job);
  return { companyId: job.companyId, actor: `job:${job.id}`, strategy, allowWeakPins, source: 'import' };
}

/** @throws NOT_FOUND when the company is gone */
export async function freeNumbersFor(
  { db, files }: { db: EngineDeps['db']; files: ImportFiles },
  job: JobRecord,
): Promise<FreeNumbers> {
  const ranges = await rangesOf(db, job.companyId);
  if (ranges === undefined) throw new LinekeeperError('NOT_FOUND', 'the company of this import no longer exists');
  const options = optionsOf(job);
  const reserved = options.unnumbered > 0 ? await numbersIn(files.upload(job.id), options) : new Set<number>();
  return new FreeNumbers(ranges, reserved);
}
