import { type Command, Option } from 'commander';
import { BROADCAST_CHANNELS } from '../../domain/broadcast.ts';
import type { Api } from '../api/client.ts';
import type { Broadcast, User } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { findCompany } from '../lookup.ts';
import { table } from '../table.ts';

interface SendOptions {
  category: string;
  everyone?: boolean;
  user?: string[];
  group?: string[];
  channel?: string[];
  at?: string;
  company?: string;
}

export function addBroadcast(program: Command, bind: Bind): void {
  const broadcast = program.command('broadcast').description('messages to many people: feed, mail, phones');

  broadcast
    .command('send <text>')
    .description('send a message, now or later')
    .option('--everyone', 'to everybody of the company')
    .option('--user <username...>', 'to these people')
    .option('--group <id...>', 'to the members of these groups')
    .option('--category <word>', 'what it is about', 'Notice')
    .addOption(new Option('--channel <channel...>', 'default: all').choices([...BROADCAST_CHANNELS]))
    .option('--at <time>', 'ISO 8601 with its offset, such as 2027-01-31T09:00:00+01:00; default: now')
    .option('--company <slug>', 'may be left out when it is clear')
    .action(
      bind(async ({ api, terminal }, text: string, options: SendOptions) => {
        const { category, channel: channels, at: sendAt } = options;
        const target = await targetOf(api, options);
        const companyId = (await findCompany(api, options.company)).id;
        const body = { companyId, text, category, channels, sendAt, target };
        const made = await api.call<Broadcast>('POST', '/broadcasts', { body });
        terminal.result(
          made,
          `broadcast ${made.id} ${sendAt === undefined ? 'is on its way' : `goes out at ${made.sendAt}`}`,
        );
      }),
    );

  broadcast
    .command('list')
    .description('list broadcasts, newest first')
    .option('--company <slug>')
    .action(
      bind(async ({ api, terminal }, { company }: { company?: string }) => {
        const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
        const all = await api.all<Broadcast>('/broadcasts', { companyId });
        const rows = all.map((one) => [one.id, one.state, one.sendAt, one.category, firstLine(one.text)]);
        terminal.result(all, table(['id', 'state', 'send at', 'category', 'text'], rows));
      }),
    );

  broadcast
    .command('show <id>')
    .description('one broadcast, and how many it reached')
    .action(
      bind(async ({ api, terminal }, id: string) => {
        const one = await api.call<Broadcast>('GET', `/broadcasts/${encodeURIComponent(id)}`);
        const rows = one.channels.map((channel) => {
          const { delivered = 0, waiting = 0, failed = 0, unreachable = 0 } = one.counts?.[channel] ?? {};
          return [channel, ...[delivered, waiting, failed, unreachable].map(String)];
        });
        const head = `${one.category}, ${one.state}, ${one.sendAt}, by ${one.actor}\n${one.text}\n`;
        terminal.result(one, `${head}\n${table(['channel', 'delivered', 'waiting', 'failed', 'unreachable'], rows)}`);
      }),
    );

  broadcast
    .command('cancel <id>')
    .description('cancel a broadcast that is not on its way yet')
    .action(
      bind(async ({ api, terminal }, id: string) => {
        const one = await api.call<Broadcast>('POST', `/broadcasts/${encodeURIComponent(id)}/cancel`);
        terminal.result(one, `broadcast ${one.id} canceled`);
      }),
    );
}

async function targetOf(api: Api, { everyone, user = [], group = [] }: SendOptions) {
  const isNamed = user.length + group.length > 0;
  if ((everyone === true) === isNamed) {
    throw new CliError('USAGE', 'say to whom: --everyone, or --user and --group');
  }
  if (everyone === true) return { everyone: true };
  const userIds = [];
  for (const username of user) {
    const [found] = await api.all<User>('/users', { username });
    if (found === undefined) throw new CliError('NOT_FOUND', `there is no user ${username}`);
    userIds.push(found.id);
  }
  return { userIds, groupIds: group };
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > 60 || text.includes('\n') ? `${line.slice(0, 60)}...` : line;
}
