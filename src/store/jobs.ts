import type { Database, Tx } from './database.ts';

export type JobState =
  | 'uploaded'
  | 'running'
  | 'paused'
  | 'canceling'
  | 'canceled'
  | 'done'
  | 'failed'
  | 'undoing'
  | 'undone';

/** A job as it stands. `options` is JSON and the business of the kind of job. */
export interface JobRecord {
  id: string;
  type: string;
  companyId: string;
  actor: string;
  state: JobState;
  options: string;
  total: number | null;
  processed: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  error: string | null;
  credentialsTakenAt: Date | null;
  version: number;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export interface JobCounts {
  processed: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
}

type JobReader = Pick<Tx, 'job'>;

export async function createJob(
  tx: Tx,
  job: Pick<JobRecord, 'id' | 'type' | 'companyId' | 'actor' | 'options' | 'total'>,
): Promise<void> {
  await tx.job.create({ data: { ...job, state: 'uploaded' satisfies JobState, createdAt: new Date() } });
}

export async function findJob(reader: JobReader, id: string): Promise<JobRecord | undefined> {
  const row = await reader.job.findUnique({ where: { id } });
  return row === null ? undefined : toRecord(row);
}

/** The newest first. Ids are ordered by time, so that the id of the last one shown is the cursor. */
export async function listJobs(
  reader: JobReader,
  type: string,
  query: { companyId: string | undefined; before: string | undefined; limit: number },
): Promise<JobRecord[]> {
  const rows = await reader.job.findMany({
    where: {
      type,
      ...(query.companyId === undefined ? {} : { companyId: query.companyId }),
      ...(query.before === undefined ? {} : { id: { lt: query.before } }),
    },
    orderBy: { id: 'desc' },
    take: query.limit,
  });
  return rows.map(toRecord);
}

export function countJobs(reader: JobReader, type: string, companyId: string | undefined): Promise<number> {
  return reader.job.count({ where: companyId === undefined ? { type } : { type, companyId } });
}

/** Jobs of a type in some states, in the order in which they were started. */
export async function jobsInStates(db: Database, type: string, states: readonly JobState[]): Promise<JobRecord[]> {
  const where = { type, state: { in: [...states] } };
  const rows = await db.read.job.findMany({ where, orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] });
  return rows.map(toRecord);
}

/** Moves a job on, unless somebody else moved it first: then false. */
export async function moveJob(
  tx: Tx,
  id: string,
  from: JobState,
  to: JobState,
  set: Partial<Pick<JobRecord, 'error' | 'startedAt' | 'finishedAt'>> = {},
): Promise<boolean> {
  const { count } = await tx.job.updateMany({
    where: { id, state: from },
    data: { ...set, state: to, version: { increment: 1 } },
  });
  return count === 1;
}

/** Counts rows in the transaction that writes them. False: the job is not in that state any more, nothing was counted. */
export async function countRows(tx: Tx, id: string, state: JobState, counts: JobCounts): Promise<boolean> {
  const { count } = await tx.job.updateMany({
    where: { id, state },
    data: {
      processed: { increment: counts.processed },
      created: { increment: counts.created },
      updated: { increment: counts.updated },
      skipped: { increment: counts.skipped },
      failed: { increment: counts.failed },
    },
  });
  return count === 1;
}

/** Whoever comes first gets the credentials; false for everybody after. */
export async function takeCredentials(tx: Tx, id: string): Promise<boolean> {
  const where = { id, credentialsTakenAt: null };
  return (await tx.job.updateMany({ where, data: { credentialsTakenAt: new Date() } })).count === 1;
}

function toRecord(row: Omit<JobRecord, 'state'> & { state: string }): JobRecord {
  return { ...row, state: row.state as JobState };
}
