import type { JobRecord } from '../store/jobs.ts';
import { OWN_SOURCE } from './formats/convert.ts';
import type { ImportView as JobView } from './job-view.ts';
import { type EmptyCells, optionsOf } from './options.ts';

/** An import as operators see it, with what was made of the file they sent. */
export interface ImportView extends JobView {
  /** The format of the file: `linekeeper` is our own CSV. */
  source: string;
  /** How much could not be carried over; the report tells. */
  notes: number;
  allowWeakSecrets: boolean;
  emptyCells: EmptyCells;
}

export function withConversion(view: JobView, job: JobRecord): ImportView {
  const { source = OWN_SOURCE, notes = 0, allowWeakSecrets = false, emptyCells = 'keep' } = optionsOf(job);
  return { ...view, source, notes, allowWeakSecrets, emptyCells };
}
