import type { Permission } from '../../domain/permission.ts';
import { LinekeeperError } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Caller } from '../../store/caller.ts';
import type { Database } from '../../store/database.ts';
import { countResults, type JobRowRecord, jobRows, ROW_RESULTS, type RowResultName } from '../../store/job-rows.ts';
import {
  countJobs,
  findJob,
  type JobQuery,
  type JobRecord,
  listJobs,
  prepareJob,
  takeCredentials,
} from '../../store/jobs.ts';
import { credentialsCsv, resultCsv } from '../result-files.ts';
import type { JobEngine } from './engine.ts';
import type { JobKind } from './kind.ts';
import type { JobLimits } from './limits.ts';
import type { JobAction } from './state.ts';
import { type JobView, jobView } from './view.ts';

/** What all jobs have in common, for whoever watches and steers them. Callers have judged who may see which company. */
export interface Jobs {
  /** @throws NOT_FOUND */
  find(id: string): Promise<JobRecord>;
  view(job: JobRecord): Promise<JobView>;
  /** What whoever steers it must hold. */
  needs(job: JobRecord): readonly Permission[];
  /** The newest first. */
  list(query: JobQuery & { before: string | undefined; limit: number }): Promise<{ items: JobRecord[]; total: number }>;
  rows(
    id: string,
    query: { after: number; limit: number; results: readonly RowResultName[] | undefined },
  ): Promise<{ items: JobRowRecord[]; total: number }>;
  /** How carefully a job that was not started yet shall run. @throws JOB_STATE_INVALID, NOT_FOUND */
  limit(id: string, limits: JobLimits): Promise<JobRecord>;
  /** @throws JOB_STATE_INVALID, JOB_NOT_UNDOABLE, NOT_FOUND */
  act(id: string, action: JobAction, by: Pick<Caller, 'id' | 'actor'>): Promise<JobRecord>;
  resultCsv(id: string): Promise<AsyncIterable<string>>;
  /** Given once. @throws CREDENTIALS_ALREADY_TAKEN, JOB_STATE_INVALID while the job runs */
  credentialsCsv(id: string, actor: string): Promise<AsyncIterable<string>>;
}

interface JobsDeps {
  db: Database;
  engine: JobEngine;
  kindOf(job: JobRecord): JobKind;
}

export function createJobs({ db, engine, kindOf }: JobsDeps): Jobs {
  const find = async (id: string): Promise<JobRecord> => {
    const job = await findJob(db.read, id);
    if (job === undefined) throw new LinekeeperError('NOT_FOUND', 'there is no such job');
    return job;
  };
  return {
    find,
    needs: (job) => kindOf(job).needs(job),
    async view(job) {
      const results = job.state === 'undoing' || job.state === 'undone' ? await countResults(db, job.id) : {};
      const kind = kindOf(job);
      const facts = { live: engine.livenessOf(job.id), results, canUndo: kind.canUndo(job) };
      return jobView(job, { ...facts, hasCredentials: kind.hasCredentials(job) }, performance.now());
    },
    async list(query) {
      return { items: await listJobs(db.read, query), total: await countJobs(db.read, query) };
    },
    async rows(id, query) {
      const counts = await countResults(db, id);
      const total = (query.results ?? ROW_RESULTS).reduce((sum, result) => sum + (counts[result] ?? 0), 0);
      return { items: await jobRows(db, id, query), total };
    },
    async limit(id, limits) {
      await db.write(async (tx) => {
        const job = await findJob(tx, id);
        if (job?.state !== 'ready') {
          throw new LinekeeperError(
            'JOB_STATE_INVALID',
            `a job that is ${job?.state ?? 'gone'} has its limits already`,
          );
        }
        await prepareJob(tx, id, { limits: JSON.stringify(limits) });
      });
      return find(id);
    },
    act: (id, action, by) => engine.act(id, action, by),
    async resultCsv(id) {
      return resultCsv(db, await find(id));
    },
    async credentialsCsv(id, actor) {
      const job = await find(id);
      if (['ready', 'running', 'canceling'].includes(job.state)) {
        throw new LinekeeperError('JOB_STATE_INVALID', `the credentials are given once, and the job is ${job.state}`, {
          details: { state: job.state },
        });
      }
      await db.write(async (tx) => {
        if (!(await takeCredentials(tx, id))) {
          const message = 'the credentials of this job were taken already; rotate the secret of an extension instead';
          throw new LinekeeperError('CREDENTIALS_ALREADY_TAKEN', message);
        }
        const { companyId } = job;
        const objectType = job.type === 'import' ? 'import' : 'job';
        await recordAudit(tx, [
          { actor, action: `${objectType}.credentials_taken`, objectType, objectId: id, companyId },
        ]);
      });
      return credentialsCsv(db, job);
    },
  };
}
