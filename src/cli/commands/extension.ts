import type { Command } from 'commander';
import type { Extension } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addExtensionOptions, type ExtensionOptions, extensionBody, ownerBody } from '../extension-options.ts';
import { credentialsText } from '../extension-text.ts';
import { findCompany, findExtension } from '../lookup.ts';
import { syncExit, syncWords, WAIT } from '../sync-words.ts';
import { table } from '../table.ts';
import { addExtensionPhones } from './extension-phones.ts';

interface InCompany {
  company?: string;
}
interface CreateOptions extends ExtensionOptions, InCompany {
  kind?: string;
  phoneNumber?: string[];
}
interface SetOptions extends ExtensionOptions, InCompany {
  enable?: boolean;
  disable?: boolean;
}
interface ListOptions extends InCompany {
  sync?: string;
  search?: string;
}

const COMPANY_OPTION = ['--company <slug>', 'may be left out when it is clear'] as const;

export function addExtension(program: Command, bind: Bind): void {
  const extension = program.command('extension').description('internal numbers with their phones and mailboxes');

  addExtensionOptions(extension.command('create [number]'))
    .description('create an extension; without a number, the next free one')
    .option('--kind <kind>', 'desk or webrtc')
    .option('--phone-number <e164...>', 'external numbers that ring here')
    .option(...COMPANY_OPTION)
    .action(
      bind(async ({ api, terminal }, number: string | undefined, options: CreateOptions) => {
        const { id } = await findCompany(api, options.company);
        const body = {
          displayName: number,
          ...(await extensionBody(options)),
          ...(await ownerBody(api, options)),
          companyId: id,
          number,
          account: options.kind === undefined ? undefined : { kind: options.kind },
          phoneNumbers: options.phoneNumber,
        };
        const query = { allowWeakPins: options.allowWeakPin };
        const made = await api.call<Extension>('POST', '/extensions', { body, query, headers: WAIT });
        const text = `extension ${made.number} created, ${syncWords(made.sync)}`;
        terminal.result(made, [text, credentialsText(made)].filter((part) => part !== '').join('\n'));
        return syncExit(made.sync);
      }),
    );

  extension
    .command('list')
    .description('list extensions')
    .option('--sync <state>', 'only those that are pending, synced or failed')
    .option('--search <text>', 'in numbers and names')
    .option(...COMPANY_OPTION)
    .action(
      bind(async ({ api, terminal }, options: ListOptions) => {
        const companyId = options.company === undefined ? undefined : (await findCompany(api, options.company)).id;
        const all = await api.all<Extension>('/extensions', { companyId, sync: options.sync, q: options.search });
        const rows = all.map((one) => [
          one.number,
          one.displayName,
          one.accounts.map(({ endpoint }) => endpoint).join(' '),
          one.phoneNumbers.map(({ e164 }) => e164).join(' '),
          one.mailbox === null ? '' : 'mailbox',
          one.suspended ? `suspended, ${one.sync.state}` : one.enabled ? one.sync.state : `disabled, ${one.sync.state}`,
        ]);
        terminal.result(all, table(['number', 'name', 'accounts', 'phone numbers', 'mailbox', 'sync'], rows));
      }),
    );

  addExtensionOptions(extension.command('set <number>'))
    .description('change an extension')
    .option('--enable', 'let it be called and register')
    .option('--disable', 'the opposite, at once')
    .option(...COMPANY_OPTION)
    .action(
      bind(async ({ api, terminal }, number: string, options: SetOptions) => {
        const body: Record<string, unknown> = { ...(await extensionBody(options)), ...(await ownerBody(api, options)) };
        if (options.enable === true) body.enabled = true;
        if (options.disable === true) body.enabled = false;
        if (Object.keys(body).length === 0) {
          throw new CliError('NOTHING_TO_CHANGE', 'say what to change', {
            advice: 'Such as --name "Anna Berg"; `linekeeper extension set --help` lists everything.',
          });
        }
        const { id } = await findExtension(api, number, options.company);
        const query = { allowWeakPins: options.allowWeakPin };
        const changed = await api.call<Extension>('PATCH', `/extensions/${id}`, { body, query, headers: WAIT });
        const text = `extension ${number} changed, ${syncWords(changed.sync)}`;
        terminal.result(changed, [text, credentialsText(changed)].filter((part) => part !== '').join('\n'));
        return syncExit(changed.sync);
      }),
    );

  extension
    .command('delete <number>')
    .description('delete an extension with its accounts and mailbox')
    .option(...COMPANY_OPTION)
    .action(
      bind(async ({ api, terminal }, number: string, options: InCompany) => {
        const { id } = await findExtension(api, number, options.company);
        const gone = await api.call<Pick<Extension, 'sync'>>('DELETE', `/extensions/${id}`, { headers: WAIT });
        terminal.result({ deleted: number, sync: gone?.sync }, `extension ${number} deleted, ${syncWords(gone?.sync)}`);
        return syncExit(gone?.sync);
      }),
    );

  addExtensionPhones(extension, bind);
}
