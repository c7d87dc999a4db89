import type { Command } from 'commander';
import type { PhoneNumber } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { findCompany, findExtension, findNumber } from '../lookup.ts';
import { syncExit, syncWords, WAIT } from '../sync-words.ts';
import { table } from '../table.ts';

interface AddOptions {
  company?: string;
  to?: string;
  note?: string;
}
interface ListOptions {
  company?: string;
  state?: string;
}

const COMPANY = ['--company <slug>', 'may be left out when it is clear'] as const;

export function addNumber(program: Command, bind: Bind): void {
  const number = program.command('number').description('external phone numbers, in E.164');

  number
    .command('add <e164>')
    .description('add a phone number, or with --to a block of them')
    .option('--to <e164>', 'the last of a block')
    .option('--note <text>')
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, e164: string, { company, to, note }: AddOptions) => {
        const companyId = (await findCompany(api, company)).id;
        if (to === undefined) {
          const made = await api.call<PhoneNumber>('POST', '/numbers', { body: { companyId, e164, note } });
          terminal.result(made, `number ${made.e164} added`);
          return;
        }
        const body = { companyId, from: e164, to, note };
        const made = await api.call<{ count: number; first: string; last: string }>('POST', '/numbers/ranges', {
          body,
        });
        terminal.result(made, `${made.count} numbers added, ${made.first} to ${made.last}`);
      }),
    );

  number
    .command('list')
    .description('list phone numbers')
    .option('--state <state>', 'spare, reserved, assigned or quarantined')
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, { company, state }: ListOptions) => {
        const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
        const all = await api.all<PhoneNumber>('/numbers', { companyId, state });
        const rows = all.map((one) => [
          one.e164,
          one.quarantinedUntil === null ? one.state : `${one.state} until ${one.quarantinedUntil.slice(0, 10)}`,
          one.extension === null ? '' : `${one.extension.number} ${one.extension.displayName}`,
          one.note ?? '',
          one.sync.state,
        ]);
        terminal.result(all, table(['number', 'state', 'extension', 'note', 'sync'], rows));
      }),
    );

  number
    .command('assign <e164> <extension>')
    .description('let a number ring at an extension')
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, e164: string, extension: string, options: { company?: string }) => {
        const { id } = await findNumber(api, e164);
        const target = await findExtension(api, extension, options.company);
        const body = { extensionId: target.id };
        const moved = await api.call<PhoneNumber>('POST', `/numbers/${id}/assign`, { body, headers: WAIT });
        terminal.result(moved, `${e164} rings at ${extension}, ${syncWords(moved.sync)}`);
        return syncExit(moved.sync);
      }),
    );

  number
    .command('release <e164>')
    .description('take a number from its extension; it rests in quarantine')
    .option('--spare', 'make it free at once')
    .action(
      bind(async ({ api, terminal }, e164: string, options: { spare?: boolean }) => {
        const { id, state } = await findNumber(api, e164);
        if (state === 'spare') throw new CliError('NUMBER_SPARE', `${e164} is spare already`);
        const action = options.spare === true ? 'spare' : 'release';
        const moved = await api.call<PhoneNumber>('POST', `/numbers/${id}/${action}`, { headers: WAIT });
        terminal.result(moved, `${e164} is ${moved.state}, ${syncWords(moved.sync)}`);
        return syncExit(moved.sync);
      }),
    );
}
