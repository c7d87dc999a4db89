import type { Permission } from '../../domain/permission.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Caller } from '../../store/caller.ts';
import type { Tx } from '../../store/database.ts';
import { type JobRowRecord, markUndone, undoableRows } from '../../store/job-rows.ts';
import {
  countOutcomes,
  type RowOutcome,
  type WaitingRow,
  waitingRows,
  writeOutcomes,
} from '../../store/job-selection.ts';
import type { JobRecord } from '../../store/jobs.ts';
import type { MassAction, MassContext, MassResult } from '../../store/mass-action.ts';
import { createChunks, type RowFault, undoChunk } from '../jobs/chunk.ts';
import type { EngineDeps, JobKind, Run } from '../jobs/kind.ts';
import { patiently } from '../jobs/patience.ts';
import { actionOptionsOf } from './options.ts';

/** To do it to one, and to do anything to many. An action that is gone is for those who may do all. */
export function needsOf(action: MassAction | undefined): readonly Permission[] {
  return ['bulk:write', action?.needs ?? 'admin'];
}

type Row = WaitingRow & { fault?: RowFault };

/** Mass actions, as the engine runs them. */
export function actionKind(deps: EngineDeps, actions: ReadonlyMap<string, MassAction>): JobKind {
  const actionOf = (job: JobRecord): MassAction => {
    const action = actions.get(job.kind);
    if (action !== undefined) return action;
    throw new LinekeeperError('NOT_FOUND', `there is no action called ${job.kind} any more`);
  };
  return {
    needs: (job) => needsOf(actions.get(job.kind)),
    canUndo: (job) => actions.get(job.kind)?.undo !== undefined,
    hasCredentials(job) {
      const makes = actions.get(job.kind)?.makesCredentials ?? false;
      return job.updated > 0 && (typeof makes === 'function' ? makes(actionOptionsOf(job).params) : makes);
    },
    run: (run) => runAction(deps, run, actionOf(run.job)),
    undo: (run) => undoAction(deps, run, actionOf(run.job)),
    async settle() {},
  };
}

async function runAction(deps: EngineDeps, run: Run, action: MassAction): Promise<void> {
  const { job } = run;
  const { params } = actionOptionsOf(job);
  const chunks = createChunks<Row>(deps, run, needsOf(action), {
    async write(tx, caller, rows) {
      const good = rows.filter((row) => row.fault === undefined);
      const results = good.length === 0 ? [] : await action.apply(tx, contextOf(job, caller), good, params);
      const outcomes = outcomesOf(rows, results);
      await writeOutcomes(tx, job.id, outcomes);
      return { counts: countOutcomes(outcomes), committed: () => action.committed?.() };
    },
    refuse: (row, fault) => (row.fault === undefined ? { ...row, fault } : undefined),
    blames: (code) => code !== 'INTERNAL',
    isWhole: action.isWhole === true,
  });
  const size = () => sizeOf(action, run.brakes.nextRows());
  for (let after = 0; ; ) {
    const rows: Row[] = await patiently(run.signal, run.onWait, () => waitingRows(deps.db, job.id, after, size()));
    const last = rows.at(-1);
    if (last === undefined) return;
    await chunks.commit(rows);
    after = last.line;
  }
}

/** Objects of the next transaction, of at most `rows`. */
export function sizeOf({ isWhole, atOnce }: MassAction, rows: number): number {
  return isWhole === true ? Number.MAX_SAFE_INTEGER : Math.min(rows, atOnce ?? rows);
}

export function contextOf(job: JobRecord, caller: Caller): MassContext {
  return { companyId: job.companyId, actor: `job:${job.id}`, jobId: job.id, caller };
}

/** A result for each row: an action that forgets an object has not done it. */
export function outcomesOf(rows: readonly Row[], results: readonly MassResult[]): RowOutcome[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  return rows.map(({ line, id, fault }): RowOutcome => {
    const result = byId.get(id);
    if (fault !== undefined || result === undefined) {
      const { code, message } = fault ?? { code: 'NOT_FOUND', message: 'it no longer exists' };
      return { line, result: 'failed', errors: [{ column: '', code, message }], before: null, after: null };
    }
    const errors = (result.errors ?? []).map(({ path, code, message }) => ({ column: path, code, message }));
    const { before = null, version = null } = result;
    return { line, result: result.result, errors: errors.length === 0 ? null : errors, before, after: version };
  });
}

/** The last row first; what somebody changed since stays and is told. */
async function undoAction(deps: EngineDeps, run: Run, action: MassAction): Promise<void> {
  const { job } = run;
  const size = sizeOf(action, deps.chunkRows);
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await patiently(run.signal, run.onWait, () => undoableRows(deps.db, job.id, before, size));
    const last = rows.at(-1);
    if (last === undefined) return;
    await undoChunk(deps, run, needsOf(action), async (tx, caller) => {
      await markUndone(tx, job.id, await undoRows(tx, action, contextOf(job, caller), rows, job));
    });
    action.committed?.();
    run.onProgress();
    before = last.line;
  }
}

async function undoRows(
  tx: Tx,
  action: MassAction,
  context: MassContext,
  rows: readonly JobRowRecord[],
  job: JobRecord,
): Promise<{ line: number; result: 'undone' | 'undo_refused'; errors: unknown }[]> {
  const items = rows.map(({ objectId, name, before, after }) => ({
    id: objectId ?? '',
    name: name ?? '',
    before,
    version: after ?? undefined,
  }));
  const results = (await action.undo?.(tx, context, items, actionOptionsOf(job).params)) ?? [];
  const byId = new Map(results.map((result) => [result.id, result]));
  return rows.map(({ line, objectId }) => {
    const result = byId.get(objectId ?? '');
    if (result?.ok === true) return { line, result: 'undone', errors: null };
    const message = result?.reason ?? 'it no longer exists';
    return { line, result: 'undo_refused', errors: [{ column: '', code: 'UNDO_REFUSED', message }] };
  });
}
