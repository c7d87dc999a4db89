import { LinekeeperError } from '../../errors.ts';
import type { JobState } from '../../store/jobs.ts';

/**
 *              start              finish
 *   ready ------------> running ------------> done -----+
 *     |                 ^  |  | \---fail----> failed ---+---undo---> undoing ---undone---> undone
 *     |          resume |  |  |                         |               |
 *     |                 |  |pause                       |               +---fail---> failed
 *     |                 |  v  |                         |
 *     |               paused  +---cancel---> canceling  |
 *     |                 |                        |      |
 *     |                 |cancel           stopped|      |
 *     +-----cancel------+--------> canceled <----+      |
 *                                     +-----------------+
 *
 * A job that waits behind another of its company is `running` too: it needs nobody to start it. `pause` is what an
 * operator asks for, and what a job does by itself: after its canary, above its error rate, when whoever started it may
 * no longer.
 */
const MOVES: Record<JobState, Partial<Record<JobEvent, JobState>>> = {
  ready: { start: 'running', cancel: 'canceled' },
  running: { pause: 'paused', cancel: 'canceling', finish: 'done', fail: 'failed' },
  paused: { resume: 'running', cancel: 'canceled' },
  canceling: { stopped: 'canceled' },
  canceled: { undo: 'undoing' },
  done: { undo: 'undoing' },
  failed: { undo: 'undoing' },
  undoing: { undone: 'undone', fail: 'failed' },
  undone: {},
};

/** What an operator asks for. */
export type JobAction = 'start' | 'pause' | 'resume' | 'cancel' | 'undo';
export type JobEvent = JobAction | 'finish' | 'fail' | 'stopped' | 'undone';

/** States in which the engine has something to do. */
export const ACTIVE_STATES: readonly JobState[] = ['running', 'canceling', 'undoing'];
/** States in which no more rows will be written. */
export const ENDED_STATES: readonly JobState[] = ['canceled', 'done', 'failed', 'undoing', 'undone'];

/** @throws JOB_STATE_INVALID naming the state and what is possible in it */
export function transition(state: JobState, event: JobEvent): JobState {
  const next = MOVES[state][event];
  if (next !== undefined) return next;
  throw new LinekeeperError('JOB_STATE_INVALID', `a job that is ${state} cannot take "${event}"`, {
    details: { state, possible: Object.keys(MOVES[state]) },
  });
}
