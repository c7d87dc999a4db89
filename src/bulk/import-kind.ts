import type { JobRecord } from '../store/jobs.ts';
import { failedCsv } from './failed-rows.ts';
import type { ImportDeps } from './import-deps.ts';
import { importNeeds, runImport } from './import-run.ts';
import type { JobKind } from './jobs/kind.ts';
import { patiently } from './jobs/patience.ts';
import { shapeOfJob } from './tables/shapes.ts';
import { runUndo } from './undo-run.ts';

/** Imports, as the engine runs them. */
export function importKind(deps: ImportDeps): JobKind {
  return {
    needs: importNeeds,
    canUndo: () => true,
    hasCredentials: (job) => deps.tables[shapeOfJob(job).name].hasCredentials(job),
    run: (run) => runImport(deps, run),
    undo: (run) => runUndo(deps, run),
    settle: (job, signal) => settleFile(deps, job, signal),
  };
}

/** Keeps of an ended import's file only what an operator has to correct: the rest holds secrets and has done its work. */
export async function settleFile({ files, db }: ImportDeps, job: JobRecord, signal: AbortSignal): Promise<void> {
  const upload = files.upload(job.id);
  await patiently(
    signal,
    () => {},
    async () => {
      if (job.failed > 0) {
        await files.write(files.part(job.id), files.failed(job.id), async (append) => {
          for await (const text of failedCsv(db, job, upload)) await append(text);
        });
      }
      await files.remove(upload);
    },
  );
}
