import type { LinekeeperError } from '../errors.ts';
import type { Database } from '../store/database.ts';
import type { JobRecord } from '../store/jobs.ts';
import type { ImportFiles } from './files.ts';
import type { Changes, ImportLog, RowWriter } from './ports.ts';

export interface ImportLimits {
  maxBytes: number;
  maxRows: number;
  /** Days that an upload nobody starts, and the failed rows of an ended import, stay on the disk. */
  keepDays: number;
  /** Rows of one transaction. */
  chunkRows?: number;
}

/** What every run of a job stands on. */
export interface EngineDeps {
  db: Database;
  changes: Changes;
  writer: RowWriter;
  files: ImportFiles;
  limits: ImportLimits;
  log: ImportLog;
}

/** One run of a job: from start, resume or restart to pause, stop or end. */
export interface Run {
  job: JobRecord;
  signal: AbortSignal;
  /** Hears what the run waits for; undefined: it goes on. */
  onWait(reason: LinekeeperError | undefined): void;
  /** A chunk was committed. */
  onProgress(): void;
}

/** Larger chunks save nothing measurable; smaller ones pay for more commits. */
export const CHUNK_ROWS = 1000;
