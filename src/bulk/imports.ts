import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { v7 as uuid } from 'uuid';
import type { ExistingStrategy } from '../domain/extension-row.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import { countryOf } from '../store/job-numbers.ts';
import { countResults, type JobRowRecord, jobRows, ROW_RESULTS, type RowResultName } from '../store/job-rows.ts';
import { countJobs, createJob, findJob, type JobRecord, listJobs, takeCredentials } from '../store/jobs.ts';
import { type DryRunError, type DryRunSummary, dryRun } from './dry-run.ts';
import { failedCsv } from './failed-rows.ts';
import { ImportFiles } from './files.ts';
import { convertUpload, OWN_SOURCE } from './formats/convert.ts';
import type { ConversionReport } from './formats/report.ts';
import { type ImportView, withConversion } from './import-view.ts';
import { inspect } from './inspect.ts';
import { JobEngine } from './job-engine.ts';
import type { JobAction } from './job-state.ts';
import { viewOf } from './job-view.ts';
import { type CellOptions, IMPORT, type ImportOptions, optionsOf } from './options.ts';
import type { Changes, ImportLog, RowWriter } from './ports.ts';
import { credentialsCsv, resultCsv } from './result-files.ts';
import { expireFiles, tidyFiles } from './retention.ts';
import type { EngineDeps, ImportLimits } from './run.ts';

export interface ImportsDeps {
  db: Database;
  changes: Changes;
  writer: RowWriter;
  dataDir: string;
  limits: ImportLimits;
  log: ImportLog;
  /** Called when an import moves on; for the feed. At most once per chunk. */
  onProgress?: (jobId: string) => void;
}

interface Upload extends CellOptions {
  companyId: string;
  actor: string;
  strategy: ExistingStrategy;
  allowWeakPins: boolean;
  /** What the uploader calls the file. */
  name: string | null;
  body: AsyncIterable<Uint8Array>;
}

/** Imports of extensions from files. Callers have judged who may see which company. */
export interface Imports {
  readonly maxBytes: number;
  /** Keeps a file and reads it once. @throws PAYLOAD_TOO_LARGE, CSV_INVALID, CSV_TOO_MANY_ROWS, DATABASE_FULL */
  upload(upload: Upload): Promise<ImportView>;
  get(id: string): Promise<ImportView | undefined>;
  /** The newest first. */
  list(query: {
    companyId: string | undefined;
    before: string | undefined;
    limit: number;
  }): Promise<{ items: ImportView[]; total: number }>;
  rows(
    id: string,
    query: { after: number; limit: number; results: readonly RowResultName[] | undefined },
  ): Promise<{ items: JobRowRecord[]; total: number }>;
  /** @throws JOB_STATE_INVALID */
  act(id: string, action: JobAction, actor: string): Promise<ImportView>;
  /** Yields errors as they are found, returns the counts and the plan. @throws JOB_STATE_INVALID once the import began */
  dryRun(id: string, signal: AbortSignal): Promise<AsyncGenerator<DryRunError[], DryRunSummary>>;
  /** What could not be carried over from another system's file. @throws NOT_FOUND when it was kept long enough */
  report(id: string): Promise<ConversionReport>;
  resultCsv(id: string): Promise<AsyncIterable<string>>;
  /** @throws NOT_FOUND when no row failed, or the file was kept long enough */
  failedCsv(id: string): Promise<AsyncIterable<string | Uint8Array>>;
  /** Given once. @throws CREDENTIALS_ALREADY_TAKEN, JOB_STATE_INVALID while the import runs */
  credentialsCsv(id: string, actor: string): Promise<AsyncIterable<string>>;
  /** Goes on with what a stop or a crash interrupted. */
  start(): Promise<void>;
  /** Resolves when the running chunks are committed or rolled back; their jobs go on at the next start. */
  stop(): Promise<void>;
}

/** How often it is looked for files that were kept long enough (milliseconds). */
const EXPIRE_EVERY_MS = 60 * 60 * 1000;

/** Sources that have nothing to tell of. */
const TITLES: Record<string, string> = { linekeeper: 'Linekeeper CSV', 'json-lines': 'JSON Lines' };

