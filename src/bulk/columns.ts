import { z } from 'zod';
import { CLASSES_OF_SERVICE } from '../domain/extension.ts';
import { extensionExtrasSchema, extensionInputSchema, mailboxInputSchema } from '../domain/extension-input.ts';
import { ACCOUNT_KINDS, CODECS, foreignSecretSchema } from '../domain/sip-account.ts';

/** How the text of a cell becomes a value. `digits` is text in which a spreadsheet may have damaged a number. */
export type CellType = 'text' | 'digits' | 'word' | 'yesno' | 'integer' | 'words' | 'numbers' | 'list';

export interface Column {
  name: string;
  type: CellType;
  /** Which of the two inputs of an extension, or the fields of another table, and where in it; also the path of errors. */
  target: 'input' | 'extras' | 'fields';
  path: readonly [string] | readonly [string, string];
  /** Of the API, so that a cell is judged as a field of a request is. */
  schema: z.ZodType;
  /** In its place when weak SIP secrets are taken. */
  weakSchema?: z.ZodType;
  /** What `-` sets; undefined: the value cannot be cleared. */
  cleared?: null;
  /** Where `cleared` goes when not to `path`: an owner is named by username and taken off by id. */
  clears?: 'userId' | 'siteId';
  /** For the template. */
  note: string;
  example: string;
}

export type ColumnOptions = Partial<Pick<Column, 'cleared' | 'clears' | 'example' | 'weakSchema'>>;

export const column = (
  name: string,
  type: CellType,
  target: Column['target'],
  path: Column['path'],
  schema: z.ZodType,
  note: string,
  options: ColumnOptions = {},
): Column => ({ name, type, target, path, schema, note, example: '', ...options });

const input = extensionInputSchema.shape;
const box = mailboxInputSchema.shape;
const extras = extensionExtrasSchema.shape;
const user = extras.user.unwrap().shape;
const account = extras.account.unwrap().shape;
const nullable = { cleared: null } as const;

/** Every column an import knows, in the order of the template. The notes hold no comma, semicolon or quote: see template. */
export const COLUMNS: readonly Column[] = [
  column(
    'extension',
    'digits',
    'extras',
    ['number'],
    extras.number,
    '2 to 10 digits. Empty: the next free number of the company',
    { example: '1001' },
  ),
  column(
    'display_name',
    'text',
    'input',
    ['displayName'],
    input.displayName,
    'shown in lists and on phones. Needed for a new extension',
    { example: 'Anna Berg' },
  ),
  column(
    'caller_id_name',
    'text',
    'input',
    ['callerIdName'],
    input.callerIdName,
    'name sent to the called. Default: display_name',
    nullable,
  ),
  column(
    'user',
    'text',
    'extras',
    ['user', 'username'],
    user.username,
    'username of the owner. A new user is created',
    { cleared: null, clears: 'userId', example: 'anna.berg' },
  ),
  column('first_name', 'text', 'extras', ['user', 'firstName'], user.firstName, 'of the user', { example: 'Anna' }),
  column('last_name', 'text', 'extras', ['user', 'lastName'], user.lastName, 'of the user', { example: 'Berg' }),
  column('email', 'text', 'extras', ['user', 'email'], user.email, 'of the user', {
    cleared: null,
    example: 'anna.berg@example.com',
  }),
  column('site', 'text', 'extras', ['siteName'], extras.siteName, 'name of a site of the company', {
    cleared: null,
    clears: 'siteId',
  }),
  column('ring_seconds', 'integer', 'input', ['ringSeconds'], input.ringSeconds, '5 to 120. Default 25', {
    example: '25',
  }),
  column(
    'forward_always',
    'digits',
    'input',
    ['forwardAlways'],
    input.forwardAlways,
    'extension or number such as +4930123456',
    nullable,
  ),
  column('forward_busy', 'digits', 'input', ['forwardBusy'], input.forwardBusy, 'extension or number', nullable),
  column(
    'forward_no_answer',
    'digits',
    'input',
    ['forwardNoAnswer'],
    input.forwardNoAnswer,
    'extension or number',
    nullable,
  ),
  column('do_not_disturb', 'yesno', 'input', ['doNotDisturb'], input.doNotDisturb, 'yes or no. Default no', {
    example: 'no',
  }),
  column(
    'class_of_service',
    'word',
    'input',
    ['classOfService'],
    input.classOfService,
    `${CLASSES_OF_SERVICE.join(' or ')}. Default national`,
    { example: 'national' },
  ),
  column(
    'pickup_group',
    'word',
    'input',
    ['pickupGroup'],
    input.pickupGroup,
    'lower-case letters digits and hyphens',
    nullable,
  ),
  column('enabled', 'yesno', 'input', ['enabled'], input.enabled, 'yes or no. Default yes', { example: 'yes' }),
  column(
    'phone_numbers',
    'numbers',
    'extras',
    ['phoneNumbers'],
    extras.phoneNumbers,
    'in E.164 with the plus. Several separated by a space or |',
  ),
  column(
    'mailbox',
    'yesno',
    'input',
    ['mailbox'],
    z.boolean(),
    'yes: has one. no: DELETES the mailbox. Empty: as it is',
    { example: 'yes' },
  ),
  column(
    'mailbox_pin',
    'digits',
    'input',
    ['mailbox', 'pin'],
    box.pin,
    '4 to 6 digits. Empty: a random one for a new mailbox',
  ),
  column('mailbox_email', 'text', 'input', ['mailbox', 'email'], box.email, 'where messages are mailed to', {
    cleared: null,
    example: 'anna.berg@example.com',
  }),
  column(
    'mailbox_attach',
    'yesno',
    'input',
    ['mailbox', 'attach'],
    box.attach,
    'attach the recording to the mail. Default yes',
  ),
  column(
    'mailbox_delete_after_mail',
    'yesno',
    'input',
    ['mailbox', 'deleteAfterMail'],
    box.deleteAfterMail,
    'yes or no. Default no',
  ),
  column(
    'mailbox_timezone',
    'text',
    'input',
    ['mailbox', 'timezone'],
    box.timezone,
    'such as Europe/Berlin. Default: of the company',
    nullable,
  ),
  column(
    'account_kind',
    'word',
    'extras',
    ['account', 'kind'],
    account.kind,
    `${ACCOUNT_KINDS.join(' or ')}. New extensions only`,
  ),
  column(
    'codecs',
    'words',
    'extras',
    ['account', 'codecs'],
    account.codecs,
    `best first: ${CODECS.join(' ')}. New extensions only`,
    nullable,
  ),
  column(
    'max_contacts',
    'integer',
    'extras',
    ['account', 'maxContacts'],
    account.maxContacts,
    '1 to 10 phones at once. New extensions only',
  ),
  column(
    'sip_secret',
    'text',
    'extras',
    ['account', 'secret'],
    account.secret,
    'only when moving from another system: 16 to 64 letters and digits',
    { weakSchema: foreignSecretSchema },
  ),
];

/** What our own result files add. An import does not read them, so that a corrected failed.csv can be sent as it is. */
export const ERROR_COLUMNS = ['error_line', 'error_codes', 'error_text'] as const;

const BY_PATH = new Map(COLUMNS.map((column) => [column.path.join('.'), column.name]));
BY_PATH.set('userId', 'user').set('siteId', 'site');

/** The column an error belongs to; a path that no column has is named as it is. */
export function columnOfPath(path: string): string {
  return BY_PATH.get(path) ?? BY_PATH.get(path.replace(/\.\d+$/, '')) ?? path;
}
