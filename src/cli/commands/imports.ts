import type { Command } from 'commander';
import type { Import, ImportReport } from '../api/views.ts';
import type { Bind, Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { type ImportFileOptions, saveImportFiles } from '../import-files.ts';
import { outcomeText, reportText } from '../import-text.ts';
import { findCompany } from '../lookup.ts';
import { progressLine } from '../progress-bar.ts';
import { table } from '../table.ts';
import { ago } from '../words.ts';

const ACTIONS = {
  pause: 'pause an import after the rows that are being written',
  resume: 'go on with a paused import',
  cancel: 'end an import; what is written stays',
  undo: 'take back what an import did, but nothing that was changed since',
} as const;

export function addImports(program: Command, bind: Bind): void {
  const imports = program.command('imports').description('imports that were started');

  imports
    .command('list', { isDefault: true })
    .description('list imports, newest first')
    .option('--company <slug>')
    .action(
      bind(async ({ api, terminal }, options: { company?: string }) => {
        const companyId = options.company === undefined ? undefined : (await findCompany(api, options.company)).id;
        const all = await api.all<Import>('/imports', { companyId });
        const rows = all.map((job) => [
          job.id,
          job.name ?? '',
          job.isQueued ? 'queued' : job.state,
          `${job.processed}/${job.total}`,
          String(job.created),
          String(job.updated),
          String(job.failed),
          ago(job.createdAt),
        ]);
        terminal.result(all, table(['id', 'file', 'state', 'rows', 'created', 'updated', 'failed', 'when'], rows));
      }),
    );

  imports
    .command('report <id>')
    .description('what of another system could not be carried over')
    .action(
      bind(async ({ api, terminal }, id: string) => {
        const report = await api.call<ImportReport>('GET', `/imports/${encodeURIComponent(id)}/report`);
        terminal.result(report, reportText(report));
      }),
    );

  imports
    .command('show <id>')
    .description('how far an import is, and its files')
    .option('--wait', 'until it has ended')
    .option('--result <file>', 'save what happened to each row')
    .option('--failed <file>', 'save the failed rows')
    .option('--credentials <file>', 'save the secrets and PINs that were made, given once')
    .action(
      bind(async (cli, id: string, options: ImportFileOptions & { wait?: boolean }) => {
        const { api, terminal } = cli;
        const path = `/imports/${encodeURIComponent(id)}`;
        const job =
          options.wait === true
            ? await followJob<Import>(api, terminal, id, 'imports')
            : await api.call<Import>('GET', path);
        const saved = await saveImportFiles(api, job, options);
        const lines = job.state === 'running' ? [progressLine(job)] : [];
        terminal.result(job, [outcomeText(job), ...lines, ...saved].join('\n'));
        return exitOf(job);
      }),
    );

  for (const [action, description] of Object.entries(ACTIONS)) {
    imports
      .command(`${action} <id>`)
      .description(description)
      .option('--wait', 'until it has ended')
      .action(bind((cli, id: string, options: { wait?: boolean }) => act(cli, action, id, options.wait === true)));
  }
}

async function act({ api, terminal }: Cli, action: string, id: string, isToWait: boolean): Promise<number> {
  let job = await api.call<Import>('POST', `/imports/${encodeURIComponent(id)}/${action}`);
  if (isToWait) job = await followJob<Import>(api, terminal, id, 'imports');
  terminal.result(job, outcomeText(job));
  return exitOf(job);
}

function exitOf(job: Import): number {
  if (job.state === 'failed') return EXIT.error;
  const left = job.state === 'undone' ? job.undoRefused : job.failed;
  return left > 0 ? EXIT.differences : EXIT.ok;
}
