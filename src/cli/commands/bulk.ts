import type { Command } from 'commander';
import type { Api } from '../api/client.ts';
import type { Job, JobDryRun, MassAction, Preview } from '../api/job-views.ts';
import { askYes, mustBeAskable } from '../ask.ts';
import { paramsOf } from '../bulk-params.ts';
import { withIds } from '../bulk-references.ts';
import { type SelectionOptions, selectionOf } from '../bulk-selection.ts';
import { actionsText, previewText } from '../bulk-text.ts';
import type { Bind, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { dryRunText } from '../import-text.ts';
import { jobExit, jobText } from '../job-text.ts';
import { findCompany } from '../lookup.ts';

interface BulkOptions extends SelectionOptions {
  set?: string[];
  params?: string;
  company?: string;
  canary?: number;
  maxErrorShare?: number;
  rate?: number;
  name?: string;
  dryRun?: boolean;
  yes?: boolean;
  wait?: boolean;
}

export function addBulk(program: Command, bind: Bind): void {
  const bulk = program.command('bulk').description('do one thing to many; shows what would change and asks');

  bulk
    .argument('<action>', 'such as disable-users; `linekeeper bulk list` shows all with their parameters')
    .option('--all', 'to all there are in the company')
    .option('--filter <name=value...>', "to what the list's filters find: state=active, groupId=...")
    .option('--q <text>', 'to what the search of the list finds; with --filter to what fits both')
    .option('--ids <ids>', 'to these, joined by commas')
    .option('--usernames <names>', 'to these users, joined by commas')
    .option('--numbers <numbers>', 'to these extensions, joined by commas')
    .option('--ids-from <file>', 'one a line; "-" is standard input, here and below')
    .option('--usernames-from <file>')
    .option('--numbers-from <file>')
    .option(
      '--set <name=value...>',
      'parameters of the action; "-" is none; group=, team=, label=kind:, role=, site= by name',
    )
    .option('--params <json>', 'the same as a JSON object')
    .option('--company <slug>', 'may be left out when it is clear')
    .option('--canary <n>', 'pause after the first n, for a look', numberOf('--canary'))
    .option('--max-error-share <share>', 'pause when more than this share fails: 0.05', numberOf('--max-error-share'))
    .option('--rate <n>', 'at most n a second', numberOf('--rate'))
    .option('--name <text>', 'what you call it')
    .option('--dry-run', 'try it with all of them and write nothing')
    .option('--yes', 'do not ask')
    .option('--wait', 'follow it to its end, with a progress bar (the default)')
    .option('--no-wait', 'start it and leave')
    .action(bind(run));

  bulk
    .command('list [action]')
    .description('what can be done to many, and what each action takes')
    .action(
      bind(async ({ api, terminal }, name: string | undefined) => {
        const found = name === undefined ? await actionsOf(api) : [await findAction(api, name)];
        terminal.result(found, actionsText(found));
      }),
    );
}

async function run(cli: Cli, name: string, options: BulkOptions): Promise<number> {
  const { api, terminal } = cli;
  const isToAsk = options.yes !== true && options.dryRun !== true;
  if (isToAsk) mustBeAskable('say --yes when you mean it, --dry-run to look first');
  const action = await findAction(api, name);
  const company = await findCompany(api, options.company);
  const sets = await withIds(api, company, action.params, options.set ?? []);
  const params = paramsOf(action, sets, options.params);
  const selection = await selectionOf(api, action, company.id, options);
  const limits = { canary: options.canary, maxErrorShare: options.maxErrorShare, rowsPerSecond: options.rate };
  const body = { companyId: company.id, action: name, params, selection, limits, name: options.name };
  const { id } = await api.call<Job>('POST', '/jobs', { body });
  if (options.dryRun === true) return tried(cli, action, id);

  const { token } = await unlessRefused(api, id, async () => {
    const preview = await api.call<Preview>('POST', `/jobs/${id}/preview`);
    if (isToAsk || !terminal.isJson) terminal.note(previewText(action, preview, terminal.columns()));
    if (isToAsk) await askYes('Start?', 'nothing was changed');
    return preview;
  });
  const started = await api.call<Job>('POST', `/jobs/${id}/start`, { body: { token } });
  if (options.wait === false) {
    terminal.result(started, `${name} started, job ${id}; follow it: linekeeper jobs follow ${id}`);
    return EXIT.ok;
  }
  const job = await followJob<Job>(api, terminal, id, 'jobs');
  terminal.result(job, jobText(job));
  return jobExit(job);
}

/** All of it, rolled back: the sample of the preview, and every error. */
async function tried({ api, terminal }: Cli, action: MassAction, id: string): Promise<number> {
  const { preview, report } = await unlessRefused(api, id, async () => ({
    preview: await api.call<Preview>('POST', `/jobs/${id}/preview`),
    report: await api.call<JobDryRun>('POST', `/jobs/${id}/dry-run`),
  }));
  await cancel(api, id);
  const { sample, plan: _, ...counts } = preview;
  const shown = {
    ...counts,
    sample: sample.filter(({ errors }) => errors.length === 0),
    plan: { counts: {}, sample: [] },
  };
  const text = `${previewText(action, shown, terminal.columns())}\n${dryRunText(report)}`;
  terminal.result({ ...report, sample }, text);
  return report.summary.failed > 0 ? EXIT.differences : EXIT.ok;
}

/** A job that was prepared and will not be started does not stay around. */
async function unlessRefused<T>(api: Api, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await cancel(api, id).catch(() => {});
    throw error;
  }
}

function cancel(api: Api, id: string): Promise<unknown> {
  return api.call('POST', `/jobs/${id}/cancel`);
}

async function actionsOf(api: Api): Promise<MassAction[]> {
  return (await api.call<{ items: MassAction[] }>('GET', '/mass-actions')).items;
}

async function findAction(api: Api, name: string): Promise<MassAction> {
  const found = (await actionsOf(api)).find((action) => action.name === name);
  if (found !== undefined) return found;
  throw new CliError('NOT_FOUND', `there is no action ${name}`, { advice: '`linekeeper bulk list` shows all.' });
}

function numberOf(option: string) {
  return (text: string): number => {
    if (/^\d{1,7}(\.\d{1,6})?$/.test(text)) return Number(text);
    throw new CliError('USAGE', `${option} ${text}: must be a number`);
  };
}
