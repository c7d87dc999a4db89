import type { Database } from '../store/database.ts';
import { type JobRowRecord, jobRows } from '../store/job-rows.ts';
import type { JobRecord } from '../store/jobs.ts';
import type { CellError } from './cell.ts';
import { ERROR_COLUMNS } from './columns.ts';
import { guardRaw, guardValue } from './csv/guard.ts';
import { BOM, csvLine } from './csv/write.ts';
import { optionsOf } from './options.ts';
import { openTable } from './records.ts';
import { shapeOfJob } from './tables/shapes.ts';

const PAGE = 1000;

/**
 * The rows that failed, with their own columns and the very text of their cells, and why. Corrected, the file can be
 * sent again: an import does not read the added columns. Reads the upload once, beside the results, both in their order.
 */
export async function* failedCsv(db: Database, job: JobRecord, upload: string): AsyncGenerator<string, void> {
  const options = optionsOf(job);
  const { header, batches } = await openTable(upload, options, () => shapeOfJob(job));
  // A file that is a corrected failed.csv itself already has the error columns: they would stand there twice.
  const kept = header.names.flatMap((name, i) => (isErrorColumn(name) ? [] : [i]));
  const names = kept.map((i) => guardRaw(header.names[i] ?? ''));
  yield BOM + csvLine([...names, ...ERROR_COLUMNS], options.delimiter);
  const failures = failedRows(db, job.id);
  let failure = (await failures.next()).value;
  for await (const batch of batches) {
    let text = '';
    for (const { line, cells } of batch) {
      if (failure === undefined) break;
      if (line !== failure.line) continue;
      const errors = (failure.errors ?? []) as CellError[];
      const row = isWide(cells, header.names.length) ? [...cells] : kept.map((i) => cells[i] ?? '');
      text += csvLine([...row.map(guardRaw), ...errorCells(line, errors)], options.delimiter);
      failure = (await failures.next()).value;
    }
    if (text !== '') yield text;
    if (failure === undefined) return;
  }
}

/** A row with too many cells is given back whole, so that nothing of it is lost: its fault is what is to be corrected. */
function isWide(cells: readonly string[], width: number): boolean {
  return cells.length > width && cells.slice(width).some((cell) => cell.trim() !== '');
}

function isErrorColumn(name: string): boolean {
  return (ERROR_COLUMNS as readonly string[]).includes(name.trim().toLowerCase());
}

export function errorCells(line: number, errors: readonly CellError[]): string[] {
  const text = errors.map(({ column, message }) => (column === '' ? message : `${column}: ${message}`)).join('; ');
  return [String(line), errors.map(({ code }) => code).join(' '), guardValue(text)];
}

async function* failedRows(db: Database, jobId: string): AsyncGenerator<JobRowRecord, undefined> {
  let after = 0;
  for (;;) {
    const page = await jobRows(db, jobId, { after, limit: PAGE, results: ['failed'] });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return undefined;
    after = last.line;
  }
}
