import { projectedName } from '../domain/text.ts';
import { canonicalTimezone } from '../domain/timezone.ts';

/** A line of voicemail.conf without its number: `pin,name,email,pager,options` (docs.asterisk.org, app_voicemail). */
export interface MailboxLineFields {
  pin: string;
  name: string;
  email: string | null;
  attach: boolean;
  deleteAfterMail: boolean;
  timezone: string;
}

/**
 * The options are fixed words and a checked time zone, never text of people: an options field can run code
 * (`emailbody=${SHELL(...)}`). The zone goes by its one name, under which linekeeper-voicemail.conf declares it.
 */
export function mailboxLine(mailbox: MailboxLineFields): string {
  const options = [
    `attach=${mailbox.attach && mailbox.email !== null ? 'yes' : 'no'}`,
    `delete=${mailbox.deleteAfterMail && mailbox.email !== null ? 'yes' : 'no'}`,
    `tz=${canonicalTimezone(mailbox.timezone) ?? mailbox.timezone}`,
  ];
  return [mailbox.pin, projectedName(mailbox.name), mailbox.email ?? '', '', options.join('|')].join(',');
}

export function pinOf(line: string): string {
  const comma = line.indexOf(',');
  return comma < 0 ? line : line.slice(0, comma);
}

export function withPin(line: string, pin: string): string {
  return pin + line.slice(pinOf(line).length);
}
