import { type Command, Option } from 'commander';
import { SCOPES } from '../../http/scopes.ts';
import type { Token } from '../api/views.ts';
import type { Bind, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { findCompany } from '../lookup.ts';
import { createOfflineToken, listOfflineTokens, revokeOfflineToken } from '../offline-tokens.ts';
import { table } from '../table.ts';
import { ago } from '../words.ts';

interface Offline {
  offline?: boolean;
}
interface CreateOptions extends Offline {
  scope: string[];
  company?: string;
  days?: number;
}

const OFFLINE = ['--offline', 'while no daemon runs: opens the database itself'] as const;

export function addToken(program: Command, bind: Bind): void {
  const token = program.command('token').description('API tokens');

  token
    .command('create <name>')
    .description('create an API token, shown once')
    .addOption(new Option('--scope <scope...>', 'what it may do').choices([...SCOPES]).default(['admin']))
    .option('--company <slug>', 'only this company')
    .option('--days <n>', 'valid for so many days; default: until revoked', daysOf)
    .option(...OFFLINE)
    .action(
      bind(async ({ api, terminal }, name: string, { scope, company, days, offline }: CreateOptions) => {
        const expiresAt = days === undefined ? null : new Date(Date.now() + days * 86_400_000).toISOString();
        if (offline === true) {
          if (company !== undefined) throw new CliError('USAGE', '--company needs a running daemon');
          const made = await createOfflineToken({ name, scopes: scope, expiresAt });
          terminal.result(made, `${made.token}\n(shown this once)`);
          return;
        }
        const companyId = company === undefined ? null : (await findCompany(api, company)).id;
        const body = { name, scopes: scope, companyId, expiresAt };
        const made = await api.call<Token & { token: string }>('POST', '/tokens', { body });
        terminal.result(made, `${made.token}\n(shown this once)`);
      }),
    );

  token
    .command('list')
    .description('list API tokens; their text is not kept')
    .option(...OFFLINE)
    .action(
      bind(async (cli, options: Offline) => {
        const all = await tokensOf(cli, options);
        const rows = all.map((one) => [
          one.name,
          one.scopes.join(' '),
          one.companyId === null ? 'all' : one.companyId,
          one.expiresAt ?? 'never',
          ago(one.lastUsedAt),
        ]);
        cli.terminal.result(all, table(['name', 'scopes', 'company', 'expires', 'used'], rows));
      }),
    );

  token
    .command('revoke <name>')
    .description('revoke an API token, at once')
    .option(...OFFLINE)
    .action(
      bind(async (cli, name: string, options: Offline) => {
        const found = (await tokensOf(cli, options)).find((one) => one.name === name || one.id === name);
        if (found === undefined) throw new CliError('NOT_FOUND', `there is no token ${name}`);
        if (options.offline === true) await revokeOfflineToken(found.id);
        else await cli.api.call('DELETE', `/tokens/${found.id}`);
        cli.terminal.result({ revoked: found.name }, `token ${found.name} revoked`);
      }),
    );
}

function tokensOf({ api }: Cli, { offline }: Offline): Promise<Token[]> {
  return offline === true ? listOfflineTokens() : api.all<Token>('/tokens');
}

function daysOf(text: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) throw new CliError('USAGE', '--days must be a whole number from 1');
  return Number(text);
}
