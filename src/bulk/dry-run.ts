import { setImmediate as breathe } from 'node:timers/promises';
import type { Caller } from '../store/caller.ts';
import type { Tx } from '../store/database.ts';
import type { JobRecord } from '../store/jobs.ts';
import { countsOf } from './apply-rows.ts';
import type { CellError } from './cell.ts';
import type { Header } from './header.ts';
import type { ImportDeps } from './import-deps.ts';
import { companyOf } from './import-run.ts';
import { patiently } from './jobs/patience.ts';
import { type CellOptions, optionsOf } from './options.ts';
import { addPlan, noPlan, type PlanSummary } from './plan-summary.ts';
import { chunksOf } from './records.ts';
import { shapeOfJob } from './tables/shapes.ts';
import type { RowOutcome } from './tables/table.ts';

export interface DryRunError extends CellError {
  line: number;
  name: string | null;
}

export interface DryRunSummary {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  /** What the PBX would be told, as far as we know it from the last time it was written. */
  plan: PlanSummary;
}

/**
 * Does the whole import chunk by chunk and rolls each chunk back: what it finds is what a real run finds, by the same
 * code. One transaction over the whole file would keep everybody else from writing for as long as it takes; what one
 * chunk must know of another (numbers named twice, next free numbers) is kept outside of them.
 * Yields the errors as they are found and returns the summary. It does what `caller` may do.
 */
export async function* dryRun(
  deps: ImportDeps,
  job: JobRecord,
  caller: Caller,
  signal: AbortSignal,
): AsyncGenerator<DryRunError[], DryRunSummary> {
  const table = deps.tables[shapeOfJob(job).name];
  const company = await companyOf(deps, job);
  const apply = await table.open(deps, job, company);
  const reader = {
    shape: table.shape,
    parser: (header: Header, cells: CellOptions) => table.parser(header, company, cells),
  };
  const tally = { rows: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 };
  const plan = noPlan();
  const options = optionsOf(job);
  const size = () => deps.chunkRows;
  for await (const chunk of chunksOf(deps.files.upload(job.id), options, reader, { after: 0, size })) {
    const work = (tx: Tx) => apply(tx, caller, chunk);
    const { value, plan: part } = await patiently(
      signal,
      () => {},
      () => deps.changes.preview(work),
    );
    value.keep();
    addPlan(plan, part);
    const counts = countsOf(value.outcomes);
    tally.rows += counts.processed;
    for (const key of ['created', 'updated', 'skipped', 'failed'] as const) tally[key] += counts[key];
    const errors = value.outcomes.flatMap(errorsOf);
    if (errors.length > 0) yield errors;
    await breathe();
  }
  tally.unchanged = tally.rows - tally.created - tally.updated - tally.skipped - tally.failed;
  return { ...tally, plan };
}

function errorsOf({ line, name, errors }: RowOutcome): DryRunError[] {
  return errors.map((error) => ({ line, name: name ?? null, ...error }));
}
