import type { Permission } from '../../domain/permission.ts';
import type { LinekeeperError } from '../../errors.ts';
import type { Caller } from '../../store/caller.ts';
import type { Database } from '../../store/database.ts';
import type { JobPause, JobRecord } from '../../store/jobs.ts';
import type { Changes, JobLog } from '../ports.ts';
import type { Brakes } from './brakes.ts';

/** What the engine needs to know of a type of jobs to run them. */
export interface JobKind {
  /** What whoever started it must hold for as long as it runs. */
  needs(job: JobRecord): readonly Permission[];
  canUndo(job: JobRecord): boolean;
  /** Whether it made secrets that somebody has to fetch. */
  hasCredentials(job: JobRecord): boolean;
  /** Writes the rows that have no result yet. */
  run(run: Run): Promise<void>;
  /** Takes back what rows did and is not taken back yet. */
  undo(run: Run): Promise<void>;
  /** No more rows will be written: takes away what only they needed. May be called again after a crash. */
  settle(job: JobRecord, signal: AbortSignal): Promise<void>;
}

/** Looks up again who started a job; undefined: he may do nothing any more. Sees what is committed. */
export type LookUpCaller = (principalId: string, companyId: string) => Promise<Caller | undefined>;

/** What every run of a job stands on. */
export interface EngineDeps {
  db: Database;
  changes: Changes;
  lookUp: LookUpCaller;
  log: JobLog;
  /** Rows of one transaction. Larger chunks save nothing measurable; smaller ones pay for more commits. */
  chunkRows: number;
}

/** One run of a job: from start, resume or restart to pause, stop or end. */
export interface Run {
  job: JobRecord;
  signal: AbortSignal;
  brakes: Brakes;
  /** Hears what the run waits for; undefined: it goes on. */
  onWait(reason: LinekeeperError | undefined): void;
  /** A chunk was committed. */
  onProgress(): void;
}

/** A job pauses by itself. */
export class Halt extends Error {
  override readonly name = 'Halt';
  readonly pause: JobPause;
  constructor(pause: JobPause) {
    super(pause.reason);
    this.pause = pause;
  }
}
