import type { Command } from 'commander';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';

interface NotifyOptions {
  reboot?: boolean;
  site?: string;
  vendor?: string;
  model?: string;
}
interface Found {
  items: { id: string }[];
}

/** `linekeeper phone notify`. */
export function addPhoneNotify(phone: Command, bind: Bind): void {
  phone
    .command('notify [macs...]')
    .description('tell phones to fetch their files; each is followed until it is registered again')
    .option('--reboot', 'to start anew instead')
    .option('--site <id>', 'all phones of a site')
    .option('--vendor <id>', 'all phones of a vendor')
    .option('--model <id>', 'all phones of a model')
    .action(
      bind(async ({ api, terminal }, macs: string[], options: NotifyOptions) => {
        const filter = { siteId: options.site, vendor: options.vendor, model: options.model };
        if (macs.length === 0 && Object.values(filter).every((value) => value === undefined)) {
          throw new CliError('INPUT_INVALID', 'name phones by their MAC, or a site, a vendor or a model');
        }
        const ids: string[] = [];
        for (const mac of macs) {
          const { items } = await api.call<Found>('GET', `/devices?mac=${encodeURIComponent(mac)}`);
          if (items[0] === undefined) throw new CliError('NOT_FOUND', `there is no phone ${mac}`);
          ids.push(items[0].id);
        }
        const kind = options.reboot === true ? 'reboot' : 'resync';
        const body = { kind, ...filter, ...(ids.length > 0 && { ids }) };
        const done = await api.call<{ notified: number }>('POST', '/devices/notify', { body });
        const who = done.notified === 1 ? '1 phone is' : `${done.notified} phones are`;
        // Asked for is not done: one that is in a call or away is told later.
        terminal.result(done, `${who} to be told to ${kind}; \`phone show\` says how far it has come`);
      }),
    );
}
