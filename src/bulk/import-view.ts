import type { JobRecord } from '../store/jobs.ts';
import type { JobView } from './jobs/view.ts';
import { optionsOf } from './options.ts';

/** An import as operators see it: a job, and the file it came from. */
export interface ImportView extends JobView {
  name: string | null;
  strategy: string;
  allowWeakPins: boolean;
  lists: string;
  createGroups: boolean;
  /** What it is about: the same as `kind`. */
  table: string;
  file: { bytes: number; charset: string; delimiter: string; columns: string[] };
}

export function importView(job: JobRecord, view: JobView): ImportView {
  const { name, strategy, allowWeakPins, lists, createGroups, bytes, charset, delimiter, columns } = optionsOf(job);
  const file = { bytes, charset, delimiter, columns };
  return { ...view, table: job.kind, name, strategy, allowWeakPins, lists, createGroups, file };
}
