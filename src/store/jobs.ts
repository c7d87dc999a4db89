import type { Database, Tx } from './database.ts';

export const JOB_STATES = [
  'ready',
  'running',
  'paused',
  'canceling',
  'canceled',
  'done',
  'failed',
  'undoing',
  'undone',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export const JOB_TYPES = ['import', 'action'] as const;
export type JobType = (typeof JOB_TYPES)[number];

export interface JobPause {
  /** operator: somebody asked for it. rights: whoever started it may no longer. */
  because: 'operator' | 'canary' | 'errors' | 'rights';
  reason: string;
}

/** A job as it stands. `options` is JSON and the business of the kind of job. */
export interface JobRecord {
  id: string;
  type: JobType;
  /** What an import's file is about, or the name of an action. */
  kind: string;
  companyId: string;
  actor: string;
  state: JobState;
  options: string;
  /** JSON; see src/bulk/jobs/limits.ts. */
  limits: string;
  /** Principal by whose rights it runs; null before it was started. */
  startedBy: string | null;
  /** Why it is paused; only then. */
  pause: JobPause | null;
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
  job: Pick<JobRecord, 'id' | 'type' | 'kind' | 'companyId' | 'actor' | 'options' | 'limits' | 'total'>,
): Promise<void> {
  await tx.job.create({ data: { ...job, state: 'ready' satisfies JobState, createdAt: new Date() } });
}

export async function findJob(reader: JobReader, id: string): Promise<JobRecord | undefined> {
  const row = await reader.job.findUnique({ where: { id } });
  return row === null ? undefined : toRecord(row);
}

/** The newest first. Ids are ordered by time, so that the id of the last one shown is the cursor. */
export async function listJobs(
  reader: JobReader,
  query: JobQuery & { before: string | undefined; limit: number },
): Promise<JobRecord[]> {
  const rows = await reader.job.findMany({
    where: { ...whereOf(query), ...(query.before === undefined ? {} : { id: { lt: query.before } }) },
    orderBy: { id: 'desc' },
    take: query.limit,
  });
  return rows.map(toRecord);
}

export function countJobs(reader: JobReader, query: JobQuery): Promise<number> {
  return reader.job.count({ where: whereOf(query) });
}

/** What is undefined does not matter. */
export interface JobQuery {
  companyId: string | undefined;
  type?: JobType | undefined;
  kind?: string | undefined;
  states?: readonly JobState[] | undefined;
}

function whereOf({ companyId, type, kind, states }: JobQuery) {
  return {
    ...(companyId === undefined ? {} : { companyId }),
    ...(type === undefined ? {} : { type }),
    ...(kind === undefined ? {} : { kind }),
    ...(states === undefined ? {} : { state: { in: [...states] } }),
  };
}

/** Jobs in some states, in the order in which they were started; `before`: only those made before then. */
export async function jobsInStates(db: Database, states: readonly JobState[], before?: Date): Promise<JobRecord[]> {
  const where = { state: { in: [...states] }, ...(before === undefined ? {} : { createdAt: { lt: before } }) };
  const rows = await db.read.job.findMany({ where, orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] });
  return rows.map(toRecord);
}

/** Jobs of which nobody needs the results any more. */
export async function endedBefore(db: Database, until: Date): Promise<JobRecord[]> {
  const where = { state: { in: ['canceled', 'done', 'failed', 'undone'] }, finishedAt: { lt: until } };
  return (await db.read.job.findMany({ where })).map(toRecord);
}

/** Its rows must be gone. */
export async function deleteJob(tx: Tx, id: string): Promise<void> {
  await tx.job.delete({ where: { id } });
}

/** Moves a job on, unless somebody else moved it first: then false. */
export async function moveJob(
  tx: Tx,
  id: string,
  from: JobState,
  to: JobState,
  set: Partial<Pick<JobRecord, 'error' | 'startedAt' | 'finishedAt' | 'startedBy' | 'pause'>> = {},
): Promise<boolean> {
  const { count } = await tx.job.updateMany({
    where: { id, state: from },
    data: { ...set, pause: set.pause == null ? null : JSON.stringify(set.pause), state: to, version: { increment: 1 } },
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

/** What an operator was shown of a job before it is started, and how carefully it shall run. */
export async function prepareJob(
  tx: Tx,
  id: string,
  set: Partial<Pick<JobRecord, 'options' | 'limits' | 'total'>>,
): Promise<void> {
  await tx.job.update({ where: { id }, data: { ...set, version: { increment: 1 } } });
}

/** Whoever comes first gets the credentials; false for everybody after. */
export async function takeCredentials(tx: Tx, id: string): Promise<boolean> {
  const where = { id, credentialsTakenAt: null };
  return (await tx.job.updateMany({ where, data: { credentialsTakenAt: new Date() } })).count === 1;
}

type JobRow = Omit<JobRecord, 'state' | 'type' | 'pause'> & { state: string; type: string; pause: string | null };

function toRecord(row: JobRow): JobRecord {
  const pause = row.pause === null ? null : (JSON.parse(row.pause) as JobPause);
  return { ...row, type: row.type as JobType, state: row.state as JobState, pause };
}
