import { type Command, Option } from 'commander';
import { MAIL_STATES } from '../../domain/mail.ts';
import type { Mail } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { findCompany } from '../lookup.ts';
import { table } from '../table.ts';
import { ago } from '../words.ts';

interface ListOptions {
  company?: string;
  state?: string;
}

export function addMail(program: Command, bind: Bind): void {
  const mail = program.command('mail').description('mails that wait, and what became of the others');

  mail
    .command('list')
    .description('list mails, newest first')
    .addOption(new Option('--state <state>').choices([...MAIL_STATES]))
    .option('--company <slug>')
    .action(
      bind(async ({ api, terminal }, { company, state }: ListOptions) => {
        const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
        const all = await api.all<Mail>('/mails', { companyId, state });
        const rows = all.map((one) => [
          one.id,
          one.to,
          one.template,
          one.state,
          String(one.attempts),
          ago(one.createdAt),
          one.error ?? '',
        ]);
        terminal.result(all, table(['id', 'to', 'template', 'state', 'attempts', 'queued', 'last error'], rows));
      }),
    );

  mail
    .command('retry <id>')
    .description('send a mail now that waits or failed')
    .action(
      bind(async ({ api, terminal }, id: string) => {
        const queued = await api.call<Mail>('POST', `/mails/${encodeURIComponent(id)}/retry`);
        terminal.result(queued, `the mail to ${queued.to} is tried again now`);
      }),
    );
}
