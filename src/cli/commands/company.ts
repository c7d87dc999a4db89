import { type Command, InvalidArgumentError } from 'commander';
import type { Company } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { findPbxes } from '../lookup.ts';
import { syncExit, syncWords, WAIT } from '../sync-words.ts';
import { table } from '../table.ts';

interface CreateOptions {
  name?: string;
  country: string;
  range: [string, string][];
  timezone: string;
  pbx?: string;
  trunk?: string;
  callerId?: string;
  emergency?: string[];
}

export function addCompany(program: Command, bind: Bind): void {
  const company = program.command('company').description('tenants: they own extensions, numbers and users');

  company
    .command('create <slug>')
    .description('create a company')
    .requiredOption('--country <code>', 'ISO 3166, such as DE: how people dial')
    .requiredOption('--range <from-to...>', 'extension numbers, such as 1000-1999; may be repeated', rangeOf)
    .option('--name <name>', 'default: the slug')
    .option('--timezone <zone>', 'IANA name', Intl.DateTimeFormat().resolvedOptions().timeZone)
    .option('--pbx <name>', 'the PBX that it lives on; may be left out when there is one')
    .option('--trunk <endpoint>', 'PJSIP endpoint for calls to the outside')
    .option('--caller-id <e164>', 'number shown on calls to the outside')
    .option('--emergency <number...>', 'numbers that every extension may always dial')
    .action(
      bind(async ({ api, terminal }, slug: string, options: CreateOptions) => {
        const [pbx, ...others] = await findPbxes(api, options.pbx);
        const pbxId = others.length === 0 ? pbx?.id : undefined;
        const body = {
          slug,
          name: options.name ?? slug,
          country: options.country,
          timezone: options.timezone,
          ranges: options.range,
          pbxId,
          trunk: options.trunk,
          outgoingCallerId: options.callerId,
          emergencyNumbers: options.emergency,
        };
        const made = await api.call<Company>('POST', '/companies', { body, headers: WAIT });
        terminal.result(made, `company ${made.slug} created, ${syncWords(made.sync)}`);
        return syncExit(made.sync);
      }),
    );

  company
    .command('list')
    .description('list companies')
    .action(
      bind(async ({ api, terminal }) => {
        const all = await api.all<Company>('/companies');
        const rows = all.map((one) => [
          one.slug,
          one.name,
          one.ranges.map(([from, to]) => `${from}-${to}`).join(' '),
          one.country,
          one.timezone,
          String(one.counts.extensions),
          String(one.counts.numbers),
          one.sync.state,
        ]);
        const header = ['slug', 'name', 'ranges', 'country', 'time zone', 'extensions', 'numbers', 'sync'];
        terminal.result(all, table(header, rows));
      }),
    );
}

function rangeOf(text: string, before: [string, string][] = []): [string, string][] {
  const match = /^([0-9]{2,10})-([0-9]{2,10})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('A range is written like 1000-1999.');
  return [...before, [match[1] as string, match[2] as string]];
}
