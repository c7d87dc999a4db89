import type { Command } from 'commander';
import type { Group } from '../api/people-views.ts';
import type { Bind } from '../cli.ts';
import { findCompany, findGroup, findUser } from '../lookup.ts';
import { table } from '../table.ts';
import { count } from '../words.ts';

interface InCompany {
  company?: string;
  kind?: string;
}
interface CreateOptions extends InCompany {
  description?: string;
}

const COMPANY_OPTION = ['--company <slug>', 'may be left out when it is clear'] as const;
const KIND_OPTION = ['--kind <kind>', "one of the company's kinds of labels"] as const;

/** `group`, `team` and `label`: the same commands three times. */
export function addGroups(program: Command, bind: Bind): void {
  addOne(program, bind, 'group', 'groups of users');
  addOne(program, bind, 'team', 'teams of users');
  addOne(program, bind, 'label', "labels of users, of the company's own kinds");
}

function addOne(program: Command, bind: Bind, word: 'group' | 'team' | 'label', description: string): void {
  const command = program.command(word).description(description);
  const path = `/${word}s`;
  const sub = (usage: string, text: string) => {
    const one = command
      .command(usage)
      .description(text)
      .option(...COMPANY_OPTION);
    return word === 'label' ? one.option(...KIND_OPTION) : one;
  };

  sub('list', `list ${word}s`).action(
    bind(async ({ api, terminal }, { company, kind }: InCompany) => {
      const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
      const all = await api.all<Group>(path, { companyId, kind });
      const rows = all.map((one) => [one.name, one.kind, String(one.counts.members), one.description ?? '']);
      terminal.result(all, table(['name', 'kind', 'members', 'description'], rows));
    }),
  );

  sub('create <name>', `create a ${word}`)
    .option('--description <text>')
    .action(
      bind(async ({ api, terminal }, name: string, { company, kind, description: told }: CreateOptions) => {
        const companyId = (await findCompany(api, company)).id;
        const made = await api.call<Group>('POST', path, { body: { companyId, name, kind, description: told } });
        terminal.result(made, `${word} ${made.name} created`);
      }),
    );

  sub('add <name> <username...>', `put users into a ${word}`).action(
    bind(async ({ api, terminal }, name: string, usernames: string[], options: InCompany) => {
      const group = await findGroup(api, path, name, options);
      const userIds: string[] = [];
      for (const username of usernames) userIds.push((await findUser(api, username)).id);
      const { added } = await api.call<{ added: number }>('POST', `${path}/${group.id}/members`, { body: { userIds } });
      terminal.result({ added }, `${count(added, 'user')} added to ${word} ${name}`);
    }),
  );

  sub('remove <name> <username...>', `take users out of a ${word}`).action(
    bind(async ({ api, terminal }, name: string, usernames: string[], options: InCompany) => {
      const group = await findGroup(api, path, name, options);
      for (const username of usernames) {
        await api.call('DELETE', `${path}/${group.id}/members/${(await findUser(api, username)).id}`);
      }
      terminal.result({ removed: usernames }, `${count(usernames.length, 'user')} taken out of ${word} ${name}`);
    }),
  );

  sub('delete <name>', `delete a ${word}; its members stay`).action(
    bind(async ({ api, terminal }, name: string, options: InCompany) => {
      const group = await findGroup(api, path, name, options);
      await api.call('DELETE', `${path}/${group.id}`);
      terminal.result({ deleted: name }, `${word} ${name} deleted`);
    }),
  );
}
