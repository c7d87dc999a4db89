import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import type { RowOutcome, WaitingRow } from '../../store/job-selection.ts';
import type { JobRecord } from '../../store/jobs.ts';
import type { MassAction, MassResult } from '../../store/mass-action.ts';
import { mustStillMay } from '../jobs/chunk.ts';
import type { EngineDeps } from '../jobs/kind.ts';
import { patiently } from '../jobs/patience.ts';
import { contextOf, needsOf, outcomesOf } from './action-kind.ts';
import { actionOptionsOf } from './options.ts';

export interface Tried {
  rows: readonly WaitingRow[];
  outcomes: RowOutcome[];
  results: MassResult[];
  plan: Pick<Plan, 'changes'>;
}

/**
 * Does an action to rows and rolls it back: by the same code as the job itself, with the same halving for what throws.
 * Yields each part that stands together.
 */
export async function* tryRows(
  deps: EngineDeps,
  job: JobRecord,
  action: MassAction,
  rows: readonly WaitingRow[],
  signal: AbortSignal,
): AsyncGenerator<Tried> {
  const { params } = actionOptionsOf(job);
  try {
    const { value, plan } = await patiently(
      signal,
      () => {},
      () =>
        deps.changes.preview(async (tx) =>
          action.apply(tx, contextOf(job, await mustStillMay(deps, job, needsOf(action))), rows, params),
        ),
    );
    yield { rows, outcomes: outcomesOf(rows, value), results: value, plan };
  } catch (error) {
    if (!isLinekeeperError(error) || error.retryable || error.code === 'INTERNAL') throw error;
    if (action.isWhole === true && rows.length > 1) throw error;
    if (rows.length > 1) {
      const half = rows.length >> 1;
      yield* tryRows(deps, job, action, rows.slice(0, half), signal);
      yield* tryRows(deps, job, action, rows.slice(half), signal);
      return;
    }
    const fault = { code: error.code, message: messageOf(error) };
    const outcomes = outcomesOf(
      rows.map((row) => ({ ...row, fault })),
      [],
    );
    yield { rows, outcomes, results: [], plan: { changes: [] } };
  }
}
