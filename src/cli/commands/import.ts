import type { Command } from 'commander';
import type { Import, ImportDryRun } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { addOutputOptions, download, type OutputOptions } from '../download.ts';
import { EXIT } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { type ImportFileOptions, saveImportFiles } from '../import-files.ts';
import { openSource } from '../import-source.ts';
import { dryRunText, notesText, outcomeText } from '../import-text.ts';
import { findCompany } from '../lookup.ts';

interface ImportOptions extends ImportFileOptions {
  company?: string;
  table?: string;
  strategy?: string;
  createGroups?: boolean;
  lists?: string;
  dryRun?: boolean;
  forceWeakPins?: boolean;
  allowWeakSecrets?: boolean;
  emptyCells?: string;
  wait?: boolean;
}

export function addImport(program: Command, bind: Bind): void {
  const command = program.command('import <files...>');
  command
    .description(
      'create or change users, extensions, groups and more from a file ("-": standard input): CSV, JSON Lines, an export of FreePBX, FusionPBX, 3CX or Yeastar, or pjsip.conf and voicemail.conf',
    )
    .option('--company <slug>', 'may be left out when it is clear')
    .option('--table <table>', 'what the file is about: users, extensions ...; default: its header says so')
    .option('--strategy <strategy>', 'for what exists already: update, skip or fail')
    .option('--create-groups', 'create the groups that the file names and nobody has')
    .option('--lists <mode>', 'replace: a cell of groups or roles names all of them (default); add: some more')
    .option('--dry-run', 'show every error and what the PBX would be told; write nothing')
    .option('--force-weak-pins', 'take PINs that are easily guessed')
    .option('--allow-weak-secrets', 'take SIP secrets of another system that are short or have other characters')
    .option('--empty-cells <mode>', 'keep: an empty cell changes nothing (default); clear: it clears')
    .option('--wait', 'until it has ended, with a progress bar')
    .option('--result <file>', 'save what happened to each row; waits')
    .option('--failed <file>', 'save the failed rows, to be corrected and sent again; waits')
    .option('--credentials <file>', 'save the secrets and PINs that were made, given once; waits')
    .action(
      bind(async ({ api, terminal }, files: string[], options: ImportOptions) => {
        const { body, name } = await openSource(files);
        const companyId = (await findCompany(api, options.company)).id;
        const query = {
          companyId,
          table: options.table,
          strategy: options.strategy,
          createGroups: options.createGroups,
          lists: options.lists,
          allowWeakPins: options.forceWeakPins,
          allowWeakSecrets: options.allowWeakSecrets,
          emptyCells: options.emptyCells,
          name,
        };
        if (options.dryRun === true) {
          const report = await api.upload<ImportDryRun>('/imports', { ...query, dryRun: true }, body);
          await api.call('POST', `/imports/${report.import.id}/cancel`);
          terminal.result(report, dryRunText(report) + notesText(report.import));
          return report.summary.failed > 0 ? EXIT.differences : EXIT.ok;
        }
        const started = await api.upload<Import>('/imports', { ...query, start: true }, body);
        const { result, failed, credentials } = options;
        const isToWait = options.wait === true || [result, failed, credentials].some((name) => name !== undefined);
        if (!isToWait) {
          const text = `import ${started.id} started, ${started.total} rows; linekeeper imports show ${started.id}`;
          terminal.result(started, text + notesText(started));
          return EXIT.ok;
        }
        const ended = await followJob<Import>(api, terminal, started.id, 'imports');
        const saved = await saveImportFiles(api, ended, options);
        terminal.result(ended, [outcomeText(ended) + notesText(ended), ...saved].join('\n'));
        if (ended.state === 'failed') return EXIT.error;
        return ended.failed > 0 || ended.state !== 'done' ? EXIT.differences : EXIT.ok;
      }),
    );

  addOutputOptions(command.command('template <table>'))
    .description('an empty file with all columns of a table and a word on each')
    .action(
      bind((cli, table: string, options: OutputOptions) =>
        download(cli, `/imports/template?table=${encodeURIComponent(table)}`, options),
      ),
    );
}
