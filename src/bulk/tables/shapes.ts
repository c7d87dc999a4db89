import { z } from 'zod';
import { groupDescriptionSchema, groupNameSchema, labelKindSchema } from '../../domain/group.ts';
import { NUMBER_STATES } from '../../domain/phone-number.ts';
import { macSchema } from '../../domain/phones/mac.ts';
import { text } from '../../domain/text.ts';
import { usernameSchema } from '../../domain/user.ts';
import { LinekeeperError } from '../../errors.ts';
import { COLUMNS, column, columnOfPath } from '../columns.ts';
import { columnNames, IMPORT_TABLES, type ImportTableName, type TableShape } from './shape.ts';
import { LINE_COLUMNS, PERSON_COLUMNS, wantsNextNumber } from './user-columns.ts';

const nullable = { cleared: null } as const;
/** `language=de` */
const deviceSettingsSchema = z
  .array(z.string().regex(/^[^=]{1,150}=/, { error: 'must be key=value' }))
  .max(200)
  .transform((cells) =>
    cells.map((cell) => ({
      key: cell.slice(0, cell.indexOf('=')).trim(),
      value: cell.slice(cell.indexOf('=') + 1).trim(),
    })),
  );
const kindSchema = z.union([z.enum(['group', 'team']), labelKindSchema]);
const byName = new Map(COLUMNS.map((one) => [one.name, one]));
const lineColumn = (name: string) => byName.get(name)!;

const EXTENSIONS: TableShape = {
  name: 'extensions',
  columns: COLUMNS,
  must: { extension: 'its cells may be empty, then the next free number is taken' },
  needs: () => [],
  wantsNumber: (cell) => cell.trim() === '',
  columnOf: columnOfPath,
};

const personNames = columnNames(PERSON_COLUMNS);
const LINE_NAMES = new Set(LINE_COLUMNS.map(({ name }) => name));

const USERS: TableShape = {
  name: 'users',
  columns: [...PERSON_COLUMNS, ...LINE_COLUMNS],
  must: { username: 'it says who is meant' },
  needs: (columns) => [
    'users:write',
    ...(columns.has('roles') ? (['roles:write'] as const) : []),
    ...(['groups', 'teams', 'labels'].some((name) => columns.has(name)) ? (['groups:write'] as const) : []),
    ...([...LINE_NAMES].some((name) => columns.has(name)) ? (['lines:write'] as const) : []),
  ],
  wantsNumber: wantsNextNumber,
  columnOf: personNames,
};

const groupColumns = [
  column('kind', 'word', 'fields', ['kind'], kindSchema, 'group or team or a kind of labels of the company', {
    example: 'group',
  }),
  column('name', 'text', 'fields', ['name'], groupNameSchema, 'of the group', { example: 'Sales' }),
  column('description', 'text', 'fields', ['description'], groupDescriptionSchema, 'what it is for', nullable),
];
const GROUPS: TableShape = {
  name: 'groups',
  columns: groupColumns,
  must: { kind: 'group or team or a kind of labels', name: 'it says which group is meant' },
  needs: () => ['groups:write'],
  columnOf: columnNames(groupColumns),
};

const membershipColumns = [
  column('kind', 'word', 'fields', ['kind'], kindSchema, 'group or team or a kind of labels of the company', {
    example: 'group',
  }),
  column('group', 'text', 'fields', ['group'], groupNameSchema, 'name of the group', { example: 'Sales' }),
  column('username', 'text', 'fields', ['username'], usernameSchema, 'who is in it', { example: 'anna.berg' }),
];
const MEMBERSHIPS: TableShape = {
  name: 'memberships',
  columns: membershipColumns,
  must: { kind: 'group or team or a kind of labels', group: 'it says which group is meant', username: 'who is in it' },
  needs: () => ['groups:write'],
  columnOf: columnNames(membershipColumns),
};

const numberColumns = [
  column(
    'phone_number',
    'digits',
    'fields',
    ['e164'],
    z.string().max(40),
    'in E.164 such as +4930123456 or as it is dialled in the country of the company',
    { example: '+4930123456' },
  ),
  column(
    'state',
    'word',
    'fields',
    ['state'],
    z.enum(NUMBER_STATES),
    'spare or reserved or assigned. quarantined only of a new number',
    { example: 'spare' },
  ),
  column(
    'extension',
    'digits',
    'fields',
    ['extension'],
    lineColumn('extension').schema,
    'where it rings. Needed with the state assigned',
    nullable,
  ),
  column('note', 'text', 'fields', ['note'], text(200), 'for people only', nullable),
];
const NUMBERS: TableShape = {
  name: 'numbers',
  columns: numberColumns,
  must: { phone_number: 'it says which number is meant' },
  needs: () => ['numbers:write'],
  columnOf: columnNames(numberColumns),
};

