import type { LinekeeperError } from '../../errors.ts';
import type { RowResultName } from '../../store/job-rows.ts';
import type { JobPause, JobRecord, JobState, JobType } from '../../store/jobs.ts';
import { type JobLimits, limitsOf } from './limits.ts';

/** What only the running daemon knows of a job. */
export interface Liveness {
  /** Waits behind another job of its company. */
  isQueued: boolean;
  /** Since when it runs (monotonic milliseconds) and how many rows it had then. */
  since: number | undefined;
  from: number;
  waitingFor: LinekeeperError | undefined;
}

/** A job as operators see it, whatever its type. */
export interface JobView {
  id: string;
  type: JobType;
  kind: string;
  companyId: string;
  actor: string;
  state: JobState;
  isQueued: boolean;
  pause: JobPause | null;
  limits: JobLimits;
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
  canUndo: boolean;
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

export interface ViewFacts {
  live: Liveness;
  results: Partial<Record<RowResultName, number>>;
  canUndo: boolean;
  /** Whether it made secrets that somebody has to fetch. */
  hasCredentials: boolean;
}

/** `now`: monotonic milliseconds. */
export function jobView(job: JobRecord, { live, results, canUndo, hasCredentials }: ViewFacts, now: number): JobView {
  const { processed, created, updated, skipped, failed } = job;
  const total = job.total ?? 0;
  const seconds = live.since === undefined ? 0 : (now - live.since) / 1000;
  const rate = seconds > 0 && processed > live.from ? (processed - live.from) / seconds : null;
  return {
    id: job.id,
    type: job.type,
    kind: job.kind,
    companyId: job.companyId,
    actor: job.actor,
    state: job.state,
    isQueued: live.isQueued,
    pause: job.pause,
    limits: limitsOf(job),
    total,
    processed,
    created,
    updated,
    unchanged: processed - created - updated - skipped - failed,
    skipped,
    failed,
    undone: results.undone ?? 0,
    undoRefused: results.undo_refused ?? 0,
    canUndo,
    rowsPerSecond: rate === null ? null : Math.round(rate),
    secondsLeft: rate === null || job.state !== 'running' ? null : Math.ceil((total - processed) / rate),
    waitingFor: live.waitingFor === undefined ? null : { code: live.waitingFor.code, message: live.waitingFor.message },
    error: job.error,
    credentials: job.credentialsTakenAt !== null ? 'taken' : hasCredentials ? 'available' : 'none',
    version: job.version,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}
