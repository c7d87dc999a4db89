import type { LinekeeperError } from '../errors.ts';
import type { RowResultName } from '../store/job-rows.ts';
import type { JobRecord, JobState } from '../store/jobs.ts';
import { optionsOf } from './options.ts';

/** What only the running daemon knows of a job. */
export interface Liveness {
  /** Waits behind another job of its company. */
  isQueued: boolean;
  /** Since when it runs (monotonic milliseconds) and how many rows it had then. */
  since: number | undefined;
  from: number;
  waitingFor: LinekeeperError | undefined;
}

/** An import as operators see it. */
export interface ImportView {
  id: string;
  companyId: string;
  actor: string;
  name: string | null;
  state: JobState;
  isQueued: boolean;
  strategy: string;
  allowWeakPins: boolean;
  file: { bytes: number; charset: string; delimiter: string; columns: string[] };
  total: number;
  processed: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  /** Only of a job that is or was undone. */
  undone: number;
  undoRefused: number;
  rowsPerSecond: number | null;
  secondsLeft: number | null;
  /** The disk is full or the database is locked: it goes on by itself. */
  waitingFor: { code: string; message: string } | null;
  error: string | null;
  credentials: 'none' | 'available' | 'taken';
  version: number;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export function viewOf(
  job: JobRecord,
  live: Liveness,
  results: Partial<Record<RowResultName, number>>,
  now: number,
): ImportView {
  const options = optionsOf(job);
  const { processed, created, updated, skipped, failed } = job;
  const total = job.total ?? 0;
  const seconds = live.since === undefined ? 0 : (now - live.since) / 1000;
  const rate = seconds > 0 && processed > live.from ? (processed - live.from) / seconds : null;
  return {
    id: job.id,
    companyId: job.companyId,
    actor: job.actor,
    name: options.name,
    state: job.state,
    isQueued: live.isQueued,
    strategy: options.strategy,
    allowWeakPins: options.allowWeakPins,
    file: {
      bytes: options.bytes,
      charset: options.charset,
      delimiter: options.delimiter,
      columns: options.columns,
    },
    total,
    processed,
    created,
    updated,
    unchanged: processed - created - updated - skipped - failed,
    skipped,
    failed,
    undone: results.undone ?? 0,
    undoRefused: results.undo_refused ?? 0,
    rowsPerSecond: rate === null ? null : Math.round(rate),
    secondsLeft: rate === null || job.state !== 'running' ? null : Math.ceil((total - processed) / rate),
    waitingFor: live.waitingFor === undefined ? null : { code: live.waitingFor.code, message: live.waitingFor.message },
    error: job.error,
    credentials: job.credentialsTakenAt !== null ? 'taken' : created === 0 ? 'none' : 'available',
    version: job.version,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}
