import { type Command, Option } from 'commander';
import type { Api } from '../api/client.ts';
import type { DeletedUser, LifecycleReport, Reported, ScheduledAction, UserName } from '../api/lifecycle-views.ts';
import { askYes } from '../ask.ts';
import type { Bind, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { reportText, showProof } from '../lifecycle-text.ts';
import { WAIT } from '../sync-words.ts';
import { table } from '../table.ts';
import { ago } from '../words.ts';

interface DisableOptions {
  answer: string;
  forwardTo?: string;
  leaveCalls?: boolean;
  reason?: string;
}
interface DeleteOptions {
  keepExtensions?: boolean;
  leaveCalls?: boolean;
  yes?: boolean;
}
interface ScheduleOptions extends DisableOptions, DeleteOptions {
  disable?: string;
  enable?: string;
  delete?: string;
  cancel?: string;
}

/** `user disable|enable|delete|restore|report|schedule`, below the command `user`. */
export function addUserLifecycle(user: Command, bind: Bind): void {
  addDisableOptions(user.command('disable <username>'))
    .description('end logins, phones and calls of a user, with proof')
    .action(
      bind(async (cli: Cli, username: string, options: DisableOptions) => {
        const { id } = await findUser(cli.api, username);
        const body = disableBody(options);
        const { reportId } = await cli.api.call<Reported>('POST', `/users/${id}/disable`, { body, headers: WAIT });
        return showProof(cli, reportId, `${username} is disabled already`);
      }),
    );

  user
    .command('enable <username>')
    .description('let a disabled user back in: phones work with the secrets they have')
    .action(
      bind(async (cli: Cli, username: string) => {
        const { id } = await findUser(cli.api, username);
        const { reportId } = await cli.api.call<Reported>('POST', `/users/${id}/enable`, { headers: WAIT });
        return showProof(cli, reportId, `${username} is active already`);
      }),
    );

  addDeleteOptions(user.command('delete <username>'))
    .description('delete a user with his extensions; shows what it touches and asks')
    .option('--yes', 'do not ask')
    .action(
      bind(async (cli: Cli, username: string, options: DeleteOptions) => {
        const { id } = await findUser(cli.api, username);
        const query = deleteQuery(options);
        if (options.yes !== true) await askFirst(cli, id, username, query);
        const { reportId } = await cli.api.call<Reported>('DELETE', `/users/${id}`, { query, headers: WAIT });
        return showProof(cli, reportId, '');
      }),
    );

  user
    .command('restore [username]')
    .description('bring a deleted user back; without a name, list who can be')
    .option('--partial', 'leave out what cannot come back')
    .action(
      bind(async (cli: Cli, username: string | undefined, { partial }: { partial?: boolean }) => {
        const all = await cli.api.all<DeletedUser>('/deleted-users', username === undefined ? {} : { username });
        if (username === undefined) {
          const rows = all.map((one) => [one.username, ago(one.deletedAt), one.purgeAt.slice(0, 10)]);
          cli.terminal.result(all, table(['username', 'deleted', 'can be restored until'], rows));
          return 0;
        }
        const [newest] = all;
        if (newest === undefined) throw new CliError('NOT_FOUND', `no deleted user ${username} can be restored`);
        const path = `/deleted-users/${newest.id}/restore`;
        const { reportId } = await cli.api.call<Reported>('POST', path, { query: { partial }, headers: WAIT });
        return showProof(cli, reportId, '');
      }),
    );

  user
    .command('report <username>')
    .description('what was done to a user, deleted ones too, and how it was proved')
    .action(
      bind(async ({ api, terminal }, username: string) => {
        const [present] = await api.all<UserName>('/users', { username });
        const [deleted] = present === undefined ? await api.all<DeletedUser>('/deleted-users', { username }) : [];
        const { id } = present ?? deleted ?? (await findUser(api, username));
        const all = await api.all<LifecycleReport>(`/users/${id}/lifecycle-reports`);
        const text = all.map((one) => `${ago(one.createdAt)}, by ${one.actor}: ${reportText(one)}`).join('\n\n');
        terminal.result(all, text === '' ? 'none' : text);
      }),
    );

  addDeleteOptions(addDisableOptions(user.command('schedule [username]')))
    .description('disable, enable or delete a user at a time; without a name, list what is scheduled')
    .option('--disable <time>', "such as 2027-01-31T18:00, in this machine's time zone")
    .option('--enable <time>')
    .option('--delete <time>')
    .option('--cancel <id>', 'take an action off the schedule')
    .action(
      bind(async ({ api, terminal }, username: string | undefined, options: ScheduleOptions) => {
        if (options.cancel !== undefined) {
          await api.call('DELETE', `/scheduled-actions/${encodeURIComponent(options.cancel)}`);
          terminal.result({ canceled: options.cancel }, `${options.cancel} canceled`);
          return;
        }
        const [wanted, ...others] = (['disable', 'enable', 'delete'] as const).filter((name) => options[name]);
        if (username !== undefined && wanted !== undefined && others.length === 0) {
          const { id } = await findUser(api, username);
          const body = {
            action: wanted,
            at: timeOf(options[wanted] ?? ''),
            options: scheduledOptions(wanted, options),
          };
          const made = await api.call<ScheduledAction>('POST', `/users/${id}/schedule`, { body });
          terminal.result(made, `${wanted} ${username} at ${made.at}, id ${made.id}`);
          return;
        }
        if (wanted !== undefined) throw new CliError('USAGE', 'name one user and one of --disable, --enable, --delete');
        const userId = username === undefined ? undefined : (await findUser(api, username)).id;
        const all = await api.all<ScheduledAction>('/scheduled-actions', { userId });
        const rows = all.map((one) => [one.at, one.action, one.username, one.actor, one.id]);
        terminal.result(all, table(['at', 'action', 'user', 'by', 'id'], rows));
      }),
    );
}

function addDisableOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--answer <what>', 'what callers of a disabled user get')
        .choices(['voicemail', 'forward', 'nothing'])
        .default('voicemail'),
    )
    .option('--forward-to <target>', 'an extension or a number in E.164; with --answer forward')
    .option('--leave-calls', 'let calls that are up go on')
    .option('--reason <text>', 'for the activity log');
}

