import type { Command } from 'commander';
import { actionExit, thrownOffText } from '../action-text.ts';
import type { SentMessage, ThrownOff } from '../api/action-views.ts';
import type { Registrations, Verification } from '../api/diagnostics-views.ts';
import type { Account, Extension, Sync } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { wholeNumber } from '../extension-options.ts';
import { credentialsText, extensionText } from '../extension-text.ts';
import { findExtension } from '../lookup.ts';
import { syncExit, syncWords, WAIT } from '../sync-words.ts';
import { table } from '../table.ts';

interface AccountOptions {
  company?: string;
  account: number;
  force?: boolean;
}
interface ThrowOffOptions extends AccountOptions {
  rotate?: boolean;
  endCalls?: boolean;
}
/** Without credentials: a desk phone gets the new secret with its files. */
type Rotated = Account & { sync: Sync; credentials?: NonNullable<Extension['credentials']> };

const ACCOUNT = ['--account <n>', 'which SIP account of the extension', wholeNumber, 1] as const;
const COMPANY = ['--company <slug>', 'may be left out when it is clear'] as const;

/** What an extension is to its phones: registrations, a proof that they could register, a new secret. */
export function addExtensionPhones(extension: Command, bind: Bind): void {
  extension
    .command('show <number>')
    .description('everything about an extension, with its phones')
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, number: string, options: { company?: string }) => {
        const found = await findExtension(api, number, options.company);
        const phones = await api.call<Registrations>('GET', `/extensions/${found.id}/registrations`);
        terminal.result({ ...found, registrations: phones }, extensionText(found, phones));
      }),
    );

  extension
    .command('verify <number>')
    .description('register as its phone would, and unregister: proves that it works')
    .option(...ACCOUNT)
    .option('--force', 'even if that throws off a phone that is registered')
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, number: string, options: AccountOptions) => {
        const { id } = await findExtension(api, number, options.company);
        const body = { force: options.force === true };
        const path = `/extensions/${id}/accounts/${options.account}/verify`;
        const proof = await api.call<Verification>('POST', path, { body });
        terminal.result(proof, `${terminal.style('good', 'works')}: ${proof.text}`);
      }),
    );

  extension
    .command('rotate <number>')
    .description('give a SIP account a new secret, shown once; phones with the old one are thrown off')
    .option('--force', 'a desk phone, too, at once: it is cut off until it has fetched its files')
    .option(...ACCOUNT)
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, number: string, options: AccountOptions) => {
        const { id } = await findExtension(api, number, options.company);
        const path = `/extensions/${id}/accounts/${options.account}/rotate`;
        const body = options.force === true ? { body: { force: true } } : {};
        const rotated = await api.call<Rotated>('POST', path, { headers: WAIT, ...body });
        const text = `new secret for ${rotated.endpoint}, ${syncWords(rotated.sync)}`;
        const { credentials } = rotated;
        terminal.result(
          rotated,
          credentials === undefined
            ? `${text}; its desk phone is told to fetch it, and the old one is good until it has registered with it`
            : `${text}\n${credentialsText({ credentials, accounts: [rotated] })}`,
        );
        return syncExit(rotated.sync);
      }),
    );
  extension
    .command('throw-off <number>')
    .description('throw the phones of a SIP account off the PBX; with --rotate they stay off')
    .option(...ACCOUNT)
    .option('--rotate', 'also give it a new secret, shown once')
    .option('--end-calls', 'also end its calls')
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, number: string, options: ThrowOffOptions) => {
        const { id } = await findExtension(api, number, options.company);
        const body = { rotateSecret: options.rotate === true, endCalls: options.endCalls === true };
        const path = `/extensions/${id}/accounts/${options.account}/throw-off`;
        const done = await api.call<ThrownOff>('POST', path, { body });
        terminal.result(done, thrownOffText(done));
        return done.sync === null || done.sync.state === 'synced'
          ? actionExit(done.registrations, done.calls)
          : syncExit(done.sync);
      }),
    );

  extension
    .command('message <number> <text>')
    .description('send a text message to the phones of an extension')
    .option(...COMPANY)
    .action(
      bind(async ({ api, terminal }, number: string, text: string, options: { company?: string }) => {
        const { id } = await findExtension(api, number, options.company);
        const { phones } = await api.call<SentMessage>('POST', `/extensions/${id}/message`, { body: { text } });
        const rows = phones.map((one) => [one.endpoint, one.userAgent, one.contactUri, one.reason ?? one.state]);
        terminal.result({ phones }, table(['account', 'phone', 'at', ''], rows));
        return phones.every(({ state }) => state === 'sent') ? EXIT.ok : EXIT.differences;
      }),
    );
}
