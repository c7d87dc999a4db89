import { setTimeout as delay } from 'node:timers/promises';
import type { JobCounts, JobPause, JobRecord } from '../../store/jobs.ts';
import { limitsOf } from './limits.ts';
import { Interrupted } from './patience.ts';

/** Fewer rows tell nothing of a share. */
const ENOUGH_ROWS = 20;

/** Decides for one run of a job how many rows come next, and after them whether it goes on, waits or pauses. */
export class Brakes {
  private readonly limits: ReturnType<typeof limitsOf>;
  private readonly chunkRows: number;
  private readonly total: number;
  private processed: number;
  /** Since this run began: who resumed a job has seen the failures before. */
  private readonly run = { rows: 0, failed: 0 };
  private readonly since = performance.now();

  constructor(job: JobRecord, chunkRows: number) {
    this.limits = limitsOf(job);
    this.chunkRows = chunkRows;
    this.total = job.total ?? Number.POSITIVE_INFINITY;
    this.processed = job.processed;
  }

  /** Rows of the next transaction. */
  nextRows(): number {
    const { canary, maxErrorShare, rowsPerSecond } = this.limits;
    let rows = this.chunkRows;
    if (canary !== undefined && this.processed < canary) rows = Math.min(rows, canary - this.processed);
    // So that a file of nothing but errors ends after few of them.
    if (maxErrorShare !== undefined) rows = Math.min(rows, Math.max(ENOUGH_ROWS, this.run.rows));
    return Math.min(rows, rowsPerSecond ?? rows);
  }

  /** What must pause the job after these rows. Waits where the job may not go faster. @throws Interrupted */
  async after(counts: JobCounts, signal: AbortSignal): Promise<JobPause | undefined> {
    const { canary, maxErrorShare, rowsPerSecond } = this.limits;
    const before = this.processed;
    this.processed += counts.processed;
    this.run.rows += counts.processed;
    this.run.failed += counts.failed;
    if (canary !== undefined && before < canary && this.processed >= canary && this.processed < this.total) {
      return { because: 'canary', reason: `the first ${canary} rows are done: resume for the rest` };
    }
    const { rows, failed } = this.run;
    if (maxErrorShare !== undefined && rows >= ENOUGH_ROWS && failed / rows > maxErrorShare) {
      return { because: 'errors', reason: `${failed} of ${rows} rows failed, more than ${maxErrorShare * 100} %` };
    }
    if (rowsPerSecond === undefined) return undefined;
    const ahead = (rows / rowsPerSecond) * 1000 - (performance.now() - this.since);
    if (ahead > 0) {
      await delay(ahead, undefined, { signal }).catch(() => {
        throw new Interrupted();
      });
    }
    return undefined;
  }
}
