import type { JobProgress } from './api/views.ts';
import { cut, widthOf } from './text-width.ts';
import { duration, number } from './words.ts';

/** Cells between the brackets, at most and at least: a shorter bar says nothing. */
const LONGEST = 30;
const SHORTEST = 8;

/**
 * `[#####.....] 12,000 of 40,000  30 %  2,600/s  10 s left`, in at most `width` columns: the bar gives way first, then what
 * stands at the end.
 */
export function progressLine(job: JobProgress, width = Number.POSITIVE_INFINITY): string {
  const { done, total } = doneOf(job);
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const text = [`${number(done)} of ${number(total)}`, `${Math.floor(share * 100)} %`, ...remarks(job)].join('  ');
  const cells = Math.min(LONGEST, width - widthOf(text) - '[] '.length);
  if (cells < SHORTEST) return cut(text, width);
  const full = Math.round(share * cells);
  return `[${'#'.repeat(full)}${'.'.repeat(cells - full)}] ${text}`;
}

function remarks(job: JobProgress): string[] {
  const { state, isQueued, rowsPerSecond, secondsLeft, waitingFor } = job;
  return [
    ...(rowsPerSecond === null || state !== 'running' ? [] : [`${number(rowsPerSecond)}/s`]),
    ...(secondsLeft === null ? [] : [`${duration(secondsLeft * 1000)} left`]),
    ...(state === 'running' || state === 'done' ? [] : [state]),
    ...(isQueued ? ['waits behind another job of the company'] : []),
    ...(waitingFor === null ? [] : [`waits: ${waitingFor.message}`]),
  ];
}

/** What is being undone are the rows that were written. */
function doneOf(job: JobProgress): { done: number; total: number } {
  if (job.state !== 'undoing') return { done: job.processed, total: job.total };
  return { done: job.undone + job.undoRefused, total: job.created + job.updated };
}
