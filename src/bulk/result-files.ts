import type { Database } from '../store/database.ts';
import { credentialPage } from '../store/job-credentials.ts';
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

/** What phones and their owners need of what the job created. Whoever streams it must have taken it: it is given once. */
export async function* credentialsCsv(db: Database, job: JobRecord): AsyncGenerator<string, void> {
  const delimiter = delimiterOf(job);
  yield BOM + csvLine(['extension', 'display_name', 'user', 'username', 'secret', 'pin'], delimiter);
  const until = (job.finishedAt ?? new Date()).getTime();
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { items, next } = await credentialPage(db, job.id, { after, limit: PAGE, until });
    let text = '';
    for (const { extension, displayName, user, username, secret, pin } of items) {
      const cells = [extension, displayName, user ?? '', username, secret ?? '', pin ?? ''];
      text += csvLine(cells.map(guardValue), delimiter);
    }
    yield text;
    after = next;
  }
}

function delimiterOf(job: JobRecord): string {
  return job.type === 'import' ? optionsOf(job).delimiter : ',';
}