export function createImports(deps: ImportsDeps): Imports {
  const { db, limits, log } = deps;
  const files = new ImportFiles(deps.dataDir);
  const engineDeps: EngineDeps = { db, changes: deps.changes, writer: deps.writer, files, limits, log };
  const engine = new JobEngine(engineDeps, (jobId) => deps.onProgress?.(jobId));
  let expiry: NodeJS.Timeout | undefined;

  const mustFind = async (id: string): Promise<JobRecord> => {
    const job = await findJob(db.read, id);
    if (job === undefined || job.type !== IMPORT) throw new LinekeeperError('NOT_FOUND', 'there is no such import');
    return job;
  };
  const view = async (job: JobRecord): Promise<ImportView> => {
    const results = job.state === 'undoing' || job.state === 'undone' ? await countResults(db, job.id) : {};
    return withConversion(viewOf(job, engine.livenessOf(job.id), results, performance.now()), job);
  };
  const expire = () =>
    expireFiles(engineDeps, engine).catch((err) => log.error({ err }, 'old files of imports were not taken away'));

  return {
    maxBytes: limits.maxBytes,
    async upload({ companyId, actor, body, ...choices }) {
      const id = uuid();
      const { bytes, charset } = await files.receive(id, body, limits.maxBytes);
      try {
        const country = (await countryOf(db, companyId)) ?? '';
        const from = await convertUpload(files, id, charset, { country, maxRows: limits.maxRows });
        const inspected = await inspect(files.upload(id), charset, limits.maxRows, from.format);
        const { format, columns, rows, unnumbered } = inspected;
        const { source, notes } = from;
        // Empty cells of a converted file are such as the other system has no value for.
        const emptyCells = source === OWN_SOURCE ? (choices.emptyCells ?? 'keep') : 'keep';
        const options = { ...format, ...choices, emptyCells, bytes, columns, unnumbered, source, notes };
        await db.write(async (tx) => {
          await createJob(tx, {
            id,
            type: IMPORT,
            companyId,
            actor,
            options: JSON.stringify(options satisfies ImportOptions),
            total: rows,
          });
          const details = { rows, name: choices.name, source };
          await recordAudit(tx, [
            { actor, action: 'import.uploaded', objectType: 'import', objectId: id, companyId, details },
          ]);
        });
      } catch (error) {
        await files.remove(files.upload(id));
        await files.remove(files.report(id));
        throw error;
      }
      return view(await mustFind(id));
    },
    async get(id) {
      const job = await findJob(db.read, id);
      return job === undefined || job.type !== IMPORT ? undefined : view(job);
    },
    async list(query) {
      const jobs = await listJobs(db.read, IMPORT, query);
      return { items: await Promise.all(jobs.map(view)), total: await countJobs(db.read, IMPORT, query.companyId) };
    },
    async rows(id, query) {
      const counts = await countResults(db, id);
      const total = (query.results ?? ROW_RESULTS).reduce((sum, result) => sum + (counts[result] ?? 0), 0);
      return { items: await jobRows(db, id, query), total };
    },
    async act(id, action, actor) {
      await mustFind(id);
      let job = await engine.move(id, action, actor);
      const isIdle = engine.interrupt(id);
      if (job.state === 'canceling' && isIdle) job = await engine.move(id, 'stopped', actor);
      if (job.state === 'canceled') await engine.settleFile(job, new AbortController().signal);
      engine.wake(job);
      return view(job);
    },
    async dryRun(id, signal) {
      const job = await mustFind(id);
      if (job.state !== 'uploaded') {
        throw new LinekeeperError('JOB_STATE_INVALID', `an import that is ${job.state} has no dry run`, {
          details: { state: job.state },
        });
      }
      return dryRun(engineDeps, job, signal);
    },
    async resultCsv(id) {
      return resultCsv(db, await mustFind(id));
    },
    async failedCsv(id) {
      const job = await mustFind(id);
      if (existsSync(files.failed(id))) return createReadStream(files.failed(id));
      if (job.failed > 0 && existsSync(files.upload(id))) return failedCsv(db, job, files.upload(id));
      throw new LinekeeperError('NOT_FOUND', job.failed === 0 ? 'no row failed' : 'the failed rows are no longer kept');
    },
    async report(id) {
      const { source = OWN_SOURCE, notes = 0 } = optionsOf(await mustFind(id));
      const file = files.report(id);
      if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as ConversionReport;
      if (notes > 0) throw new LinekeeperError('NOT_FOUND', 'the report is no longer kept');
      return { source, title: TITLES[source] ?? source, notes: 0, unread: [], rows: [] };
    },
    async credentialsCsv(id, actor) {
      const job = await mustFind(id);
      if (['uploaded', 'running', 'canceling'].includes(job.state)) {
        throw new LinekeeperError('JOB_STATE_INVALID', `the credentials are given once, and the job is ${job.state}`, {
          details: { state: job.state },
        });
      }
      await db.write(async (tx) => {
        if (!(await takeCredentials(tx, id))) {
          const message =
            'the credentials of this import were taken already; rotate the secret of an extension instead';
          throw new LinekeeperError('CREDENTIALS_ALREADY_TAKEN', message);
        }
        const { companyId } = job;
        const action = 'import.credentials_taken';
        await recordAudit(tx, [{ actor, action, objectType: 'import', objectId: id, companyId }]);
      });
      return credentialsCsv(db, job);
    },
    async start() {
      await tidyFiles(engineDeps, engine);
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
