import { isLinekeeperError, LinekeeperError, messageOf } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import { findJob, type JobRecord, jobsInStates, moveJob } from '../store/jobs.ts';
import { failedCsv } from './failed-rows.ts';
import { runImport } from './import-run.ts';
import { JobQueue } from './job-queue.ts';
import { ACTIVE_STATES, ENDED_STATES, type JobEvent, transition } from './job-state.ts';
import type { Liveness } from './job-view.ts';
import { IMPORT } from './options.ts';
import { Interrupted, patiently } from './patience.ts';
import type { EngineDeps } from './run.ts';
import { runUndo } from './undo-run.ts';

/** How a run ends when nothing goes wrong. */
const ENDINGS = { running: 'finish', canceling: 'stopped', undoing: 'undone' } as const satisfies Partial<
  Record<JobRecord['state'], JobEvent>
>;

/** Brings jobs from state to state and runs those that have something to do, after a restart too. */
export class JobEngine {
  private readonly deps: EngineDeps;
  private readonly queue: JobQueue;
  private readonly live = new Map<string, { since: number; from: number; waitingFor: LinekeeperError | undefined }>();
  private readonly onProgress: (jobId: string) => void;

  constructor(deps: EngineDeps, onProgress: (jobId: string) => void) {
    this.deps = deps;
    this.onProgress = onProgress;
    this.queue = new JobQueue((jobId, signal) => this.run(jobId, signal));
  }

  /** Goes on with every job that a stop or a crash left in the middle. */
  async start(): Promise<void> {
    for (const job of await jobsInStates(this.deps.db, IMPORT, ACTIVE_STATES)) this.queue.add(job.companyId, job.id);
  }

  stop(): Promise<void> {
    return this.queue.stop();
  }

  livenessOf(jobId: string): Liveness {
    const live = this.live.get(jobId);
    return {
      isQueued: live === undefined && this.queue.isWaiting(jobId),
      since: live?.since,
      from: live?.from ?? 0,
      waitingFor: live?.waitingFor,
    };
  }

  /** Takes one step that an operator asks for. @throws JOB_STATE_INVALID, NOT_FOUND */
  move(jobId: string, event: JobEvent, actor: string): Promise<JobRecord> {
    return this.step(jobId, actor, (state) => transition(state, event), null);
  }

  /** What follows from a step that was taken. */
  wake(job: JobRecord): void {
    if (ACTIVE_STATES.includes(job.state)) this.queue.add(job.companyId, job.id);
  }

  /** Ends the run of a job, if there is one. True when there was none: then nobody else will finish what it began. */
  interrupt(jobId: string): boolean {
    const isRunning = this.queue.isRunning(jobId);
    this.queue.interrupt(jobId);
    return !isRunning;
  }

  /** Keeps of an ended import's file only what an operator has to correct: the rest holds secrets and has done its work. */
  async settleFile(job: JobRecord, signal: AbortSignal): Promise<void> {
    const { files, db } = this.deps;
    const upload = files.upload(job.id);
    await patiently(
      signal,
      () => {},
      async () => {
        if (job.failed > 0) {
          await files.write(files.part(job.id), files.failed(job.id), async (append) => {
            for await (const text of failedCsv(db, job, upload)) await append(text);
          });
        }
        await files.remove(upload);
      },
    );
  }

  private async step(
    jobId: string,
    actor: string,
    nextOf: (state: JobRecord['state']) => JobRecord['state'],
    error: string | null,
  ): Promise<JobRecord> {
    const moved = await this.deps.db.write(async (tx) => {
      const job = await findJob(tx, jobId);
      if (job === undefined) throw new LinekeeperError('NOT_FOUND', 'there is no such import');
      const state = nextOf(job.state);
      const now = new Date();
      const set = {
        ...(error === null ? {} : { error }),
        ...(state === 'running' && job.startedAt === null ? { startedAt: now } : {}),
        ...(ENDED_STATES.includes(state) && job.finishedAt === null ? { finishedAt: now } : {}),
      };
      await moveJob(tx, job.id, job.state, state, set);
      const { companyId } = job;
      const details = error === null ? {} : { details: { error } };
      await recordAudit(tx, [
        { actor, action: `import.${state}`, objectType: 'import', objectId: job.id, companyId, ...details },
      ]);
      return { ...job, ...set, state, version: job.version + 1 };
    });
    this.onProgress(jobId);
    return moved;
  }

  private async run(jobId: string, signal: AbortSignal): Promise<void> {
    const { db, log } = this.deps;
    try {
      const job = await findJob(db.read, jobId);
      if (job === undefined || !(job.state in ENDINGS)) return;
      this.live.set(jobId, { since: performance.now(), from: job.processed, waitingFor: undefined });
      const run = {
        job,
        signal,
        onWait: (reason: LinekeeperError | undefined) => this.noteWait(jobId, reason),
        onProgress: () => this.onProgress(jobId),
      };
      const failure = await this.work(run).then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof Interrupted) throw error;
          log.error({ err: error, job: jobId }, 'an import failed');
          return isLinekeeperError(error) ? `${error.code}: ${messageOf(error)}` : 'INTERNAL: the log tells more';
        },
      );
      const event = failure === undefined ? ENDINGS[job.state as keyof typeof ENDINGS] : 'fail';
      const next = (state: JobRecord['state']) => {
        if (state !== job.state) throw new Interrupted();
        return transition(state, event);
      };
      const ended = await patiently(signal, run.onWait, () => this.step(jobId, `job:${jobId}`, next, failure ?? null));
      if (job.state !== 'undoing') await this.settleFile(ended, signal);
    } catch (error) {
      // A pause, a cancel or a stop: the next run finds the state and the rows as this one left them.
      if (!(error instanceof Interrupted)) log.error({ err: error, job: jobId }, 'the run of an import ended early');
    } finally {
      this.live.delete(jobId);
    }
  }

  private async work(run: Parameters<typeof runImport>[1]): Promise<void> {
    if (run.job.state === 'running') await runImport(this.deps, run);
    if (run.job.state === 'undoing') await runUndo(this.deps, run);
  }

  private noteWait(jobId: string, reason: LinekeeperError | undefined): void {
    const live = this.live.get(jobId);
    if (live === undefined || live.waitingFor === reason) return;
    if (reason !== undefined && live.waitingFor === undefined) {
      this.deps.log.warn({ job: jobId, code: reason.code }, `an import waits: ${reason.message}`);
    }
    live.waitingFor = reason;
    this.onProgress(jobId);
  }
}
