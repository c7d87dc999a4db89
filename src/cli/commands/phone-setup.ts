import type { Command } from 'commander';
import type { EffectiveSetting, Phone } from '../api/phone-views.ts';
import type { Bind } from '../cli.ts';
import { findExtension } from '../lookup.ts';
import { macOf, phoneText } from '../phone-text.ts';
import { table } from '../table.ts';
import { findPhone } from './phone.ts';

interface LineOptions {
  add?: string;
  remove?: string;
  move?: string;
  to?: string;
  label?: string;
  company?: string;
  keepAccount?: boolean;
}
interface SettingOptions {
  set?: string[];
  unset?: string[];
  all?: boolean;
}

/** What is done to a phone that is there: lines, its window, its settings. */
export function addPhoneSetup(phone: Command, bind: Bind): void {
  phone
    .command('lines <mac>')
    .description('the lines of a phone; adds, moves or takes one off')
    .option('--add <extension>', 'its number')
    .option('--remove <n>')
    .option('--move <n>')
    .option('--to <n>', 'where it goes')
    .option('--label <text>', 'beside the key of the line that is added')
    .option('--keep-account', 'the SIP account of a line that goes stays')
    .option('--company <slug>', 'may be left out when it is clear')
    .action(
      bind(async ({ api, terminal }, mac: string, options: LineOptions) => {
        const { id } = await findPhone(api, mac);
        const path = `/devices/${id}/lines`;
        const { add, remove, move, to, label } = options;
        if (add !== undefined) {
          const { id: extensionId } = await findExtension(api, add, options.company);
          await api.call('POST', path, { body: { extensionId, label, ...place(to) } });
        } else if (remove !== undefined) {
          const query = { keepAccount: options.keepAccount === true ? 'true' : undefined };
          await api.call('DELETE', `${path}/${encodeURIComponent(remove)}`, { query });
        } else if (move !== undefined) {
          await api.call('PATCH', `${path}/${encodeURIComponent(move)}`, { body: place(to) });
        }
        const found = await findPhone(api, mac);
        terminal.result(found.lines, phoneText(found));
      }),
    );

  phone
    .command('window <mac>')
    .description('let a phone take its first file')
    .option('--hours <n>', 'how long')
    .option('--close', 'answer it no more')
    .action(
      bind(async ({ api, terminal }, mac: string, { hours, close }: { hours?: string; close?: boolean }) => {
        const { id } = await findPhone(api, mac);
        const step = close === true ? 'close-window' : 'open-window';
        const body = hours === undefined ? {} : { hours: Number(hours) };
        const now = await api.call<Phone>('POST', `/devices/${id}/${step}`, { body: close === true ? {} : body });
        const state = now.windowUntil === null ? 'closed' : `open until ${now.windowUntil}`;
        terminal.result(now, `the window of ${macOf(now.mac)} is ${state}`);
      }),
    );

  phone
    .command('settings <mac>')
    .description('the settings of a phone and the layer each comes from; changes its own')
    .option('--set <key=value...>', 'text as it is, any other value as JSON')
    .option('--unset <key...>')
    .option('--all', 'also those that nobody set')
    .action(
      bind(async ({ api, terminal }, mac: string, { set = [], unset = [], all }: SettingOptions) => {
        const { id, companyId } = await findPhone(api, mac);
        const where = { companyId, scope: 'device', scopeId: id };
        for (const one of set) {
          const [key = '', ...rest] = one.split('=');
          await api.call('PUT', '/phone-settings', { body: { ...where, key, value: parsedValue(rest.join('=')) } });
        }
        for (const key of unset) await api.call('DELETE', '/phone-settings', { query: { ...where, key } });
        const { items } = await api.call<{ items: EffectiveSetting[] }>('GET', `/devices/${id}/settings`);
        const shown = all === true ? items : items.filter(({ source }) => source !== 'default');
        const rows = shown.map(({ key, value, source }) => [key, textOf(value), source]);
        terminal.result(shown, table(['setting', 'value', 'from'], rows));
      }),
    );
}

function place(to: string | undefined): { ordinal?: number } {
  return to === undefined ? {} : { ordinal: Number(to) };
}

/** `600`, `true` and `["alaw"]` are what they look like; anything else is text. */
function parsedValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
