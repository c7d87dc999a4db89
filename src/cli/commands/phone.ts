import type { Command } from 'commander';
import type { Api } from '../api/client.ts';
import type { Phone, PhoneFile, Sighting } from '../api/phone-views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { findCompany, findExtension, findSite, findUser } from '../lookup.ts';
import { macOf, phoneTable, phoneText } from '../phone-text.ts';
import { table } from '../table.ts';
import { ago } from '../words.ts';

interface ListOptions {
  company?: string;
  vendor?: string;
  model?: string;
  state?: string;
  progress?: string;
  q?: string;
}
interface NewPhone {
  company?: string;
  vendor?: string;
  model?: string;
  site?: string;
  user?: string;
  label?: string;
  line?: string[];
}

const COMPANY = ['--company <slug>', 'may be left out when it is clear'] as const;

/** A phone by its MAC address, however it is written. */
export async function findPhone(api: Api, mac: string): Promise<Phone> {
  const [found] = await api.all<Phone>('/devices', { mac });
  if (found !== undefined) return found;
  const advice = '`linekeeper phone list` shows them, `linekeeper phone list --unknown` those that are not ours.';
  throw new CliError('NOT_FOUND', `there is no phone ${mac}`, { exitCode: EXIT.error, advice });
}

/** `linekeeper phone ...`: desk phones and what was seen of them. */
export function addPhone(program: Command, bind: Bind): Command {
  const phone = program.command('phone').description('desk phones');

  phone
    .command('list')
    .description('list desk phones')
    .option(...COMPANY)
    .option('--vendor <vendor>')
    .option('--model <model>')
    .option('--state <state>', 'pending, active, suspended')
    .option('--progress <step>', 'never_seen, stage1_fetched, fetched, registered')
    .option('--q <text>', 'part of a MAC address, a label, a number or a name')
    .option('--unknown', 'phones that asked and are not ours')
    .action(
      bind(async ({ api, terminal }, { unknown, company, ...filters }: ListOptions & { unknown?: boolean }) => {
        const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
        if (unknown === true) {
          const seen = await api.all<Sighting>('/phone-sightings', { companyId });
          const rows = seen.map((one) => [
            ...[macOf(one.mac), [one.vendor ?? '?', one.model ?? ''].join(' ').trim(), one.site?.name ?? ''],
            ...[one.address, one.reason, ago(one.lastAt)],
          ]);
          terminal.result(seen, table(['mac', 'model', 'site', 'address', 'why', 'seen'], rows));
          return;
        }
        const all = await api.all<Phone>('/devices', { ...filters, companyId });
        terminal.result(all, phoneTable(all));
      }),
    );

  phone
    .command('show <mac>')
    .description('everything about a phone')
    .action(
      bind(async ({ api, terminal }, mac: string) => {
        const found = await findPhone(api, mac);
        terminal.result(found, phoneText(found));
      }),
    );

  phone
    .command('preview <mac> [file]')
    .description('the files of a phone, secrets as stars; with a name what is in one')
    .action(
      bind(async ({ api, terminal }, mac: string, file: string | undefined) => {
        const { id } = await findPhone(api, mac);
        if (file !== undefined) {
          const found = await api.call<PhoneFile>('GET', `/devices/${id}/files/${encodeURIComponent(file)}`);
          terminal.result(found, (found.text ?? '').trimEnd());
          return;
        }
        const { items } = await api.call<{ items: PhoneFile[] }>('GET', `/devices/${id}/files`);
        const rows = items.map(({ name, kind, bytes }) => [name, kind, String(bytes)]);
        terminal.result(items, table(['file', 'kind', 'bytes'], rows));
      }),
    );

  const described = (usage: string, text: string) =>
    phone
      .command(usage)
      .description(text)
      .option(...COMPANY)
      .option('--vendor <vendor>')
      .option('--model <model>')
      .option('--site <name>')
      .option('--user <username>')
      .option('--label <text>')
      .option('--line <extension...>', 'numbers of extensions, in their order');

  described('add <mac>', 'add a phone; its window is open').action(
    bind(async ({ api, terminal }, mac: string, options: NewPhone) => {
      const company = await findCompany(api, options.company);
      const body = { companyId: company.id, mac, ...(await bodyOf(api, company, options)) };
      const made = await api.call<Phone>('POST', '/devices', { body });
      terminal.result(made, phoneText(made));
    }),
  );

  described('adopt <mac>', 'make a phone that asked one of ours; what is not given is as it was seen').action(
    bind(async ({ api, terminal }, mac: string, options: NewPhone) => {
      const isNamed = [options.company, options.site, options.line].some((one) => one !== undefined);
      const company = isNamed ? await findCompany(api, options.company) : undefined;
      const details = await bodyOf(api, company ?? { id: '', slug: '' }, options);
      const body = { ...(company === undefined ? {} : { companyId: company.id }), ...details };
      const place = mac.toLowerCase().replace(/[:.-]/g, '');
      const made = await api.call<Phone>('POST', `/phone-sightings/${encodeURIComponent(place)}/adopt`, { body });
      terminal.result(made, phoneText(made));
    }),
  );

  phone
    .command('swap <old-mac> <new-mac>')
    .description('put another phone in the place of one: the same lines, keys and settings')
    .option('--vendor <vendor>')
    .option('--model <model>')
    .option('--keep-secrets', 'the SIP secrets stay: the old phone is not locked out of the PBX')
    .action(
      bind(async ({ api, terminal }, old: string, mac: string, { keepSecrets = false, ...model }) => {
        const { id } = await findPhone(api, old);
        const swapped = await api.call<Phone>('POST', `/devices/${id}/swap`, { body: { mac, keepSecrets, ...model } });
        terminal.result(swapped, `${macOf(swapped.mac)} takes its place, and its window is open`);
      }),
    );
  return phone;
}

/** What people name, as the API has it. */
async function bodyOf(api: Api, company: { id: string; slug: string }, options: NewPhone) {
  const { vendor, model, label, site, user, line } = options;
  const lines: { extensionId: string }[] = [];
  for (const number of line ?? []) lines.push({ extensionId: (await findExtension(api, number, company.slug)).id });
  return {
    ...{ vendor, model, label },
    siteId: site === undefined ? undefined : (await findSite(api, company.id, site)).id,
    userId: user === undefined ? undefined : (await findUser(api, user)).id,
    lines: line === undefined ? undefined : lines,
  };
}
