import { isLinekeeperError, LinekeeperError, messageOf } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Caller } from '../../store/caller.ts';
import { findJob, type JobPause, type JobRecord, type JobType, jobsInStates, moveJob } from '../../store/jobs.ts';
import { Brakes } from './brakes.ts';
import { type EngineDeps, Halt, type JobKind, type Run } from './kind.ts';
import { Interrupted, patiently } from './patience.ts';
import { JobQueue } from './queue.ts';
import { ACTIVE_STATES, ENDED_STATES, type JobAction, type JobEvent, transition } from './state.ts';
import type { Liveness } from './view.ts';

/** How a run ends when nothing goes wrong. */
const ENDINGS = { running: 'finish', canceling: 'stopped', undoing: 'undone' } as const satisfies Partial<
  Record<JobRecord['state'], JobEvent>
>;

const STARTS: ReadonlySet<JobEvent> = new Set(['start', 'resume', 'undo']);

/** What a step writes besides the state. */
interface Step {
  actor: string;
  error?: string | undefined;
  pause?: JobPause;
  startedBy?: string;
}

/** Brings jobs from state to state and runs those that have something to do, after a restart too. */
export class JobEngine {
  private readonly deps: EngineDeps;
  private readonly kinds: Record<JobType, JobKind>;
  private readonly queue: JobQueue;
  private readonly live = new Map<string, { since: number; from: number; waitingFor: LinekeeperError | undefined }>();
  private readonly onProgress: (jobId: string) => void;

  constructor(deps: EngineDeps, kinds: Record<JobType, JobKind>, onProgress: (jobId: string) => void) {
    this.deps = deps;
    this.kinds = kinds;
    this.onProgress = onProgress;
    this.queue = new JobQueue((jobId, signal) => this.run(jobId, signal));
  }

  /** Goes on with every job that a stop or a crash left in the middle. */
  async start(): Promise<void> {
    for (const job of await jobsInStates(this.deps.db, ACTIVE_STATES)) this.queue.add(job.companyId, job.id);
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

  /** Does what an operator asks for. The job goes on by his rights. @throws JOB_STATE_INVALID, JOB_NOT_UNDOABLE, NOT_FOUND */
  async act(jobId: string, action: JobAction, by: Pick<Caller, 'id' | 'actor'>): Promise<JobRecord> {
    const step: Step = { actor: by.actor };
    if (STARTS.has(action)) step.startedBy = by.id;
    if (action === 'pause') step.pause = { because: 'operator', reason: `${by.actor} paused it` };
    let job = await this.step(jobId, action, step);
    const isIdle = this.interrupt(jobId);
    if (job.state === 'canceling' && isIdle) job = await this.step(jobId, 'stopped', { actor: by.actor });
    if (job.state === 'canceled') await this.kinds[job.type].settle(job, new AbortController().signal);
    if (ACTIVE_STATES.includes(job.state)) this.queue.add(job.companyId, job.id);
    return job;
  }

  /** Ends the run of a job, if there is one. True when there was none: then nobody else will finish what it began. */
  private interrupt(jobId: string): boolean {
    const isRunning = this.queue.isRunning(jobId);
    this.queue.interrupt(jobId);
    return !isRunning;
  }

  private async step(jobId: string, event: JobEvent, given: Step, from?: JobRecord['state']): Promise<JobRecord> {
    const { actor, error, pause, startedBy } = given;
    const moved = await this.deps.db.write(async (tx) => {
      const job = await findJob(tx, jobId);
      if (job === undefined) throw new LinekeeperError('NOT_FOUND', 'there is no such job');
      if (from !== undefined && job.state !== from) throw new Interrupted();
      const state = transition(job.state, event);
      if (event === 'undo' && !this.kinds[job.type].canUndo(job)) {
        throw new LinekeeperError('JOB_NOT_UNDOABLE', 'what this job did cannot be taken back');
      }
      const now = new Date();
      const set = {
        pause: pause ?? null,
        ...(error === undefined ? {} : { error }),
        ...(startedBy === undefined ? {} : { startedBy }),
        ...(state === 'running' && job.startedAt === null ? { startedAt: now } : {}),
        ...(ENDED_STATES.includes(state) && job.finishedAt === null ? { finishedAt: now } : {}),
      };
      await moveJob(tx, job.id, job.state, state, set);
      const { companyId } = job;
      const reason = error ?? pause?.reason;
      const objectType = job.type === 'import' ? 'import' : 'job';
      const details = {
        ...(job.type === 'import' ? {} : { kind: job.kind }),
        ...(reason === undefined ? {} : { reason }),
      };
      await recordAudit(tx, [
        { actor, action: `${objectType}.${state}`, objectType, objectId: job.id, companyId, details },
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
      const run: Run = {
        job,
        signal,
        brakes: new Brakes(job, this.deps.chunkRows),
        onWait: (reason) => this.noteWait(jobId, reason),
        onProgress: () => this.onProgress(jobId),
      };
      const [event, given] = await this.work(run);
      const step: Step = { actor: `job:${jobId}`, ...given };
      const ended = await patiently(signal, run.onWait, () => this.step(jobId, event, step, job.state));
      const hasEnded = ENDED_STATES.includes(ended.state) && job.state !== 'undoing';
      if (hasEnded) await this.kinds[job.type].settle(ended, signal);
    } catch (error) {
      // A pause, a cancel or a stop: the next run finds the state and the rows as this one left them.
      if (!(error instanceof Interrupted)) log.error({ err: error, job: jobId }, 'the run of a job ended early');
    } finally {
      this.live.delete(jobId);
    }
  }

  /** Runs a job as far as it goes. Answers how it moves on. @throws Interrupted */
  private async work(run: Run): Promise<[JobEvent, Partial<Step>]> {
    const { job } = run;
    const kind = this.kinds[job.type];
    try {
      if (job.state === 'running') await kind.run(run);
      if (job.state === 'undoing') await kind.undo(run);
      return [ENDINGS[job.state as keyof typeof ENDINGS], {}];
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      if (error instanceof Halt) {
        return job.state === 'running' ? ['pause', { pause: error.pause }] : ['fail', { error: error.message }];
      }
      this.deps.log.error({ err: error, job: job.id }, 'a job failed');
      const text = isLinekeeperError(error) ? `${error.code}: ${messageOf(error)}` : 'INTERNAL: the log tells more';
      return ['fail', { error: text }];
    }
  }

  private noteWait(jobId: string, reason: LinekeeperError | undefined): void {
    const live = this.live.get(jobId);
    if (live === undefined || live.waitingFor === reason) return;
    if (reason !== undefined && live.waitingFor === undefined) {
      this.deps.log.warn({ job: jobId, code: reason.code }, `a job waits: ${reason.message}`);
    }
    live.waitingFor = reason;
    this.onProgress(jobId);
  }
}
