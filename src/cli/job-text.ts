import type { Job } from './api/job-views.ts';
import { EXIT } from './exit-codes.ts';
import { outcomeText } from './import-text.ts';
import { progressLine } from './progress-bar.ts';
import { inert } from './text-width.ts';
import { number } from './words.ts';

const MOVING = new Set(['running', 'canceling', 'undoing']);

/** What became of a job, why it stands still, and what can be done about it. */
export function jobText(job: Job): string {
  return [
    outcomeText(job, `${job.type === 'import' ? 'import' : job.kind}`),
    ...(MOVING.has(job.state) ? [progressLine(job)] : []),
    ...standstill(job),
    ...nextSteps(job),
  ].join('\n');
}

/** How a job is called in a list: `paused (canary)`. */
export function stateWords({ state, pause, isQueued }: Pick<Job, 'state' | 'pause' | 'isQueued'>): string {
  if (pause !== null) return `paused (${pause.because})`;
  return isQueued ? 'queued' : state;
}

const PAUSED = {
  operator: 'somebody asked for it',
  canary: 'the first rows are done, the rest waits',
  errors: 'too many rows failed',
  rights: 'whoever started it may no longer',
} as const;

function standstill({ id, state, pause, total, processed }: Job): string[] {
  if (state === 'ready') return ['nobody has started it'];
  if (pause === null) return [];
  const reason = pause.reason === '' ? '' : `: ${inert(pause.reason)}`;
  return [
    `paused, because ${PAUSED[pause.because]}${reason}`,
    `do the other ${number(total - processed)}: linekeeper jobs resume ${id} --wait`,
    `leave it at that: linekeeper jobs cancel ${id}`,
  ];
}

function nextSteps({ id, state, failed, created, updated, canUndo, credentials, undoRefused }: Job): string[] {
  const isOver = !MOVING.has(state) && state !== 'ready';
  const steps: string[] = [];
  if (failed > 0 && isOver) steps.push(`what failed, and why: linekeeper jobs rows ${id} --result failed`);
  if (undoRefused > 0 && isOver) steps.push(`what stays, and why: linekeeper jobs rows ${id} --result undo_refused`);
  if (credentials === 'available' && isOver && state !== 'undone') {
    steps.push(`what phones must be told, once: linekeeper jobs credentials ${id} --output credentials.csv`);
  }
  if (!['done', 'failed', 'canceled'].includes(state) || created + updated === 0) return steps;
  return [...steps, canUndo ? `take it back: linekeeper jobs undo ${id}` : 'it cannot be taken back'];
}

/** What a script may know from the exit code: whether all of it was done. */
export function jobExit({ state, failed, undoRefused }: Pick<Job, 'state' | 'failed' | 'undoRefused'>): number {
  if (state === 'failed') return EXIT.error;
  if (state === 'undone') return undoRefused > 0 ? EXIT.differences : EXIT.ok;
  return failed > 0 || state !== 'done' ? EXIT.differences : EXIT.ok;
}
