import type { z } from 'zod';
import { ROLES, SESSIONS } from '../store/queries/access.ts';
import { COMPANIES } from '../store/queries/companies.ts';
import { DEVICES } from '../store/queries/devices.ts';
import { GROUPS } from '../store/queries/groups.ts';
import { INVITATIONS } from '../store/queries/invitations.ts';
import { DELETED_USERS } from '../store/queries/lifecycle.ts';
import { EXTENSIONS, MAILBOXES, NUMBERS } from '../store/queries/lines.ts';
import type { ListSpec } from '../store/queries/page.ts';
import { SITES, USERS } from '../store/queries/people.ts';
import { KEY_LAYOUTS, SIGHTINGS } from '../store/queries/phones.ts';
import { roleView, sessionView } from './schemas/access.ts';
import * as phones from './schemas/devices.ts';
import { groupView } from './schemas/groups.ts';
import { invitationView } from './schemas/invitations.ts';
import { deletedUserView } from './schemas/lifecycle.ts';
import { extensionView, mailboxView, numberView } from './schemas/lines.ts';
import { listQuery } from './schemas/list.ts';
import * as filters from './schemas/list-filters.ts';
import { companyView, siteView, userView } from './schemas/people.ts';
import type { Scope } from './scopes.ts';

/**
 * Lists that people filter, search and arrange, by their paths: what can be saved for them, and who may see them. Routes
 * answer with the same `query`, so that what is saved is what they take.
 */
export const LISTS = {
  companies: list('read', COMPANIES, companyView, filters.companyFilters, [
    'name',
    'slug',
    'country',
    'counts',
    'sync',
  ]),
  sites: list('read', SITES, siteView, filters.siteFilters, ['name', 'timezone', 'counts']),
  users: list('read', USERS, userView, filters.userFilters, [
    ...['firstName', 'lastName', 'username', 'email', 'extensions', 'site', 'groups', 'state', 'lastLoginAt'],
  ]),
  roles: list('read', ROLES, roleView, filters.roleFilters, ['name', 'permissions', 'counts']),
  groups: list('users:read', GROUPS, groupView, filters.groupFilters, ['name', 'description', 'counts']),
  teams: list('users:read', GROUPS, groupView, filters.groupFilters, ['name', 'description', 'counts']),
  labels: list('users:read', GROUPS, groupView, filters.labelFilters, ['kind', 'name', 'description', 'counts']),
  extensions: list('read', EXTENSIONS, extensionView, filters.extensionFilters, [
    ...['number', 'displayName', 'user', 'site', 'phoneNumbers', 'mailbox', 'enabled', 'sync'],
  ]),
  mailboxes: list('read', MAILBOXES, mailboxView, filters.mailboxFilters, [
    'extension',
    'displayName',
    'email',
    'sync',
  ]),
  devices: list('read', DEVICES, phones.deviceView, phones.deviceFilters, [
    ...['mac', 'label', 'vendor', 'model', 'site', 'user', 'lines', 'state', 'progress', 'firmware', 'fetchedAt'],
  ]),
  'key-layouts': list('read', KEY_LAYOUTS, phones.keyLayoutView, phones.keyLayoutFilters, [
    ...['name', 'site', 'group', 'counts'],
  ]),
  'phone-sightings': list(
    'read',
    SIGHTINGS,
    phones.sightingView,
    phones.sightingFilters,
    ['mac', 'vendor', 'model', 'site', 'address', 'reason', 'lastAt'],
    '-lastAt',
  ),
  numbers: list('read', NUMBERS, numberView, filters.numberFilters, ['e164', 'state', 'extension', 'note', 'sync']),
  sessions: list(
    'users:write',
    SESSIONS,
    sessionView.omit({ device: true, isCurrent: true }),
    filters.sessionFilters,
    ['username', 'address', 'userAgent', 'createdAt', 'lastSeenAt'],
    '-lastSeenAt',
  ),
  'deleted-users': list(
    'users:write',
    DELETED_USERS,
    deletedUserView,
    filters.deletedUserFilters,
    ['username', 'firstName', 'lastName', 'actor', 'deletedAt', 'purgeAt'],
    '-deletedAt',
  ),
  invitations: list(
    'users:read',
    INVITATIONS,
    invitationView,
    filters.invitationFilters,
    ['email', 'state', 'invitedBy', 'createdAt', 'expiresAt'],
    '-createdAt',
  ),
} as const;

export type ListName = keyof typeof LISTS;
export const LIST_NAMES = Object.keys(LISTS) as [ListName, ...ListName[]];

function list<F extends z.ZodRawShape>(
  scope: Scope,
  spec: ListSpec,
  item: z.ZodObject,
  shape: F,
  columns: readonly string[],
  defaultSort = Object.keys(spec.sorts)[0] ?? '',
) {
  return { scope, spec, item, filters: shape, columns, defaultSort, query: listQuery(spec, item, shape, defaultSort) };
}
