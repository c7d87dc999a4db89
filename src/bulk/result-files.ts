import type { Database } from '../store/database.ts';
import { type Credential, credentialPage } from '../store/job-credentials.ts';
import { jobRows } from '../store/job-rows.ts';
import type { JobRecord } from '../store/jobs.ts';
import type { CellError } from './cell.ts';
import { guardValue } from './csv/guard.ts';
import { BOM, csvLine } from './csv/write.ts';
import { errorCells } from './failed-rows.ts';
import { optionsOf } from './options.ts';

const PAGE = 1000;

/** What happened to each row that has a result. */
export async function* resultCsv(db: Database, job: JobRecord): AsyncGenerator<string, void> {
  const delimiter = delimiterOf(job);
  yield BOM +
    csvLine(
      [
        'line',
        job.type === 'import' && job.kind === 'extensions' ? 'extension' : 'name',
        'result',
        'error_codes',
        'error_text',
      ],
      delimiter,
    );
  for (let after: number | undefined = 0; after !== undefined; ) {
    const rows = await jobRows(db, job.id, { after, limit: PAGE });
    let text = '';
    for (const { line, name, result, errors } of rows) {
      const [at, codes, words] = errorCells(line, (errors ?? []) as CellError[]);
      text += csvLine([at!, guardValue(name ?? ''), result, codes!, words!], delimiter);
    }
    yield text;
    after = rows.length < PAGE ? undefined : rows.at(-1)?.line;
  }
}

/** An import makes extensions with one account each; an action may have to do with any of them. */
const CREDENTIAL_COLUMNS: Record<JobRecord['type'], readonly (keyof typeof CELLS)[]> = {
  import: ['extension', 'display_name', 'user', 'username', 'secret', 'pin'],
  action: ['extension', 'display_name', 'user', 'account', 'former_username', 'username', 'secret', 'pin'],
};
const CELLS = {
  extension: ({ extension }: Credential) => extension,
  display_name: ({ displayName }: Credential) => displayName,
  user: ({ user }: Credential) => user ?? '',
  account: ({ account }: Credential) => String(account),
  former_username: ({ formerUsername }: Credential) => formerUsername ?? '',
  username: ({ username }: Credential) => username,
  secret: ({ secret }: Credential) => secret ?? '',
  pin: ({ pin }: Credential) => pin ?? '',
};

/** What phones and their owners need of what the job did. Whoever streams it must have taken it: it is given once. */
export async function* credentialsCsv(db: Database, job: JobRecord): AsyncGenerator<string, void> {
  const delimiter = delimiterOf(job);
  const columns = CREDENTIAL_COLUMNS[job.type];
  yield BOM + csvLine(columns, delimiter);
  const until = (job.finishedAt ?? new Date()).getTime();
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { items, next } = await credentialPage(db, job.id, { after, limit: PAGE, until });
    let text = '';
    for (const item of items) {
      const cells = columns.map((column) => CELLS[column](item));
      text += csvLine(cells.map(guardValue), delimiter);
    }
    yield text;
    after = next;
  }
}

function delimiterOf(job: JobRecord): string {
  return job.type === 'import' ? optionsOf(job).delimiter : ',';
}
