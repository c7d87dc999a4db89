import { deleteJobRows } from '../store/job-rows.ts';
import { deleteJob, endedBefore, findJob, jobsInStates } from '../store/jobs.ts';
import type { ImportDeps } from './import-deps.ts';
import { settleFile } from './import-kind.ts';
import type { JobEngine } from './jobs/engine.ts';
import { ENDED_STATES } from './jobs/state.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What a crash left behind: pieces of uploads, uploads whose job was never created, and ended imports whose file was not
 * reduced yet. Only before anything is uploaded or run, because then these are files that somebody still needs.
 */
export async function tidyFiles(deps: ImportDeps): Promise<void> {
  const { db, files } = deps;
  for (const { id, file, kind } of await files.list()) {
    const job = await findJob(db.read, id);
    if (job === undefined || kind === 'part') await files.remove(file);
    else if (kind === 'upload' && ENDED_STATES.includes(job.state)) {
      await settleFile(deps, job, new AbortController().signal);
    }
  }
}

/** Rows that are deleted in one transaction: others write in between. */
const PIECE = 5000;

/** Ends actions that nobody started, and forgets jobs whose results were kept long enough. */
export async function expireJobs({ db, limits }: ImportDeps, engine: JobEngine): Promise<void> {
  const unstarted = await jobsInStates(db, ['ready'], new Date(Date.now() - limits.keepDays * DAY_MS));
  for (const { id, type } of unstarted) {
    if (type === 'action') await engine.act(id, 'cancel', { id: 'system', actor: 'system' });
  }
  if (limits.keepResultsDays === undefined) return;
  const until = new Date(Date.now() - limits.keepResultsDays * DAY_MS);
  for (const { id } of await endedBefore(db, until)) {
    while ((await db.write((tx) => deleteJobRows(tx, id, PIECE))) === PIECE);
    await db.write((tx) => deleteJob(tx, id));
  }
}

/** Takes away what was kept long enough: failed rows that nobody fetched, uploads that nobody started. */
export async function expireFiles({ db, files, limits, log }: ImportDeps, engine: JobEngine): Promise<void> {
  const until = Date.now() - limits.keepDays * DAY_MS;
  for (const { id, file, kind } of await files.list()) {
    const job = await findJob(db.read, id);
    if (job === undefined) continue;
    if (kind === 'failed' && (job.finishedAt?.getTime() ?? 0) < until) await files.remove(file);
    if (kind === 'report' && job.finishedAt !== null && job.finishedAt.getTime() < until) await files.remove(file);
    if (kind === 'upload' && job.state === 'ready' && job.createdAt.getTime() < until) {
      await engine.act(id, 'cancel', { id: 'system', actor: 'system' });
      await files.remove(file);
      log.info({ job: id }, 'an upload that nobody started was taken away');
    }
  }
}
