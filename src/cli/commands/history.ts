import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { findCompany } from '../lookup.ts';
import { sparkline } from '../sparkline.ts';
import { table } from '../table.ts';

interface Options {
  company?: string;
  from?: string;
  to?: string;
  minutes?: true;
  csv?: true;
}

interface Point {
  at: string;
  callsMax: number | null;
  calls: number | null;
  answered: number | null;
  registered: number | null;
  heard: number;
}

export function addHistory(program: Command, bind: Bind): void {
  program
    .command('history')
    .description('calls and registered phones over time; a gap is where the PBX was not heard')
    .option('--company <slug>', 'default: all together')
    .option('--from <time>', 'ISO 8601, or a day; default: a day ago')
    .option('--to <time>', 'before this; default: now')
    .option('--minutes', 'by the minute instead of by the hour')
    .option('--csv', 'as CSV')
    .action(
      bind(async ({ api, terminal }, { company, from, to, minutes, csv }: Options) => {
        const query = {
          companyId: company === undefined ? undefined : (await findCompany(api, company)).id,
          from: timeOf(from),
          to: timeOf(to),
          resolution: minutes === true ? 'minute' : 'hour',
        };
        if (csv === true) {
          const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
          const file = await api.download(`/history?${new URLSearchParams(given)}`, { accept: 'text/csv' });
          return pipeline(file, process.stdout, { end: false });
        }
        const history = await api.call<{ points: Point[] }>('GET', '/history', { query });
        terminal.result(history, historyText(history.points));
      }),
    );
}

function historyText(points: readonly Point[]): string {
  const cell = (value: number | null) => (value === null ? '-' : String(value));
  const rows = points
    .filter(({ heard }) => heard > 0)
    .map((one) => [one.at, cell(one.callsMax), cell(one.calls), cell(one.answered), cell(one.registered)]);
  const line = (name: string, values: (number | null)[]) => `${name.padEnd(10)}  ${sparkline(values)}`;
  return [
    line(
      'calls',
      points.map(({ callsMax }) => callsMax),
    ),
    line(
      'registered',
      points.map(({ registered }) => registered),
    ),
    '',
    table(['from', 'calls at once', 'begun', 'answered', 'registered'], rows),
  ].join('\n');
}

function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new CliError('USAGE', `${text} is not a time: write 2026-01-31T09:00:00Z`);
  return time.toISOString();
}
