import type { Permission } from '../domain/permission.ts';
import { LinekeeperError } from '../errors.ts';
import { companyFacts } from '../store/job-numbers.ts';
import { insertJobRows, lastLine } from '../store/job-rows.ts';
import type { JobRecord } from '../store/jobs.ts';
import { countsOf, toJobRow } from './apply-rows.ts';
import type { Header } from './header.ts';
import { normalise } from './header.ts';
import type { ImportDeps } from './import-deps.ts';
import { createChunks } from './jobs/chunk.ts';
import type { Run } from './jobs/kind.ts';
import { type CellOptions, optionsOf } from './options.ts';
import { chunksOf } from './records.ts';
import type { ParsedRow } from './row.ts';
import { shapeOfJob } from './tables/shapes.ts';
import type { CompanyFacts } from './tables/table.ts';

/** What whoever starts an import must hold, by its table and the columns it has. */
export function importNeeds(job: Pick<JobRecord, 'kind' | 'options'>): Permission[] {
  const columns = new Set(optionsOf(job).columns.map(normalise));
  return ['imports:write', ...shapeOfJob(job).needs(columns)];
}

/** What a writer says of somebody's rights, or of one object, is about a row; everything else is about the whole import. */
const OF_A_ROW = new Set(['FORBIDDEN', 'RIGHTS_NOT_HELD', 'LAST_ADMINISTRATOR', 'REFERENCE_INVALID', 'CONFLICT']);

/** Writes the rows that have no result yet; goes on behind the last result. */
export async function runImport(deps: ImportDeps, run: Run): Promise<void> {
  const { job } = run;
  const table = deps.tables[shapeOfJob(job).name];
  const company = await companyOf(deps, job);
  const apply = await table.open(deps, job, company);
  const chunks = createChunks<ParsedRow<unknown>>(deps, run, importNeeds(job), {
    async write(tx, caller, rows) {
      const applied = await apply(tx, caller, rows);
      await insertJobRows(tx, job.id, applied.outcomes.map(toJobRow));
      const committed = () => {
        applied.keep();
        table.committed?.();
      };
      return { counts: countsOf(applied.outcomes), committed };
    },
    refuse(row, fault) {
      if (row.row === undefined) return undefined;
      return { ...row, row: undefined, errors: [...row.errors, { column: '', ...fault }] };
    },
    blames: (code) => OF_A_ROW.has(code),
  });
  const after = await lastLine(deps.db, job.id);
  const size = () => run.brakes.nextRows();
  const reader = {
    shape: table.shape,
    parser: (header: Header, cells: CellOptions) => table.parser(header, company, cells),
  };
  for await (const rows of chunksOf(deps.files.upload(job.id), optionsOf(job), reader, { after, size })) {
    await chunks.commit(rows);
  }
}

/** @throws NOT_FOUND when the company is gone */
export async function companyOf({ db }: Pick<ImportDeps, 'db'>, job: JobRecord): Promise<CompanyFacts> {
  const company = await companyFacts(db, job.companyId);
  if (company !== undefined) return company;
  throw new LinekeeperError('NOT_FOUND', 'the company of this import no longer exists');
}
