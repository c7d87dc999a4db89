import { setImmediate as breathe } from 'node:timers/promises';
import { markUndone, undoableRows } from '../store/job-rows.ts';
import type { ImportDeps } from './import-deps.ts';
import { importNeeds } from './import-run.ts';
import { undoChunk } from './jobs/chunk.ts';
import type { Run } from './jobs/kind.ts';
import { patiently } from './jobs/patience.ts';
import { shapeOfJob } from './tables/shapes.ts';

/**
 * Takes back what the rows of a job did, the last row first: what was created goes, what was changed gets its values back.
 * What somebody changed since stays as it is and is told. Resumes like an import: an undone row says so itself.
 */
export async function runUndo(deps: ImportDeps, run: Run): Promise<void> {
  const { job } = run;
  const table = deps.tables[shapeOfJob(job).name];
  const undo = await patiently(run.signal, run.onWait, () => table.openUndo(deps, job));
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = await patiently(run.signal, run.onWait, () => undoableRows(deps.db, job.id, before, deps.chunkRows));
    const last = rows.at(-1);
    if (last === undefined) return;
    await undoChunk(deps, run, importNeeds(job), async (tx, caller) => {
      await markUndone(tx, job.id, await undo(tx, caller, rows));
    });
    table.committed?.();
    before = last.line;
    run.onProgress();
    await breathe();
  }
}
