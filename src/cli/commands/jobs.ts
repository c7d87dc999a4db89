import type { Command } from 'commander';
import type { Page } from '../api/client.ts';
import type { Job, JobRow } from '../api/job-views.ts';
import type { Bind, Cli } from '../cli.ts';
import { addOutputOptions, download, type OutputOptions } from '../download.ts';
import { EXIT } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { jobExit, jobText, stateWords } from '../job-text.ts';
import { limitOf } from '../list-options.ts';
import { findCompany } from '../lookup.ts';
import { table } from '../table.ts';
import { inert } from '../text-width.ts';
import { ago, number } from '../words.ts';

const STEPS = {
  pause: 'pause a job after the rows that are being written',
  resume: 'go on with a paused job',
  cancel: 'end a job; what is done stays',
  undo: 'take back what a job did, but nothing that was changed since',
} as const;

interface ListOptions {
  company?: string;
  type?: string;
  kind?: string;
  state?: string;
  limit: number;
}

export function addJobs(program: Command, bind: Bind): void {
  const jobs = program.command('jobs').description('imports and mass actions that were started');

  jobs
    .command('list', { isDefault: true })
    .description('the newest first')
    .option('--company <slug>')
    .option('--type <type>', 'import or action')
    .option('--kind <name>', 'an action, or the table of an import')
    .option('--state <states>', 'such as running,paused')
    .option('--limit <n>', 'so many', limitOf, 50)
    .action(
      bind(async ({ api, terminal }, { company, type, kind, state, limit }: ListOptions) => {
        const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
        const query = { companyId, type, kind, state, limit };
        const { items } = await api.call<Page<Job>>('GET', '/jobs', { query });
        const rows = items.map((job) => [
          job.id,
          job.type === 'import' ? `import of ${job.kind}` : job.kind,
          stateWords(job),
          `${number(job.processed)}/${number(job.total)}`,
          number(job.created + job.updated),
          number(job.failed),
          inert(job.actor),
          ago(job.createdAt),
        ]);
        terminal.result(items, table(['id', 'what', 'state', 'rows', 'changed', 'failed', 'by', 'when'], rows));
      }),
    );

  jobs
    .command('show <id>')
    .description('how far a job is, why it is paused, and what can be done')
    .action(
      bind(async ({ api, terminal }, id: string) => {
        const job = await api.call<Job>('GET', `/jobs/${encodeURIComponent(id)}`);
        terminal.result(job, jobText(job));
        return ['ready', 'running', 'canceling', 'undoing'].includes(job.state) ? EXIT.ok : jobExit(job);
      }),
    );

  jobs
    .command('follow <id>')
    .description('until it ends or is paused, with a progress bar; Ctrl-C leaves it alone')
    .action(bind((cli, id: string) => follow(cli, id)));

  for (const [step, description] of Object.entries(STEPS)) {
    jobs
      .command(`${step} <id>`)
      .description(description)
      .option('--wait', 'until it has ended')
      .action(
        bind(async (cli: Cli, id: string, { wait }: { wait?: boolean }) => {
          const job = await cli.api.call<Job>('POST', `/jobs/${encodeURIComponent(id)}/${step}`);
          if (wait === true) return follow(cli, id);
          cli.terminal.result(job, jobText(job));
          return EXIT.ok;
        }),
      );
  }

  jobs
    .command('rows <id>')
    .description('what happened to each row')
    .option('--result <results>', 'such as failed,skipped')
    .option('--limit <n>', 'so many', limitOf, 500)
    .action(
      bind(async ({ api, terminal }, id: string, query: { result?: string; limit: number }) => {
        const { items, total } = await api.call<Page<JobRow>>('GET', `/jobs/${encodeURIComponent(id)}/rows`, { query });
        const rows = items.flatMap(({ line, name, result, errors }) =>
          (errors.length === 0 ? [undefined] : errors).map((error) => [
            String(line),
            inert(name ?? ''),
            result,
            error?.column ?? '',
            error?.code ?? '',
            inert(error?.message ?? ''),
          ]),
        );
        const more =
          total > items.length ? `\n... and ${number(total - items.length)} more: linekeeper jobs result` : '';
        terminal.result(items, table(['row', 'name', 'result', 'field', 'code', 'why'], rows) + more);
      }),
    );

  addOutputOptions(jobs.command('result <id>'))
    .description('what happened to each row, as CSV')
    .action(
      bind((cli, id: string, options: OutputOptions) =>
        download(cli, `/jobs/${encodeURIComponent(id)}/result.csv`, options),
      ),
    );

  jobs
    .command('credentials <id>')
    .description('secrets that a job made, as CSV; given once')
    .requiredOption('-o, --output <file>', 'a file that only you may read (0600), or "-"')
    .option('--force', 'overwrite a file that is there')
    .action(
      bind((cli, id: string, options: OutputOptions) =>
        download(cli, `/jobs/${encodeURIComponent(id)}/credentials`, options),
      ),
    );
}

async function follow({ api, terminal }: Cli, id: string): Promise<number> {
  const job = await followJob<Job>(api, terminal, id, 'jobs');
  terminal.result(job, jobText(job));
  return jobExit(job);
}
