import type { ExistingStrategy } from '../domain/extension-row.ts';
import type { JobRecord } from '../store/jobs.ts';
import type { Charset } from './csv/charset.ts';
import type { Dialect } from './csv/dialect.ts';

export const IMPORT = 'import';

export const EXISTING_STRATEGIES = ['update', 'skip', 'fail'] as const satisfies readonly ExistingStrategy[];

/** Whether a cell with several values says all of them, or some more. */
export const LIST_MODES = ['replace', 'add'] as const;
export type ListMode = (typeof LIST_MODES)[number];

/** How a file is read: found out once, when it was uploaded. */
export interface FileFormat extends Dialect {
  charset: Charset;
}

/** What a job row keeps about an import, as JSON in `Job.options`. */
export interface ImportOptions extends FileFormat {
  /** What the uploader calls the file; for people only. */
  name: string | null;
  bytes: number;
  strategy: ExistingStrategy;
  allowWeakPins: boolean;
  lists: ListMode;
  createGroups: boolean;
  columns: string[];
  /** Rows without an extension number: these need to know which numbers the rest of the file names. */
  unnumbered: number;
}

export function optionsOf(job: Pick<JobRecord, 'options'>): ImportOptions {
  // Jobs of older releases say nothing of lists.
  const older = { lists: 'replace', createGroups: false } as const;
  return { ...older, ...(JSON.parse(job.options) as ImportOptions) };
}
