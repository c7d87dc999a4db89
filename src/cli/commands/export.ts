import { Argument, type Command, Option } from 'commander';
import { pairsOf } from '../bulk-selection.ts';
import type { Bind } from '../cli.ts';
import { addOutputOptions, download, type OutputOptions } from '../download.ts';
import { findCompany } from '../lookup.ts';

interface ExportOptions extends OutputOptions {
  company?: string;
  format: string;
  bom?: boolean;
  columns?: string;
  filter?: string[];
  q?: string;
}

const TABLES = ['users', 'groups', 'memberships', 'extensions', 'numbers', 'mailboxes', 'devices', 'call-records'];

export function addExport(program: Command, bind: Bind): void {
  addOutputOptions(program.command('export'))
    .description('a table as a file, as an import takes it')
    .addArgument(new Argument('<table>').choices(TABLES))
    .option('--company <slug>', 'may be left out when it is clear')
    .addOption(new Option('--format <format>').choices(['csv', 'jsonl']).default('csv'))
    .option('--bom', 'begin with a byte order mark: Excel takes the file as UTF-8')
    .option('--columns <names>', 'only these, joined by commas')
    .option('--filter <name=value...>', "what the list's filters find: state=active, groupId=...")
    .option('--q <text>', 'what the search of the list finds')
    .action(
      bind(async (cli, table: string, options: ExportOptions) => {
        const { company, format, bom, columns, filter = [], q } = options;
        const companyId = (await findCompany(cli.api, company)).id;
        const given = {
          ...pairsOf(filter, '--filter'),
          companyId,
          format,
          columns,
          q,
          bom: bom === true ? 'true' : undefined,
        };
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value);
        return download(cli, `/exports/${encodeURIComponent(table)}?${query}`, options);
      }),
    );
}
