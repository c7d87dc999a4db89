import { setImmediate as breathe } from 'node:timers/promises';
import { notHeld, type Permission } from '../../domain/permission.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Caller } from '../../store/caller.ts';
import type { Tx } from '../../store/database.ts';
import { countRows, findJob, type JobCounts, type JobRecord } from '../../store/jobs.ts';
import { type EngineDeps, Halt, type Run } from './kind.ts';
import { Interrupted, patiently } from './patience.ts';

/** Rows that bring their transaction down are recorded and passed over; when so many do, it is not the rows. */
const MAX_POISONED = 20;

export interface RowFault {
  code: string;
  message: string;
}

/** How the rows of a type of jobs are written. */
export interface ChunkWriter<T> {
  /** Writes rows and their results in this transaction. `committed` is called when that was committed. */
  write(tx: Tx, caller: Caller, rows: readonly T[]): Promise<{ counts: JobCounts; committed?(): void }>;
  /** The row as one that has failed already; undefined: it has, and still brings its transaction down. */
  refuse(row: T, fault: RowFault): T | undefined;
  /** Whether an error of ours is the fault of one of the rows; otherwise the job fails with it. */
  blames(code: string): boolean;
  /** All rows are one: whatever goes wrong is the fault of all of them. */
  isWhole?: boolean;
}

/**
 * Writes rows in one transaction with their results and the job's counters, so that a power cut leaves each row either
 * with its result or untouched. A row that brings its transaction down is found by halving and refused alone.
 * Whether the job still runs, and whether whoever started it still may, is asked in the same transaction.
 *
 * @throws Interrupted, Halt
 */
export function createChunks<T>(deps: EngineDeps, run: Run, needs: readonly Permission[], writer: ChunkWriter<T>) {
  let poisoned = 0;

  async function write(rows: readonly T[]): Promise<JobCounts> {
    const { value } = await deps.changes.run(async (tx) => {
      const caller = await mustStillMay(deps, run.job, needs);
      const written = await writer.write(tx, caller, rows);
      if (!(await countRows(tx, run.job.id, 'running', written.counts))) throw new Interrupted();
      return written;
    });
    value.committed?.();
    return value.counts;
  }

  async function commit(rows: readonly T[]): Promise<JobCounts> {
    try {
      return await patiently(run.signal, run.onWait, () => write(rows));
    } catch (error) {
      if (error instanceof Interrupted || error instanceof Halt) throw error;
      if (writer.isWhole === true || (isLinekeeperError(error) && !writer.blames(error.code))) throw error;
      if (rows.length > 1) {
        const half = rows.length >> 1;
        return sum(await commit(rows.slice(0, half)), await commit(rows.slice(half)));
      }
      return commit([refused(rows[0] as T, error)]);
    }
  }

  function refused(row: T, error: unknown): T {
    let fault: RowFault;
    if (isLinekeeperError(error)) {
      fault = { code: error.code, message: messageOf(error) };
    } else {
      deps.log.error({ err: error, job: run.job.id }, 'a row of a job broke its transaction');
      if (++poisoned > MAX_POISONED) throw error;
      fault = { code: 'INTERNAL', message: 'the row could not be written; the log of the daemon tells more' };
    }
    const next = writer.refuse(row, fault);
    if (next === undefined) throw error;
    return next;
  }

  return {
    /** One chunk, then the brakes. */
    async commit(rows: readonly T[]): Promise<void> {
      const counts = await commit(rows);
      run.onProgress();
      const pause = await run.brakes.after(counts, run.signal);
      if (pause !== undefined) throw new Halt(pause);
      // Others want the event loop too: SQLite answers without giving it away.
      await breathe();
    },
  };
}

/** Who started a job, as he stands now. @throws Halt when he may no longer do it */
export async function mustStillMay(
  { lookUp }: Pick<EngineDeps, 'lookUp'>,
  job: JobRecord,
  needs: readonly Permission[],
): Promise<Caller> {
  const caller = job.startedBy === null ? undefined : await lookUp(job.startedBy, job.companyId);
  const isHere = caller?.companyId === undefined || caller.companyId === job.companyId;
  if (caller !== undefined && isHere && notHeld(caller.scopes, needs).length === 0) return caller;
  const reason = `whoever started or resumed it no longer has ${needs.join(' and ')} here: somebody who has may resume it`;
  throw new Halt({ because: 'rights', reason });
}

/** Takes rows back in one transaction, unless the undo itself was ended meanwhile. */
export function undoChunk(
  deps: EngineDeps,
  run: Run,
  needs: readonly Permission[],
  work: (tx: Tx, caller: Caller) => Promise<void>,
): Promise<void> {
  return patiently(run.signal, run.onWait, async () => {
    await deps.changes.run(async (tx) => {
      if ((await findJob(tx, run.job.id))?.state !== 'undoing') throw new Interrupted();
      await work(tx, await mustStillMay(deps, run.job, needs));
    });
  });
}

function sum(a: JobCounts, b: JobCounts): JobCounts {
  return {
    processed: a.processed + b.processed,
    created: a.created + b.created,
    updated: a.updated + b.updated,
    skipped: a.skipped + b.skipped,
    failed: a.failed + b.failed,
  };
}
