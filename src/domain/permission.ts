/**
 * What a role or a token may allow, and in which words the docs explain it. A route names the one permission it needs.
 * `admin` stands for all of them, `read` for everything that ends in `:read`.
 */
export const PERMISSIONS = {
  admin: 'everything below, now and later',
  read: 'see everything of the company but what belongs to one person alone',
  'users:read': 'see colleagues: names, extensions, groups',
  'users:invite': 'invite people with the role User',
  'users:write': 'create, change, disable, delete and restore users; their passwords, second factors and sessions',
  'roles:write': 'create and change roles, and give them (never more than one has)',
  'groups:write': 'groups, teams and labels, and who is in them',
  'messages:write': 'send broadcast messages',
  'activity:read': 'read and export the activity log',
  'calls:read': 'see live calls, registrations, call records and their graphs',
  'calls:write': 'hang up and transfer calls, ring test calls, throw phones off, send messages to phones',
  'companies:write': 'change the company, its sites and settings',
  'lines:write': 'extensions, SIP accounts and mailboxes',
  'numbers:write': 'phone numbers',
  'phones:write': 'desk phones: add, set up, notify and swap them, and see the addresses they fetch from',
  'imports:write': 'import and undo imports',
  'bulk:write': 'do one thing to many at once, with the permission for the thing itself',
  'pbxes:write': 'PBXs (not for a role of one company)',
  'sync:write': 'audits, approvals (not for a role of one company)',
  'tokens:write': 'API tokens (never with more than one has)',
} as const;

export type Permission = keyof typeof PERMISSIONS;

export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

/** Which other permissions one brings along. */
const IMPLIED: Partial<Record<Permission, readonly Permission[]>> = {
  'users:write': ['users:read', 'users:invite'],
  'groups:write': ['users:read'],
  'messages:write': ['users:read'],
  'calls:write': ['calls:read'],
};

export function holdsPermission(held: ReadonlySet<string>, wanted: Permission): boolean {
  if (held.has('admin') || held.has(wanted)) return true;
  if (wanted.endsWith(':read') && held.has('read')) return true;
  return [...held].some((one) => IMPLIED[one as Permission]?.includes(wanted) === true);
}

/** The permissions of `wanted` that `held` does not cover: what nobody may give to others or to himself. */
export function notHeld(held: ReadonlySet<string>, wanted: Iterable<Permission>): Permission[] {
  return [...wanted].filter((one) => !holdsPermission(held, one));
}

export type BuiltInRole = 'administrator' | 'user';

/** Every company has these two; their permissions cannot be changed. */
export const BUILT_IN_ROLES: Record<BuiltInRole, { name: string; permissions: readonly Permission[] }> = {
  administrator: { name: 'Administrator', permissions: ['admin'] },
  user: { name: 'User', permissions: ['users:read', 'users:invite'] },
};
