import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { v7 as uuid } from 'uuid';
import type { ExistingStrategy } from '../domain/extension-row.ts';
import type { Permission } from '../domain/permission.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Caller } from '../store/caller.ts';
import { countryOf } from '../store/job-numbers.ts';
import { createJob, findJob, type JobRecord } from '../store/jobs.ts';
import { type DryRunError, type DryRunSummary, dryRun } from './dry-run.ts';
import { failedCsv } from './failed-rows.ts';
import { convertUpload, OWN_SOURCE } from './formats/convert.ts';
import type { ConversionReport } from './formats/report.ts';
import type { ImportDeps } from './import-deps.ts';
import { importNeeds } from './import-run.ts';
import { type ImportView, importView } from './import-view.ts';
import { inspect } from './inspect.ts';
import type { Jobs } from './jobs/jobs.ts';
import { type CellOptions, IMPORT, type ImportOptions, type ListMode, optionsOf } from './options.ts';
import type { ImportTableName } from './tables/shape.ts';

interface Upload extends CellOptions {
  companyId: string;
  actor: string;
  /** undefined: as the header says. */
  table?: ImportTableName | undefined;
  /** undefined: `fail` for extensions, `update` for everything else. */
  strategy?: ExistingStrategy | undefined;
  allowWeakPins: boolean;
  lists?: ListMode | undefined;
  createGroups?: boolean | undefined;
  /** Looks at what the import will need; what it throws refuses the file. */
  judge?: ((needs: readonly Permission[]) => void) | undefined;
  /** What the uploader calls the file. */
  name: string | null;
  body: AsyncIterable<Uint8Array>;
  /** The rows are endpoints of the PBX itself, read by us. */
  isAdopting?: true;
}

/** What is special about the jobs that import a file. Callers have judged who may see which company. */
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
  /** Yields errors as they are found, returns the counts and the plan. @throws JOB_STATE_INVALID once the import began */
  dryRun(id: string, caller: Caller, signal: AbortSignal): Promise<AsyncGenerator<DryRunError[], DryRunSummary>>;
  /** What could not be carried over from another system's file. @throws NOT_FOUND when it was kept long enough */
  report(id: string): Promise<ConversionReport>;
  /** @throws NOT_FOUND when no row failed, or the file was kept long enough */
  failedCsv(id: string): Promise<AsyncIterable<string | Uint8Array>>;
}

/** What a PBX has in its own pjsip.conf, adopted. */
const PBX_SOURCE = 'pbx';

/** Sources that have nothing to tell of. */
const TITLES: Record<string, string> = {
  linekeeper: 'Linekeeper CSV',
  'json-lines': 'JSON Lines',
  [PBX_SOURCE]: 'The PBX',
};

export function createImports(deps: ImportDeps, jobs: Jobs): Imports {
  const { db, files, limits } = deps;

  const mustFind = async (id: string): Promise<JobRecord> => {
    const job = await findJob(db.read, id);
    if (job === undefined || job.type !== IMPORT) throw new LinekeeperError('NOT_FOUND', 'there is no such import');
    return job;
  };
  const view = async (job: JobRecord): Promise<ImportView> => importView(job, await jobs.view(job));

  return {
    maxBytes: limits.maxBytes,
    async upload({ companyId, actor, body, table: wanted, judge, ...choices }) {
      const id = uuid();
      const { bytes, charset } = await files.receive(id, body, limits.maxBytes);
      try {
        const country = (await countryOf(db, companyId)) ?? '';
        const from = await convertUpload(files, id, charset, { country, maxRows: limits.maxRows, table: wanted });
        const source = choices.isAdopting === true ? PBX_SOURCE : from.source;
        const { notes } = from;
        const known = { table: from.table ?? wanted, format: from.format };
        const found = await inspect(files.upload(id), charset, limits.maxRows, known);
        const { table, format, columns, rows, unnumbered } = found;
        const {
          strategy = table === 'extensions' ? 'fail' : 'update',
          lists = 'replace',
          createGroups = false,
        } = choices;
        // Empty cells of a converted file are such as the other system has no value for.
        const emptyCells = from.source === OWN_SOURCE ? (choices.emptyCells ?? 'keep') : 'keep';
        const options: ImportOptions = {
          ...{ ...format, ...choices, strategy, lists, createGroups, emptyCells },
          ...{ bytes, columns, unnumbered, source, notes },
        };
        judge?.(importNeeds({ kind: table, options: JSON.stringify(options) }));
        await db.write(async (tx) => {
          await createJob(tx, {
            ...{ id, type: IMPORT, kind: table, companyId, actor, total: rows },
            options: JSON.stringify(options),
            limits: '{}',
          });
          const details = { table, rows, name: choices.name, source };
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
      const { items, total } = await jobs.list({ ...query, type: IMPORT });
      return { items: await Promise.all(items.map(view)), total };
    },
    async dryRun(id, caller, signal) {
      const job = await mustFind(id);
      if (job.state !== 'ready') {
        throw new LinekeeperError('JOB_STATE_INVALID', `an import that is ${job.state} has no dry run`, {
          details: { state: job.state },
        });
      }
      return dryRun(deps, job, caller, signal);
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
  };
}