const mailboxColumns = [
  { ...lineColumn('extension'), note: 'number of an extension that exists', example: '1001' },
  ...COLUMNS.filter(({ name }) => name.startsWith('mailbox_')),
  column('mailbox_enabled', 'yesno', 'input', ['mailbox', 'enabled'], z.boolean(), 'yes or no. Default yes', {
    example: 'yes',
  }),
];
const MAILBOXES: TableShape = {
  name: 'mailboxes',
  columns: mailboxColumns,
  must: { extension: 'it says whose mailbox is meant' },
  needs: () => ['lines:write'],
  columnOf: (path) => (path === 'mailbox.enabled' ? 'mailbox_enabled' : columnOfPath(path)),
};

const deviceColumns = [
  column('mac', 'text', 'fields', ['mac'], macSchema, 'MAC address such as 00:15:65:12:34:56', {
    example: '00:15:65:12:34:56',
  }),
  column(
    'vendor',
    'word',
    'fields',
    ['vendor'],
    z.string().max(31),
    'such as yealink or snom. Empty: by the MAC address',
    {
      example: 'yealink',
    },
  ),
  column('model', 'text', 'fields', ['model'], z.string().max(61), 'such as T54W', { ...nullable, example: 'T54W' }),
  column('site', 'text', 'fields', ['site'], text(60), 'name of a site of the company', nullable),
  column('label', 'text', 'fields', ['label'], text(60), 'shown on its display', nullable),
  column('user', 'text', 'fields', ['user'], usernameSchema, 'whose phone it is', nullable),
  column(
    'lines',
    'list',
    'fields',
    ['lines'],
    z.array(z.string().regex(/^[0-9]{2,10}$/)).max(48),
    'numbers of extensions in their order. Several with | between them',
    { ...nullable, example: '1001' },
  ),
  column('layout', 'text', 'fields', ['layout'], text(60), 'name of a key layout', nullable),
  column('state', 'word', 'fields', ['state'], z.enum(['active', 'suspended']), 'active or suspended', {
    example: 'active',
  }),
  column(
    'settings',
    'list',
    'fields',
    ['settings'],
    deviceSettingsSchema,
    'key=value of its own settings. Several with | between them',
    { ...nullable, example: 'language=de' },
  ),
];
const deviceNames = columnNames(deviceColumns);
const DEVICES: TableShape = {
  name: 'devices',
  columns: deviceColumns,
  must: { mac: 'it says which phone is meant' },
  needs: () => ['phones:write'],
  // A setting by its key; keys that do not fit come from the layout.
  columnOf: (path) => deviceNames(path.replace(/^settings\..*$/, 'settings').replace(/^keys$/, 'layout')),
};

export const SHAPES: Readonly<Record<ImportTableName, TableShape>> = {
  extensions: EXTENSIONS,
  users: USERS,
  groups: GROUPS,
  memberships: MEMBERSHIPS,
  numbers: NUMBERS,
  mailboxes: MAILBOXES,
  devices: DEVICES,
};

/** The columns that no other table has tell which it is. */
const SIGNS: readonly [ImportTableName, readonly string[]][] = [
  ['devices', ['mac']],
  ['memberships', ['group', 'username']],
  ['users', ['username']],
  ['groups', ['kind', 'name']],
  ['numbers', ['phone_number']],
  ['mailboxes', ['extension', 'mailbox_enabled']],
];

/** What a file is about, by the names in its header. */
export function recogniseTable(names: ReadonlySet<string>): ImportTableName {
  return SIGNS.find(([, signs]) => signs.every((sign) => names.has(sign)))?.[0] ?? 'extensions';
}

/** @throws NOT_FOUND for a job of a release that knew more tables */
export function shapeOfJob({ kind }: { kind: string }): TableShape {
  const name = IMPORT_TABLES.find((one) => one === kind);
  if (name !== undefined) return SHAPES[name];
  throw new LinekeeperError('NOT_FOUND', `there is no table called ${kind}`);
}
