import type { Command } from 'commander';
import type { ForeignEndpoint, Import, ImportDryRun } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';
import { dryRunText, outcomeText } from '../import-text.ts';
import { findCompany, findPbx } from '../lookup.ts';
import { sectionsText } from '../sections-text.ts';
import { table } from '../table.ts';

interface AdoptOptions {
  all?: boolean;
  company?: string;
  dryRun?: boolean;
}

interface Foreign {
  items: ForeignEndpoint[];
  total: number;
}

export function addPbxAdopt(pbx: Command, bind: Bind): void {
  pbx
    .command('foreign <name>')
    .description("list the endpoints of a PBX's own pjsip.conf, and whether they can be adopted")
    .action(
      bind(async ({ api, terminal }, name: string) => {
        const { id } = await findPbx(api, name);
        const { items } = await api.call<Foreign>('GET', `/pbxes/${id}/foreign-endpoints`);
        const rows = items.map((item) => [
          item.name,
          item.state,
          item.displayName ?? '',
          item.codecs.join(' '),
          item.hasMailbox ? 'mailbox' : '',
          wordsOf(item),
        ]);
        const text = table(['endpoint', 'state', 'name', 'codecs', '', ''], rows);
        terminal.result(items, [text, ...sectionsText(items)].join('\n'));
      }),
    );

  pbx
    .command('adopt <name> [endpoints...]')
    .description("make extensions of a PBX's own endpoints, with the same user names and secrets; their phones go on")
    .option('--all', 'everything that the company can have')
    .option('--company <slug>', 'may be left out when it is clear')
    .option('--dry-run', 'show every error and what the PBX would be told; write nothing')
    .action(
      bind(async ({ api, terminal }, name: string, endpoints: string[], options: AdoptOptions) => {
        if ((endpoints.length === 0) === (options.all !== true)) {
          throw new CliError('ENDPOINTS_OR_ALL', 'name endpoints, or say --all', {
            advice: `\`linekeeper pbx foreign ${name}\` shows them.`,
          });
        }
        const { id } = await findPbx(api, name);
        const { id: companyId } = await findCompany(api, options.company);
        const body = { companyId, ...(options.all === true ? { all: true } : { endpoints }) };
        if (options.dryRun === true) {
          const report = await api.call<ImportDryRun>('POST', `/pbxes/${id}/adopt?dryRun=true`, { body });
          await api.call('POST', `/imports/${report.import.id}/cancel`);
          terminal.result(report, dryRunText(report));
          return report.summary.failed > 0 ? EXIT.differences : EXIT.ok;
        }
        const started = await api.call<Import>('POST', `/pbxes/${id}/adopt?start=true`, { body });
        const ended = await followJob<Import>(api, terminal, started.id, 'imports');
        const { items } = await api.call<Foreign>('GET', `/pbxes/${id}/foreign-endpoints`);
        const chosen = items.filter((one) => options.all === true || endpoints.includes(one.name));
        const undo = `take it back: linekeeper imports undo ${ended.id}`;
        terminal.result(ended, [outcomeText(ended), ...sectionsText(chosen), undo].join('\n'));
        if (ended.state === 'failed') return EXIT.error;
        return ended.failed > 0 || ended.state !== 'done' ? EXIT.differences : EXIT.ok;
      }),
    );
}

function wordsOf({ state, companyIds, obstacles }: ForeignEndpoint): string {
  if (state === 'waiting') return 'ours is in force; its sections are to be taken out';
  if (state === 'adopted') return '';
  if (companyIds.length > 0) return 'can be adopted';
  return obstacles.map(({ message }) => message).join('; ');
}
