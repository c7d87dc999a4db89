import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { Api } from './api/client.ts';
import { CliError } from './cli-error.ts';
import { findUser } from './lookup.ts';
import { readStandardInput } from './terminal.ts';

/** What `extension create` and `extension set` have in common. `-` clears a value, as in an import. */
export interface ExtensionOptions {
  name?: string;
  callerIdName?: string;
  ringSeconds?: number;
  forwardAlways?: string;
  forwardBusy?: string;
  forwardNoAnswer?: string;
  dnd?: boolean;
  class?: string;
  pickupGroup?: string;
  user?: string;
  mailbox?: boolean;
  email?: string;
  pinFile?: string;
  allowWeakPin?: boolean;
}

export function addExtensionOptions(command: Command): Command {
  return command
    .option('--name <name>', 'display name')
    .option('--caller-id-name <name>', 'name shown to the called')
    .option('--ring-seconds <n>', 'before "no answer"', wholeNumber)
    .option('--forward-always <target>', 'extension or E.164 number; "-" clears, here and below')
    .option('--forward-busy <target>')
    .option('--forward-no-answer <target>')
    .option('--dnd', 'do not disturb')
    .option('--no-dnd')
    .option('--class <class>', 'internal, national or international')
    .option('--pickup-group <group>')
    .option('--user <username>', 'whose it is')
    .option('--mailbox', 'with a mailbox; its PIN is shown once')
    .option('--no-mailbox', 'without')
    .option('--email <address>', 'where voicemail is sent')
    .option('--pin-file <file>', 'PIN of the mailbox, from a file or "-" for standard input')
    .option('--allow-weak-pin', 'take a PIN that is easily guessed');
}

/** The body of the request: only what was given. */
export async function extensionBody(options: ExtensionOptions): Promise<Record<string, unknown>> {
  const pin = options.pinFile === undefined ? undefined : await pinOf(options.pinFile);
  const box = given({ email: cleared(options.email), pin });
  const hasBox = options.mailbox === true || Object.keys(box).length > 0;
  return given({
    displayName: options.name,
    callerIdName: cleared(options.callerIdName),
    ringSeconds: options.ringSeconds,
    forwardAlways: cleared(options.forwardAlways),
    forwardBusy: cleared(options.forwardBusy),
    forwardNoAnswer: cleared(options.forwardNoAnswer),
    doNotDisturb: options.dnd,
    classOfService: options.class,
    pickupGroup: cleared(options.pickupGroup),
    mailbox: options.mailbox === false ? null : hasBox ? box : undefined,
  });
}

/** `userId` for the body, when the option was given. */
export async function ownerBody(api: Api, { user }: ExtensionOptions): Promise<{ userId?: string | null }> {
  if (user === undefined) return {};
  return { userId: user === '-' ? null : (await findUser(api, user)).id };
}

/** A PIN from a file, or from standard input (`-`). */
export async function pinOf(file: string): Promise<string> {
  const pin = (file === '-' ? await readStandardInput() : readFileSync(file, 'utf8')).trim();
  if (/^[0-9]{4,6}$/.test(pin)) return pin;
  throw new CliError('PIN_INVALID', `${file === '-' ? 'standard input' : file} must hold 4 to 6 digits`);
}

function cleared(value: string | undefined): string | null | undefined {
  return value === '-' ? null : value;
}

function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
