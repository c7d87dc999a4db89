import { setImmediate as breathe } from 'node:timers/promises';
import type { Tx } from '../store/database.ts';
import { type JobRowRecord, markUndone, undoableRows } from '../store/job-rows.ts';
import { findJob } from '../store/jobs.ts';
import type { RowMemory } from './apply-rows.ts';
import { Interrupted, patiently } from './patience.ts';
import type { UndoResult } from './ports.ts';
import { CHUNK_ROWS, type EngineDeps, type Run } from './run.ts';

/**
 * Takes back what the rows of a job did, the last row first: created extensions go, changed ones get their values back.
 * What somebody changed since stays as it is and is told. Resumes like an import: an undone row says so itself.
 */
export async function runUndo(deps: EngineDeps, run: Run): Promise<void> {
  const { job } = run;
  const size = deps.limits.chunkRows ?? CHUNK_ROWS;
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = await patiently(run.signal, run.onWait, () => undoableRows(deps.db, job.id, before, size));
    const last = rows.at(-1);
    if (last === undefined) return;
    await patiently(run.signal, run.onWait, () =>
      deps.changes.run(async (tx) => {
        if ((await findJob(tx, job.id))?.state !== 'undoing') throw new Interrupted();
        await markUndone(tx, job.id, await undoRows(tx, deps, `job:${job.id}`, rows));
      }),
    );
    before = last.line;
    run.onProgress();
    await breathe();
  }
}

async function undoRows(
  tx: Tx,
  { writer }: EngineDeps,
  actor: string,
  rows: readonly JobRowRecord[],
): Promise<{ line: number; result: 'undone' | 'undo_refused'; errors: unknown }[]> {
  const created = rows.filter((row) => row.result === 'created');
  const updated = rows.filter((row) => row.result === 'updated');
  const versionOf = (row: JobRowRecord) => row.after ?? 0;
  const removed = await writer.removeCreated(
    tx,
    actor,
    created.map((row) => ({ extensionId: row.objectId ?? '', ifVersion: versionOf(row) })),
  );
  const restored = await writer.restore(
    tx,
    actor,
    updated.flatMap((row) => {
      const { snapshot } = (row.before ?? {}) as RowMemory;
      return snapshot === undefined ? [] : [{ snapshot, ifVersion: versionOf(row) }];
    }),
  );
  const results = new Map<string, UndoResult>();
  for (const result of [...removed, ...restored]) results.set(result.extensionId, result);
  return rows.map(({ line, objectId }) => {
    const result = results.get(objectId ?? '');
    if (result?.ok === true) return { line, result: 'undone', errors: null };
    const message = result?.reason ?? 'it no longer exists';
    return { line, result: 'undo_refused', errors: [{ column: '', code: 'UNDO_REFUSED', message }] };
  });
}
