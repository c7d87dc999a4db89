import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Query } from '../api/client.ts';
import type { CallRecord, CallRecordGap } from '../api/views.ts';
import type { Bind, Cli } from '../cli.ts';
import { limitOf, timeOf } from '../list-options.ts';
import { findCompany, findExtension, findUser } from '../lookup.ts';
import { saveFile } from '../save-file.ts';
import { table } from '../table.ts';

interface Filters {
  company?: string;
  extension?: string;
  user?: string;
  number?: string;
  direction?: string;
  disposition?: string;
  call?: string;
  minSeconds?: string;
  since?: string;
  until?: string;
  search?: string;
}

export function addRecords(program: Command, bind: Bind): void {
  const records = program.command('records').description('calls that ended');

  filtered(records.command('list', { isDefault: true }))
    .description('list the newest')
    .option('--limit <n>', 'so many', limitOf, 50)
    .action(
      bind(async (cli, options: Filters & { limit: number }) => {
        const query = { ...(await queryOf(cli, options)), limit: options.limit };
        const { items } = await cli.api.call<{ items: CallRecord[] }>('GET', '/call-records', { query });
        const rows = items.map((one) => [
          one.startedAt,
          one.direction,
          one.from.name === null ? one.from.number : `${one.from.number} ${one.from.name}`,
          one.to.number,
          one.disposition,
          String(one.durationSeconds),
          String(one.talkSeconds),
          one.application ?? '',
        ]);
        const head = ['begun', 'direction', 'from', 'to', 'outcome', 'seconds', 'talked', 'last'];
        cli.terminal.result(items, table(head, rows));
      }),
    );

  filtered(records.command('export'))
    .description('all that fit as CSV, oldest first')
    .option('--output <file>', 'default: standard output')
    .action(
      bind(async (cli, options: Filters & { output?: string }) => {
        const given = Object.entries(await queryOf(cli, options)).filter(([, value]) => value !== undefined);
        const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
        const fetch = () => cli.api.download(`/call-records/export?${query}`);
        if (options.output === undefined) return pipeline(await fetch(), process.stdout, { end: false });
        await saveFile(options.output, fetch);
        cli.terminal.result({ saved: options.output }, `saved ${options.output}`);
      }),
    );

  records
    .command('gaps')
    .description('times in which nobody listened to a PBX, and what is known of their calls')
    .action(
      bind(async ({ api, terminal }) => {
        const { items } = await api.call<{ items: CallRecordGap[] }>('GET', '/call-record-gaps');
        const rows = items.map((one) => [
          one.from,
          one.until ?? 'lasts',
          String(one.recovered),
          one.until === null || one.lost === null ? 'unknown' : String(one.lost),
          one.reason,
        ]);
        terminal.result(items, table(['from', 'until', 'recovered', 'lost', 'reason'], rows));
      }),
    );
}

function filtered(command: Command): Command {
  return command
    .option('--company <slug>')
    .option('--extension <number>', 'either side')
    .option('--user <username>', 'calls of the extensions of a user')
    .option('--number <digits>', 'begins the number of either side')
    .option('--direction <direction>', 'internal, inbound, outbound')
    .option('--disposition <outcome>', 'answered, busy, no_answer, failed')
    .option('--call <id>', 'all records of one call')
    .option('--min-seconds <n>', 'talked for so long at least')
    .option('--since <time>', 'ISO 8601, or a day')
    .option('--until <time>', 'before this')
    .option('--search <text>', 'in numbers and names');
}

async function queryOf({ api }: Cli, options: Filters): Promise<Query> {
  const { company, extension, user, number, direction, disposition, call, minSeconds, since, until, search } = options;
  return {
    companyId: company === undefined ? undefined : (await findCompany(api, company)).id,
    extensionId: extension === undefined ? undefined : (await findExtension(api, extension, company)).id,
    userId: user === undefined ? undefined : (await findUser(api, user)).id,
    ...{ number, direction, disposition, minSeconds, callId: call, q: search },
    since: timeOf(since),
    until: timeOf(until),
  };
}
