import type { BatchContext } from '../domain/extension-row.ts';
import type { Permission } from '../domain/permission.ts';
import { LinekeeperError } from '../errors.ts';
import { rangesOf } from '../store/job-numbers.ts';
import { insertJobRows, lastLine } from '../store/job-rows.ts';
import type { JobRecord } from '../store/jobs.ts';
import { applyRows, countsOf, toJobRow } from './apply-rows.ts';
import type { ImportFiles } from './files.ts';
import { FreeNumbers } from './free-numbers.ts';
import { createChunks } from './jobs/chunk.ts';
import type { Run } from './jobs/kind.ts';
import { optionsOf } from './options.ts';
import { chunksOf, numbersIn } from './records.ts';
import type { ParsedRow } from './row.ts';
import type { ImportDeps } from './run.ts';

export const IMPORT_NEEDS: readonly Permission[] = ['imports:write'];

/** Writes the rows that have no result yet; goes on behind the last result. */
export async function runImport(deps: ImportDeps, run: Run): Promise<void> {
  const { job } = run;
  const free = await freeNumbersFor(deps, job);
  const context = contextOf(job);
  const chunks = createChunks<ParsedRow>(deps, run, IMPORT_NEEDS, {
    async write(tx, _caller, rows) {
      const applied = await applyRows(tx, deps.writer, free, context, rows);
      await insertJobRows(tx, job.id, applied.outcomes.map(toJobRow));
      return { counts: countsOf(applied.outcomes), committed: applied.keep };
    },
    refuse(row, fault) {
      if (row.row === undefined) return undefined;
      return { ...row, row: undefined, errors: [...row.errors, { column: '', ...fault }] };
    },
    // What the writer refuses of a row is a result; what it throws is about the whole import.
    blames: () => false,
  });
  const after = await lastLine(deps.db, job.id);
  const size = () => run.brakes.nextRows();
  for await (const rows of chunksOf(deps.files.upload(job.id), optionsOf(job), { after, size })) {
    await chunks.commit(rows);
  }
}

export function contextOf(job: JobRecord): BatchContext {
  const { strategy, allowWeakPins, isAdopting = false } = optionsOf(job);
  const actor = `job:${job.id}`;
  return { companyId: job.companyId, actor, strategy, allowWeakPins, isAdopting, source: 'import' };
}

/** @throws NOT_FOUND when the company is gone */
export async function freeNumbersFor(
  { db, files }: { db: ImportDeps['db']; files: ImportFiles },
  job: JobRecord,
): Promise<FreeNumbers> {
  const ranges = await rangesOf(db, job.companyId);
  if (ranges === undefined) throw new LinekeeperError('NOT_FOUND', 'the company of this import no longer exists');
  const options = optionsOf(job);
  const reserved = options.unnumbered > 0 ? await numbersIn(files.upload(job.id), options) : new Set<number>();
  return new FreeNumbers(ranges, reserved);
}
