import { guardValue } from './csv/guard.ts';
import { BOM, csvLine } from './csv/write.ts';
import type { DryRunError, DryRunSummary } from './dry-run.ts';
import type { ImportView } from './import-view.ts';

type DryRun = AsyncGenerator<DryRunError[], DryRunSummary>;

/**
 * The report as it is found: 100,000 errors never stand in memory. The counts come last, because they are known last.
 * An error of the run ends the text in the middle, so that no half report passes for a whole one.
 */
export async function* dryRunJson(view: ImportView, run: DryRun): AsyncGenerator<string, void> {
  yield `{"import":${JSON.stringify(view)},"errors":[`;
  let separator = '';
  for (;;) {
    const { value, done } = await run.next();
    if (done === true) {
      yield `],"summary":${JSON.stringify(value)}}`;
      return;
    }
    yield separator + value.map((error) => JSON.stringify(error)).join(',');
    separator = ',';
  }
}

/** The errors alone, for a spreadsheet. */
export async function* dryRunCsv(view: ImportView, run: DryRun): AsyncGenerator<string, void> {
  const { delimiter } = view.file;
  yield BOM + csvLine(['line', 'extension', 'column', 'code', 'message'], delimiter);
  for await (const errors of run) {
    let text = '';
    for (const { line, extension, column, code, message } of errors) {
      const cells = [extension ?? '', column, code, message].map(guardValue);
      text += csvLine([String(line), ...cells], delimiter);
    }
    yield text;
  }
}
