import type { Command } from 'commander';
import type { Bind } from '../cli.ts';
import { findCompany } from '../lookup.ts';
import { table } from '../table.ts';

interface Role {
  id: string;
  name: string;
  builtIn: string | null;
  permissions: string[];
  requiresSecondFactor: boolean;
  counts: { users: number };
}

export function addRole(program: Command, bind: Bind): void {
  const role = program.command('role').description('who may do what');

  role
    .command('list')
    .description('roles of a company')
    .option('--company <slug>', 'may be left out when it is clear')
    .action(
      bind(async ({ api, terminal }, { company }: { company?: string }) => {
        const roles = await api.all<Role>('/roles', { companyId: (await findCompany(api, company)).id });
        const rows = roles.map((one) => [
          one.name,
          one.permissions.join(' '),
          one.requiresSecondFactor ? 'required' : '',
          String(one.counts.users),
        ]);
        terminal.result(roles, table(['role', 'permissions', 'second factor', 'users'], rows));
      }),
    );

  role
    .command('permissions')
    .description('what roles and tokens are made of')
    .action(
      bind(async ({ api, terminal }) => {
        const { items } = await api.call<{ items: { name: string; description: string }[] }>('GET', '/permissions');
        const rows = items.map(({ name, description }) => [name, description]);
        terminal.result(items, table(['permission', 'allows to'], rows));
      }),
    );

  role
    .command('create <name>')
    .description('a role of the company')
    .requiredOption('--allow <permissions...>', 'such as read lines:write; `linekeeper role permissions` lists them')
    .option('--second-factor', 'whoever has it must log in with a second factor')
    .option('--company <slug>', 'may be left out when it is clear')
    .action(
      bind(async ({ api, terminal }, name: string, options: CreateOptions) => {
        const companyId = (await findCompany(api, options.company)).id;
        const { allow: permissions, secondFactor: requiresSecondFactor = false } = options;
        const body = { companyId, name, permissions, requiresSecondFactor };
        terminal.result(await api.call<Role>('POST', '/roles', { body }), `role ${name} created`);
      }),
    );
}

interface CreateOptions {
  allow: string[];
  secondFactor?: boolean;
  company?: string;
}
