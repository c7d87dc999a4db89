import type { DryRun, Import, ImportDryRun, ImportReport, JobProgress } from './api/views.ts';
import { table } from './table.ts';
import { count, number } from './words.ts';

/** `import <id> done, 3 of 3 rows: 2 created, 1 failed` */
export function outcomeText(job: JobProgress, word = 'import'): string {
  const counts = [
    [job.created, 'created'],
    [job.updated, 'updated'],
    [job.unchanged, 'unchanged'],
    [job.skipped, 'skipped'],
    [job.failed, 'failed'],
    [job.undone, 'undone'],
    [job.undoRefused, 'not undone, because they were changed since'],
  ] as const;
  const told = counts.filter(([n]) => n > 0).map(([n, what]) => `${number(n)} ${what}`);
  const error = job.error === null ? '' : `\n${job.error}`;
  const rest = told.length === 0 ? '' : `: ${told.join(', ')}`;
  return `${word} ${job.id} ${job.state}, ${number(job.processed)} of ${number(job.total)} rows${rest}${error}`;
}

/** A line of its own when something of another system's file could not be carried over. */
export function notesText({ id, source, notes }: Import): string {
  if (notes === 0) return '';
  return `\n${count(notes, 'note')} on what ${source} has and Linekeeper does not: linekeeper imports report ${id}`;
}

/** What could not be carried over, by line, then the columns that nobody read. */
export function reportText({ title, notes, rows, unread }: ImportReport): string {
  const told = table(
    ['line', 'column', 'what'],
    rows.map(({ line, column, message }) => [String(line), column, message]),
  );
  const columns = unread.map(({ name, rows: n }) => `  ${name} (${count(n, 'row')})`);
  return [
    title,
    ...(rows.length === 0 ? [] : [told]),
    ...(notes > rows.length ? [`and ${number(notes - rows.length)} more`] : []),
    ...(columns.length === 0 ? [] : ['not read:', ...columns]),
  ].join('\n');
}

export function dryRunText({ errors, summary }: DryRun | ImportDryRun): string {
  const head = `dry run, ${count(summary.rows, 'row')}: ${number(summary.created)} to create, ${number(
    summary.updated,
  )} to update, ${number(summary.unchanged)} unchanged, ${number(summary.skipped)} to skip, ${number(summary.failed)} wrong`;
  const parts = [head, ...planLines(summary.plan)];
  if (errors.length > 0) parts.push(errorTable(errors));
  return parts.join('\n');
}

/** What the PBX would be told, a line for each kind of thing. */
export function planLines({ counts }: DryRun['summary']['plan']): string[] {
  const lines = Object.entries(counts).map(([what, n]) => `  ${number(n)} x ${what}`);
  return lines.length === 0 ? [] : ['on the PBX:', ...lines];
}

/** Errors shown at once; the file of failed rows has all. */
const SHOWN = 50;

function errorTable(errors: DryRun['errors']): string {
  const rows = errors
    .slice(0, SHOWN)
    .map(({ line, name, column, code, message }) => [String(line), name ?? '', column, code, message]);
  const more = errors.length > SHOWN ? `\n... and ${number(errors.length - SHOWN)} more; --json shows all` : '';
  return `${table(['line', 'name', 'column', 'code', 'what is wrong'], rows)}${more}`;
}
