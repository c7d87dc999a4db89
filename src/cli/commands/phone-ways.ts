import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Api } from '../api/client.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { findCompany, findSite } from '../lookup.ts';

const SERVERS = 'dnsmasq, isc-dhcpd, kea, mikrotik, other';

interface Redirect {
  state: string;
  account: { name: string } | null;
  error: string | null;
}

/** How phones come to their first file: below `linekeeper phone`. */
export function addPhoneWays(phone: Command, bind: Bind): void {
  phone
    .command('dhcp <site>')
    .description('what a DHCP server must hand out at a site; holds a secret address')
    .option('--server <kind>', `of ${SERVERS}`, 'other')
    .option('--vendor <ids>', 'such as yealink,snom; default: those of the phones at the site')
    .option('--company <slug>', 'may be left out when it is clear')
    .action(
      bind(async ({ api, terminal }, name: string, options: { server: string; vendor?: string; company?: string }) => {
        const site = await findSite(api, (await findCompany(api, options.company)).id, name);
        const { server, vendor } = options;
        const query = new URLSearchParams({ server, ...(vendor === undefined ? {} : { vendor }) });
        const lines = await text(await api.download(`/sites/${site.id}/dhcp?${query}`));
        terminal.result({ server, text: lines }, lines.trimEnd());
      }),
    );

  phone
    .command('enter <mac>')
    .description('open the window of a phone and show the address to type into it')
    .action(
      bind(async ({ api, terminal }, mac: string) => {
        const path = `/devices/${await deviceId(api, mac)}/manual-entry`;
        const entry = await api.call<{ address: string; shortAddress: string }>('POST', path, { body: {} });
        terminal.result(entry, `${entry.shortAddress}   for an hour, or\n${entry.address}`);
      }),
    );

  phone
    .command('claim <mac>')
    .description('let somebody claim a phone without lines by dialling a code')
    .action(
      bind(async ({ api, terminal }, mac: string) => {
        const path = `/devices/${await deviceId(api, mac)}/claim`;
        const claim = await api.call<{ dial: string }>('POST', path, { body: {} });
        terminal.result(claim, `dial ${claim.dial}, or ${claim.dial}*<extension> and the PIN of its mailbox`);
      }),
    );

  const redirect = phone.command('redirect').description("phones at their vendors' redirect services");
  redirect
    .command('accounts')
    .description('logins at redirect services')
    .action(
      bind(async ({ api, terminal }) => {
        const all = await api.all<{ name: string; service: string; url: string }>('/redirect-accounts');
        terminal.result(all, all.map(({ name, service, url }) => `${name}  ${service}  ${url}`).join('\n'));
      }),
    );
  redirect
    .command('show <mac>')
    .description('how far a phone is')
    .action(
      bind(async ({ api, terminal }, mac: string) => {
        const found = await api.call<Redirect>('GET', `/devices/${await deviceId(api, mac)}/redirect`);
        terminal.result(found, wordsOf(found));
      }),
    );
  redirect
    .command('add <mac>')
    .description('list a phone, with a first address of its own')
    .requiredOption('--account <name>', '`linekeeper phone redirect accounts` shows them')
    .option('--extra <name=value...>', 'what the service asks for besides')
    .action(
      bind(async ({ api, terminal }, mac: string, options: { account: string; extra?: string[] }) => {
        const [account] = await api.all<{ id: string }>('/redirect-accounts', { name: options.account });
        if (account === undefined) throw new CliError('NOT_FOUND', `there is no account ${options.account}`);
        const extras = Object.fromEntries((options.extra ?? []).map(pairOf));
        const path = `/devices/${await deviceId(api, mac)}/redirect`;
        const found = await api.call<Redirect>('POST', path, { body: { accountId: account.id, extras } });
        terminal.result(found, wordsOf(found));
      }),
    );
  redirect
    .command('remove <mac>')
    .description('take a phone out of its redirect service')
    .action(
      bind(async ({ api, terminal }, mac: string) => {
        await api.call('DELETE', `/devices/${await deviceId(api, mac)}/redirect`);
        terminal.result({ removed: true }, 'it will be taken out');
      }),
    );
}

function wordsOf({ state, account, error }: Redirect): string {
  return [state, account?.name, error].filter((word) => word != null).join('  ');
}

function pairOf(text: string): [string, string] {
  const [name = '', ...rest] = text.split('=');
  if (name === '' || rest.length === 0) throw new CliError('USAGE', `${text} is not name=value`);
  return [name, rest.join('=')];
}

async function deviceId(api: Api, mac: string): Promise<string> {
  const [found] = await api.all<{ id: string }>('/devices', { mac: mac.replace(/[:.-]/g, '').toLowerCase() });
  if (found !== undefined) return found.id;
  throw new CliError('NOT_FOUND', `there is no phone ${mac}`);
}