function addDeleteOptions(command: Command): Command {
  command.option('--keep-extensions', 'extensions stay, without a user');
  const isThere = command.options.some(({ long }) => long === '--leave-calls');
  return isThere ? command : command.option('--leave-calls', 'let calls that are up go on');
}

function disableBody({ answer, forwardTo, leaveCalls, reason }: DisableOptions): object {
  const forwards = forwardTo !== undefined;
  return {
    extension: { answer: forwards ? 'forward' : answer, forwardTo },
    calls: leaveCalls === true ? 'leave' : 'end',
    reason,
  };
}

function deleteQuery({ keepExtensions, leaveCalls }: DeleteOptions): Record<string, string> {
  return { extensions: keepExtensions === true ? 'keep' : 'delete', calls: leaveCalls === true ? 'leave' : 'end' };
}

function scheduledOptions(action: string, options: ScheduleOptions): object {
  if (action === 'enable') return {};
  return action === 'disable' ? disableBody(options) : deleteQuery(options);
}

function timeOf(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new CliError('USAGE', `${text} is no time; write it like 2027-01-31T18:00`);
  return time.toISOString();
}

/** Shows what would be touched. Where nobody can be asked, it must be meant. */
async function askFirst(cli: Cli, id: string, username: string, query: Record<string, string>): Promise<void> {
  const { sentences } = await cli.api.call<{ sentences: string[] }>('GET', `/users/${id}/deletion`, { query });
  cli.terminal.note([`deleting ${username}:`, ...sentences.map((sentence) => `  - ${sentence}`)].join('\n'));
  await askYes('Delete?', 'nothing was deleted');
}

async function findUser(api: Api, username: string): Promise<UserName> {
  const [found] = await api.all<UserName>('/users', { username });
  if (found !== undefined) return found;
  throw new CliError('NOT_FOUND', `there is no user ${username}`, {
    advice: 'Deleted ones: linekeeper user restore',
  });
}
