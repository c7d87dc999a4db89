import { type Command, Option } from 'commander';
import type { Api } from '../api/client.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { findUser } from '../lookup.ts';
import { table } from '../table.ts';

interface Session {
  id: string;
  device: string;
  address: string;
  createdAt: string;
  lastSeenAt: string;
}
interface Role {
  id: string;
  name: string;
}
interface RolesOptions {
  add: string[];
  remove: string[];
}

const several = (value: string, before: string[]) => [...before, value];

/** What an administrator does for somebody who cannot get in, or must get out. */
export function addUserLogin(user: Command, bind: Bind): void {
  user
    .command('reset-password <username>')
    .description('a new password, which must be changed at the next login')
    .addOption(
      new Option('--by <way>', 'show: here, once; mail: a temporary one by mail; link: a mail with a link')
        .choices(['show', 'mail', 'link'])
        .default('show'),
    )
    .action(
      bind(async ({ api, terminal }, username: string, { by }: { by: 'show' | 'mail' | 'link' }) => {
        const { id } = await findUser(api, username);
        const done = await api.call<{ password?: string }>('POST', `/users/${id}/reset-password`, {
          body: { method: by },
        });
        const shown = `password of ${username}, shown this once: ${done.password}`;
        terminal.result(done, by === 'show' ? shown : `a mail to ${username} is on its way`);
      }),
    );

  user
    .command('sessions <username>')
    .description('where somebody is logged in')
    .option('--end', 'end them all, at once')
    .action(
      bind(async ({ api, terminal }, username: string, { end }: { end?: boolean }) => {
        const { id } = await findUser(api, username);
        if (end === true) {
          const done = await api.call<{ ended: number }>('POST', `/users/${id}/end-sessions`);
          terminal.result(done, `${done.ended} sessions ended`);
          return;
        }
        const sessions = await api.all<Session>('/sessions', { userId: id });
        const rows = sessions.map((one) => [one.device, one.address, one.createdAt, one.lastSeenAt]);
        const text =
          rows.length === 0 ? `${username} is not logged in` : table(['with', 'from', 'since', 'last seen'], rows);
        terminal.result(sessions, text);
      }),
    );

  user
    .command('unlock <username>')
    .description('unlock an account that failed logins have locked')
    .action(
      bind(async ({ api, terminal }, username: string) => {
        const { id } = await findUser(api, username);
        terminal.result(await api.call('POST', `/users/${id}/unlock`), `${username} is unlocked`);
      }),
    );

  user
    .command('roles <username>')
    .description('give or take roles in the own company')
    .option('--add <role>', 'by name; may be repeated', several, [])
    .option('--remove <role>', 'by name; may be repeated', several, [])
    .action(
      bind(async ({ api, terminal }, username: string, { add, remove }: RolesOptions) => {
        const { id, companyId, roles: present } = await findUser(api, username);
        const all = await api.all<Role>('/roles', { companyId });
        const roleIds = new Set(present.map((role) => role.id));
        for (const name of add) roleIds.add(roleNamed(all, name).id);
        for (const name of remove) roleIds.delete(roleNamed(all, name).id);
        if (add.length + remove.length > 0) await setRoles(api, id, companyId, [...roleIds]);
        const names = all.filter((role) => roleIds.has(role.id)).map(({ name }) => name);
        terminal.result({ roles: names }, names.length === 0 ? `${username} has no role` : names.join('\n'));
      }),
    );

  user
    .command('operator <username>')
    .description('may do everything in every company')
    .option('--no-grant', 'take it away')
    .action(
      bind(async ({ api, terminal }, username: string, { grant }: { grant: boolean }) => {
        const { id } = await findUser(api, username);
        const done = await api.call('POST', `/users/${id}/operator`, { body: { isOperator: grant } });
        terminal.result(done, `${username} is ${grant ? 'an operator' : 'no operator'} of the platform`);
      }),
    );
}

function setRoles(api: Api, userId: string, companyId: string, roleIds: string[]) {
  return api.call('POST', `/users/${userId}/roles`, { body: { companyId, roleIds } });
}

function roleNamed(roles: readonly Role[], name: string): Role {
  const found = roles.find((role) => role.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new CliError('NOT_FOUND', `there is no role ${name}`, {
    advice: `There are: ${roles.map((role) => role.name).join(', ')}.`,
  });
}
