import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Api } from './api/client.ts';
import { pinOf } from './extension-options.ts';
import { findSite } from './lookup.ts';

/** What `user create` and `user set` have in common. `-` clears a value. */
export interface UserOptions {
  firstName?: string;
  lastName?: string;
  email?: string;
  title?: string;
  contact?: string;
  type?: string;
  site?: string;
  language?: string;
  timezone?: string;
  externalId?: ExternalId[];
  pinFile?: string;
  allowWeakPin?: boolean;
}

type ExternalId = { name: string; value: string } | undefined;

/** A new user needs names. */
export function addUserOptions(command: Command, { isNew }: { isNew: boolean }): Command {
  return command
    .addOption(new Option('--first-name <name>').makeOptionMandatory(isNew))
    .addOption(new Option('--last-name <name>').makeOptionMandatory(isNew))
    .option('--email <address>', '"-" clears, here and below')
    .option('--title <text>', 'what the person is here')
    .option('--contact <contact>', 'phone number in E.164 or e-mail address besides the account')
    .option('--type <type>', "one of the company's user types")
    .option('--site <name>')
    .option('--language <code>', 'such as de or pt-BR')
    .option('--timezone <zone>', 'IANA name')
    .option('--external-id <name=value...>', 'ids in other systems: all of them; "-" clears', externalId)
    .option('--pin-file <file>', 'telephone PIN, from a file or "-" for standard input')
    .option('--allow-weak-pin', 'take a PIN that is easily guessed');
}

/** The body of the request: only what was given. */
export async function userBody(api: Api, companyId: string, options: UserOptions): Promise<Record<string, unknown>> {
  const { site, externalId: ids } = options;
  const pin = options.pinFile === undefined ? undefined : await pinOf(options.pinFile);
  const all = {
    firstName: options.firstName,
    lastName: options.lastName,
    email: cleared(options.email),
    title: cleared(options.title),
    personalContact: cleared(options.contact),
    userType: cleared(options.type),
    siteId: site === undefined || site === '-' ? cleared(site) : (await findSite(api, companyId, site)).id,
    language: options.language,
    timezone: cleared(options.timezone),
    externalIds: ids?.filter((one) => one !== undefined),
    phonePin: pin,
    phonePinConfirmation: pin,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function cleared(value: string | undefined): string | null | undefined {
  return value === '-' ? null : value;
}

function externalId(text: string, before: ExternalId[] = []): ExternalId[] {
  if (text === '-') return [...before, undefined];
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is written like crm=4711.');
  return [...before, { name: text.slice(0, at), value: text.slice(at + 1) }];
}
