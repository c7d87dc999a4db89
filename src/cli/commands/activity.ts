import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { remoteApi } from '../../environment.ts';
import type { Query } from '../api/client.ts';
import type { Activity, Verification } from '../api/views.ts';
import type { Bind, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { limitOf, timeOf } from '../list-options.ts';
import { findCompany } from '../lookup.ts';
import { verifyOffline } from '../offline-activity.ts';
import { saveFile } from '../save-file.ts';
import { table } from '../table.ts';
import { count } from '../words.ts';

interface Filters {
  company?: string;
  actor?: string;
  user?: string;
  action?: string;
  object?: string;
  address?: string;
  request?: string;
  since?: string;
  until?: string;
  search?: string;
}

export function addActivity(program: Command, bind: Bind): void {
  const activity = program.command('activity').description('who changed what, when and from where');

  filtered(activity.command('list', { isDefault: true }))
    .description('list the newest events')
    .option('--limit <n>', 'so many', limitOf, 50)
    .action(
      bind(async (cli, options: Filters & { limit: number }) => {
        const query = { ...(await queryOf(cli, options)), limit: options.limit };
        const { items } = await cli.api.call<{ items: Activity[] }>('GET', '/activity', { query });
        const rows = items.map((one) => [
          one.at,
          one.actor,
          one.address ?? '',
          one.action,
          `${one.objectType} ${one.objectId}`,
          one.details === null ? '' : JSON.stringify(one.details),
        ]);
        cli.terminal.result(items, table(['at', 'actor', 'from', 'action', 'object', 'details'], rows));
      }),
    );

  filtered(activity.command('export'))
    .description('all events as CSV, oldest first')
    .option('--output <file>', 'default: standard output')
    .action(
      bind(async (cli, options: Filters & { output?: string }) => {
        const given = Object.entries(await queryOf(cli, options)).filter(([, value]) => value !== undefined);
        const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
        const fetch = () => cli.api.download(`/activity/export?${query}`);
        if (options.output === undefined) return pipeline(await fetch(), process.stdout, { end: false });
        await saveFile(options.output, fetch);
        cli.terminal.result({ saved: options.output }, `saved ${options.output}`);
      }),
    );

  activity
    .command('verify')
    .description('check that nobody changed the log (exit 2: somebody did); works without a daemon too')
    .option('--offline', 'read the database itself, whether or not a daemon runs')
    .action(
      bind(async (cli, options: { offline?: boolean }) => {
        const found = options.offline === true ? await verifyOffline() : await verify(cli);
        cli.terminal.result(found, wordsOf(found));
        return found.ok ? EXIT.ok : EXIT.differences;
      }),
    );
}

/** The daemon's answer, or our own when there is none on this machine. */
async function verify({ api, terminal }: Cli): Promise<Verification> {
  try {
    return await api.call<Verification>('GET', '/activity/verify');
  } catch (error) {
    const isDown = error instanceof CliError && error.exitCode === EXIT.unreachable;
    if (!isDown || remoteApi() !== undefined) throw error;
    terminal.note('no daemon answers: the database is read without one');
    return verifyOffline();
  }
}

function wordsOf({ ok, rows, from, to, head, unchained, deleted, notedAt, brokenAt, reason }: Verification): string {
  const lines = [
    ok ? `whole: ${count(rows, 'event')}${rows === 0 ? '' : `, ${from} to ${to}`}` : `BROKEN: ${reason}`,
    ...(brokenAt === null ? [] : [`at event ${brokenAt}; the ${count(rows, 'event')} before it are whole`]),
    ...(head === null ? [] : [`${ok ? 'head' : 'last that fits'} ${head}`]),
    ...(deleted === 0 ? [] : [`${count(deleted, 'event')} were deleted by retention`]),
    ...(unchained === 0 ? [] : [`${count(unchained, 'event')} are older than the chain and prove nothing`]),
    ...(notedAt === null ? [] : [`compared with the note of ${notedAt}`]),
  ];
  return lines.join('\n');
}

function filtered(command: Command): Command {
  return command
    .option('--company <slug>')
    .option('--user <username>', 'what they did, and what was done to the account')
    .option('--actor <actor>', 'such as token:crm, job:<id>, phone, local')
    .option('--action <action>', 'such as user.created, or all of a kind: user.*')
    .option('--object <id>', 'what was changed')
    .option('--address <address>', 'where the request came from')
    .option('--request <id>', 'as in X-Request-Id')
    .option('--since <time>', 'ISO 8601, or a day')
    .option('--until <time>', 'before this')
    .option('--search <text>', 'in action, actor, object and details');
}

async function queryOf({ api }: Cli, options: Filters): Promise<Query> {
  const { company, user, object, request, since, until, search, actor, action, address } = options;
  return {
    companyId: company === undefined ? undefined : (await findCompany(api, company)).id,
    user: user === undefined ? undefined : await userId({ api }, user),
    ...{ actor, action, address, objectId: object, requestId: request, q: search },
    since: timeOf(since),
    until: timeOf(until),
  };
}

async function userId({ api }: Pick<Cli, 'api'>, username: string): Promise<string> {
  const [found] = await api.all<{ id: string }>('/users', { username });
  if (found === undefined) throw new CliError('NOT_FOUND', `there is no user ${username}`);
  return found.id;
}
