import type { JobRecord } from '../store/jobs.ts';
import { OWN_SOURCE } from './formats/convert.ts';
import type { JobView } from './jobs/view.ts';
import { type EmptyCells, optionsOf } from './options.ts';

/** An import as operators see it: a job, the file it came from and what was made of it. */
export interface ImportView extends JobView {
  name: string | null;
  strategy: string;
  allowWeakPins: boolean;
  allowWeakSecrets: boolean;
  emptyCells: EmptyCells;
  /** The format of the file: `linekeeper` is our own CSV. */
  source: string;
  /** How much could not be carried over; the report tells. */
  notes: number;
  lists: string;
  createGroups: boolean;
  /** What it is about: the same as `kind`. */
  table: string;
  file: { bytes: number; charset: string; delimiter: string; columns: string[] };
}

export function importView(job: JobRecord, view: JobView): ImportView {
  const { name, strategy, allowWeakPins, lists, createGroups, bytes, charset, delimiter, columns, ...options } =
    optionsOf(job);
  const { source = OWN_SOURCE, notes = 0, allowWeakSecrets = false, emptyCells = 'keep' } = options;
  return {
    ...view,
    ...{
      table: job.kind,
      name,
      strategy,
      allowWeakPins,
      allowWeakSecrets,
      emptyCells,
      lists,
      createGroups,
      source,
      notes,
    },
    file: { bytes, charset, delimiter, columns },
  };
}
