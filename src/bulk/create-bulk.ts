import type { Database } from '../store/database.ts';
import type { JobRecord, JobType } from '../store/jobs.ts';
import type { MassAction } from '../store/mass-action.ts';
import { actionKind } from './actions/action-kind.ts';
import { createMassActions, type MassActions } from './actions/mass-actions.ts';
import { ImportFiles } from './files.ts';
import { CHUNK_ROWS, type ImportDeps, type ImportLimits } from './import-deps.ts';
import { importKind } from './import-kind.ts';
import { createImports, type Imports } from './imports.ts';
import { JobEngine } from './jobs/engine.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import type { JobKind, LookUpCaller } from './jobs/kind.ts';
import type { Changes, JobLog } from './ports.ts';
import { expireFiles, expireJobs, tidyFiles } from './retention.ts';
import { createTables, type TableWriters } from './tables/tables.ts';

export interface BulkDeps {
  db: Database;
  changes: Changes;
  writers: TableWriters;
  actions: readonly MassAction[];
  lookUp: LookUpCaller;
  dataDir: string;
  limits: ImportLimits;
  log: JobLog;
  /** Called when a job moves on; for the feed. At most once per chunk. */
  onProgress?: (jobId: string) => void;
}

/** Everything that is done to many objects at once. */
export interface Bulk {
  jobs: Jobs;
  imports: Imports;
  actions: MassActions;
  /** Goes on with what a stop or a crash interrupted. */
  start(): Promise<void>;
  /** Resolves when the running chunks are committed or rolled back; their jobs go on at the next start. */
  stop(): Promise<void>;
}

/** How often it is looked for what was kept long enough (milliseconds). */
const EXPIRE_EVERY_MS = 60 * 60 * 1000;

export function createBulk(deps: BulkDeps): Bulk {
  const { db, log, limits } = deps;
  const files = new ImportFiles(deps.dataDir);
  const importDeps: ImportDeps = {
    ...deps,
    files,
    tables: createTables(deps.writers),
    chunkRows: limits.chunkRows ?? CHUNK_ROWS,
  };
  const actions = new Map(deps.actions.map((action) => [action.name, action]));
  const kinds: Record<JobType, JobKind> = {
    import: importKind(importDeps),
    action: actionKind(importDeps, actions),
  };
  const engine = new JobEngine(importDeps, kinds, (jobId) => deps.onProgress?.(jobId));
  const jobs = createJobs({ db, engine, kindOf: (job: JobRecord) => kinds[job.type] });
  const expire = () =>
    expireFiles(importDeps, engine)
      .then(() => expireJobs(importDeps, engine))
      .catch((err) => log.error({ err }, 'old jobs and their files were not taken away'));
  let expiry: NodeJS.Timeout | undefined;
  return {
    jobs,
    imports: createImports(importDeps, jobs),
    actions: createMassActions(importDeps, actions),
    async start() {
      await tidyFiles(importDeps);
      await expire();
      expiry = setInterval(expire, EXPIRE_EVERY_MS).unref();
      await engine.start();
    },
    async stop() {
      clearInterval(expiry);
      await engine.stop();
    },
  };
}
