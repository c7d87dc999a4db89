import { z } from 'zod';
import { groupNameSchema, labelKindSchema } from '../../domain/group.ts';
import { emailSchema } from '../../domain/mailbox.ts';
import { rule } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import { timezoneSchema } from '../../domain/timezone.ts';
import { externalIdsSchema, languageSchema, personalContactSchema, usernameSchema } from '../../domain/user.ts';
import { COLUMNS, type Column, type ColumnOptions, column } from '../columns.ts';

const MOST = 200;
const nullable = { cleared: null } as const;

const labelSchema = rule(z.string(), 'LABEL_INVALID', 'must be kind:name such as desk:North', (v) =>
  /^[^:]+:.+$/.test(v),
)
  .transform((v) => ({ kind: v.slice(0, v.indexOf(':')).trim(), name: v.slice(v.indexOf(':') + 1) }))
  .pipe(z.strictObject({ kind: labelKindSchema, name: groupNameSchema }));

const externalIdSchema = rule(z.string(), 'EXTERNAL_ID_INVALID', 'must be name=value such as crm=4711', (v) =>
  /^[^=]+=.+$/.test(v),
).transform((v) => ({ name: v.slice(0, v.indexOf('=')).trim(), value: v.slice(v.indexOf('=') + 1) }));

const field = (
  name: string,
  type: Column['type'],
  path: string,
  schema: z.ZodType,
  note: string,
  options: ColumnOptions = {},
): Column => column(name, type, 'fields', [path], schema, note, options);

/** What a person is. The notes hold no comma, semicolon or quote: see template. */
export const PERSON_COLUMNS: readonly Column[] = [
  field('username', 'text', 'username', usernameSchema, 'the name to log in with. Says who is meant', {
    example: 'anna.berg',
  }),
  field('first_name', 'text', 'firstName', text(60), 'given name', { example: 'Anna' }),
  field('last_name', 'text', 'lastName', text(60), 'family name', { example: 'Berg' }),
  field('email', 'text', 'email', emailSchema, 'where links and notices go', {
    ...nullable,
    example: 'anna.berg@example.com',
  }),
  field('title', 'text', 'title', text(80), 'such as Head of Sales', nullable),
  field(
    'personal_contact',
    'digits',
    'personalContact',
    personalContactSchema,
    'phone number such as +4930123456 or e-mail address',
    nullable,
  ),
  field('user_type', 'text', 'userType', text(40), 'one of the user types of the company', nullable),
  field('site', 'text', 'site', text(60), 'name of a site of the company', nullable),
  field('language', 'text', 'language', languageSchema, 'such as en or de or pt-BR. Default en', { example: 'en' }),
  field('timezone', 'text', 'timezone', timezoneSchema, 'such as Europe/Berlin. Default: of the company', nullable),
  field('state', 'word', 'state', z.enum(['active', 'disabled']), 'active or disabled. Default active', {
    example: 'active',
  }),
  field('roles', 'list', 'roles', z.array(text(60)).max(MOST), 'names of roles separated by |. Default User', {
    ...nullable,
    example: 'User',
  }),
  field('groups', 'list', 'groups', z.array(groupNameSchema).max(MOST), 'names of groups separated by |', nullable),
  field('teams', 'list', 'teams', z.array(groupNameSchema).max(MOST), 'names of teams separated by |', nullable),
  field('labels', 'list', 'labels', z.array(labelSchema).max(MOST), 'kind:name separated by |', nullable),
  field(
    'external_ids',
    'list',
    'externalIds',
    z.array(externalIdSchema).pipe(externalIdsSchema),
    'name=value separated by |',
    nullable,
  ),
];

const NAMES = new Set(PERSON_COLUMNS.map(({ name }) => name));
const NEXT = 'next';

/** Those of the extension that a person gets in the same row. */
export const LINE_COLUMNS: readonly Column[] = COLUMNS.filter(({ name }) => name !== 'user' && !NAMES.has(name)).map(
  (one) =>
    one.name !== 'extension'
      ? one
      : {
          ...one,
          schema: z.union([z.string().toLowerCase().pipe(z.literal(NEXT)), one.schema]),
          note: '2 to 10 digits or next for the next free number. Empty: none',
          example: '',
        },
);

export function wantsNextNumber(cell: string): boolean {
  return cell.trim().toLowerCase() === NEXT;
}
