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

export const EMPTY_CELLS = ['keep', 'clear'] as const;
export type EmptyCells = (typeof EMPTY_CELLS)[number];

/** How cells become values. Absent in jobs that are older than a choice: then as before it. */
export interface CellOptions {
  /** clear: an empty cell means what `-` does, where a value can be cleared. */
  emptyCells?: EmptyCells;
  /** Take SIP secrets of other systems that are shorter than ours, or of other characters. */
  allowWeakSecrets?: boolean;
}

export interface ReadOptions extends FileFormat, CellOptions {}

/** What a job row keeps about an import, as JSON in `Job.options`. */
export interface ImportOptions extends ReadOptions {
  /** The format of the file that was sent, and how much of it could not be carried over. Absent: our own CSV. */
  source?: string;
  notes?: number;
  /** What the rows create takes the place of endpoints in the PBX's own pjsip.conf. Never of a file that somebody sent. */
  isAdopting?: boolean;
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
