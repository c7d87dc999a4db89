import { v7 as uuid } from 'uuid';
import type { PersonValues } from '../../domain/import-values.ts';
import { notHeld, type Permission } from '../../domain/permission.ts';
import { foldUsername } from '../../domain/user.ts';
import { type FieldError, isLinekeeperError, messageOf } from '../../errors.ts';
import type { ExistingPerson, KnownGroup, PersonField, PersonRow } from '../../store/person-rows.ts';
import type { TableResult, TableRow } from '../../store/table-writer.ts';
import { refuseHigherPerson } from '../outrank.ts';
import { WAYS_IN } from '../user-input.ts';
import { groupsNamed, type UserWorld } from './user-world.ts';

/** What one row writes. */
export interface UserWrites {
  id: string;
  username: string;
  isNew: boolean;
  /** Undefined: the fields stay. */
  fields: PersonRow | undefined;
  /** Before and after of what changed, for the activity log. */
  changed: Record<string, unknown>;
  roles: Difference;
  groups: Difference;
  externalIds: { name: string; value: string }[] | undefined;
  /** Undefined: stays. */
  state: 'active' | 'disabled' | undefined;
}

export interface Difference {
  added: string[];
  taken: string[];
}

/** What a row keeps for its undo. */
export interface PersonMemory {
  fields?: PersonRow;
  roles?: Difference;
  groups?: Difference;
  externalIds?: { name: string; value: string }[];
  state?: 'active' | 'disabled';
  /** Groups that were made on the way. */
  made?: string[];
}

export interface UserDecision {
  result: TableResult;
  writes: UserWrites | undefined;
}

const NEW: Omit<PersonRow, 'id'> = {
  ...{ email: null, firstName: '', lastName: '', title: null, personalContact: null, userType: null },
  ...{ siteId: null, language: 'en', timezone: null },
};
const PLAIN = ['email', 'firstName', 'lastName', 'title', 'personalContact', 'language', 'timezone'] as const;

/** Decides one row: no I/O, but it notes in `world` what later rows must know. */
export function decideUser(world: UserWorld, row: TableRow<PersonValues>): UserDecision {
  const { line, values } = row;
  const { companyId, strategy } = world.context;
  const errors: FieldError[] = [];
  const refuse = (code: string, path: string, message: string) => void errors.push({ path, code, message });
  const present = world.existing.get(foldUsername(values.username));
  const failed = (): UserDecision => ({ result: { line, result: 'failed', errors }, writes: undefined });
  if (present !== undefined && (present.companyId !== companyId || strategy === 'fail')) {
    refuse('USERNAME_TAKEN', 'username', `the user name ${values.username} is taken`);
    return failed();
  }
  if (present !== undefined && strategy === 'skip') {
    return {
      result: { line, result: 'skipped', objectId: present.id, version: present.version },
      writes: undefined,
    };
  }
  const id = present?.id ?? uuid();
  const fields = decideFields(world, values, id, present, refuse);
  const roles = decideRoles(world, values, present, refuse);
  const groups = decideGroups(world, values, present, refuse);
  const externalIds = decideExternalIds(world, values, id, present, refuse);
  const state = decideState(world, values, present, refuse);
  const names = (Object.keys(fields) as (keyof PersonRow)[]).filter(
    (name): name is PersonField => name !== 'id' && fields[name] !== (present ?? NEW)[name],
  );
  if (present !== undefined) refuseHigher(world, present, { names, state }, refuse);
  if (errors.length === 0) settleAdministrator(world, id, { present, roles, state }, refuse);
  if (errors.length > 0) {
    world.book.takeMade();
    return failed();
  }

  const made = world.book.takeMade().map((group: KnownGroup) => group.id);
  const changed: Record<string, unknown> = Object.fromEntries(
    names.map((name) => [name, [present?.[name], fields[name]]]),
  );
  if (externalIds !== undefined) changed.externalIds = [present?.externalIds ?? [], externalIds];
  const hasRoles = roles.added.length + roles.taken.length > 0;
  const hasGroups = groups.added.length + groups.taken.length > 0;
  const isTouched = Object.keys(changed).length > 0 || hasRoles || hasGroups || state !== undefined;
  if (present !== undefined && !isTouched) {
    return { result: { line, result: 'unchanged', objectId: id, version: present.version }, writes: undefined };
  }
  const bumps = present === undefined || Object.keys(changed).length > 0 || hasRoles;
  const { username } = present ?? values;
  const writes: UserWrites = {
    ...{ id, username, isNew: present === undefined, fields: bumps ? fields : undefined },
    ...{ changed, roles, groups, externalIds, state },
  };
  const memory: PersonMemory = {
    ...(names.length === 0 || present === undefined ? {} : { fields: rowOf(present) }),
    ...(hasRoles && present !== undefined ? { roles } : {}),
    ...(hasGroups && present !== undefined ? { groups } : {}),
    ...(externalIds === undefined || present === undefined ? {} : { externalIds: present.externalIds }),
    ...(state === undefined || present === undefined
      ? {}
      : { state: present.state === 'disabled' ? 'disabled' : 'active' }),
    ...(made.length === 0 ? {} : { made }),
  };
  const result = present === undefined ? 'created' : 'updated';
  return { result: { line, result, objectId: id, before: memory }, writes };
}

type Refuse = (code: string, path: string, message: string) => void;

function decideFields(
  { sites, userTypes }: UserWorld,
  values: PersonValues,
  id: string,
  present: ExistingPerson | undefined,
  refuse: Refuse,
): PersonRow {
  const fields: PersonRow = { ...NEW, ...(present === undefined ? {} : rowOf(present)), id };
  for (const name of PLAIN) {
    const value = values[name];
    if (value !== undefined) fields[name] = value;
  }
  const { site, userType } = values;
  if (site === null) fields.siteId = null;
  if (typeof site === 'string') {
    fields.siteId = sites.get(site.toLowerCase()) ?? null;
    if (fields.siteId === null) refuse('REFERENCE_INVALID', 'site', `no site "${site}" in the company`);
  }
  if (userType !== undefined) fields.userType = userType;
  if (typeof userType === 'string' && userType !== present?.userType && !userTypes.has(userType)) {
    refuse('REFERENCE_INVALID', 'userType', 'is not among the userTypes of the company');
  }
  return fields;
}

export function rowOf(person: PersonRow): PersonRow {
  const { id, email, firstName, lastName, title, personalContact, userType, siteId, language, timezone } = person;
  return { id, email, firstName, lastName, title, personalContact, userType, siteId, language, timezone };
}

/** Nobody gives or takes a role that may do more than he may. */
function decideRoles(
  { rolesByName, rolesById, context }: UserWorld,
  { roles }: PersonValues,
  present: ExistingPerson | undefined,
  refuse: Refuse,
): Difference {
  const before = present?.roleIds ?? [];
  if (roles === undefined) {
    const user = [...rolesById.values()].find(({ builtIn }) => builtIn === 'user');
    return { added: present === undefined && user !== undefined ? [user.id] : [], taken: [] };
  }
  const wanted = new Set<string>();
  for (const name of roles ?? []) {
    const role = rolesByName.get(name);
    if (role === undefined) refuse('REFERENCE_INVALID', 'roles', `the company has no role called ${name}`);
    else wanted.add(role.id);
  }
  const difference = differenceOf(before, wanted, () => roles === null || context.lists === 'replace');
  for (const id of [...difference.added, ...difference.taken]) {
    const role = rolesById.get(id);
    const missing = notHeld(context.caller.scopes, JSON.parse(role?.permissions ?? '[]') as Permission[]);
    if (missing.length === 0) continue;
    refuse('RIGHTS_NOT_HELD', 'roles', `you cannot give or take ${role?.name} without having ${missing.join(', ')}`);
  }
  return difference;
}

function decideGroups(
  { book, context }: UserWorld,
  values: PersonValues,
  present: ExistingPerson | undefined,
  refuse: Refuse,
): Difference {
  const wanted = new Set<string>();
  for (const group of groupsNamed(values)) {
    const found = book.find(group);
    if ('id' in found) wanted.add(found.id);
    else refuse('REFERENCE_INVALID', pathOf(group.kind), found.error);
  }
  const isWhole = (groupId: string) => {
    const list = values[pathOf(book.get(groupId)?.kind ?? '')];
    return list === null || (list !== undefined && context.lists === 'replace');
  };
  return differenceOf(present?.groupIds ?? [], wanted, isWhole);
}

function pathOf(kind: string): 'groups' | 'teams' | 'labels' {
  return kind === 'group' ? 'groups' : kind === 'team' ? 'teams' : 'labels';
}

/** `isWhole`: whether what the row does not name is taken away. */
function differenceOf(
  before: readonly string[],
  wanted: ReadonlySet<string>,
  isWhole: (id: string) => boolean,
): Difference {
  const had = new Set(before);
  return {
    added: [...wanted].filter((id) => !had.has(id)),
    taken: before.filter((id) => !wanted.has(id) && isWhole(id)),
  };
}

function decideExternalIds(
  { externalIds: owners, context }: UserWorld,
  { externalIds }: PersonValues,
  id: string,
  present: ExistingPerson | undefined,
  refuse: Refuse,
): { name: string; value: string }[] | undefined {
  if (externalIds === undefined) return undefined;
  for (const { name, value } of externalIds ?? []) {
    const owner = owners.get(`${name}=${value}`);
    if (owner !== undefined && owner !== id)
      refuse('EXTERNAL_ID_TAKEN', 'externalIds', `somebody else has this ${name} id`);
  }
  const before = present?.externalIds ?? [];
  const kept = externalIds !== null && context.lists === 'add' ? before : [];
  const all = new Map([...kept, ...(externalIds ?? [])].map(({ name, value }) => [name, value]));
  const after = [...all].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify(after) === JSON.stringify(before) ? undefined : after;
}

function decideState(
  { context: { caller } }: UserWorld,
  { state }: PersonValues,
  present: ExistingPerson | undefined,
  refuse: Refuse,
): 'active' | 'disabled' | undefined {
  const before = present?.state ?? 'active';
  if (state === undefined || state === before) return undefined;
  if (state === 'active' && before === 'invited') {
    refuse('USER_STATE_INVALID', 'state', 'is invited: only the invitation lets him in');
  }
  if (state === 'disabled' && present?.id !== undefined && present.id === caller.userId) {
    refuse('FORBIDDEN', 'state', 'nobody disables himself');
  }
  return state;
}

/** Whoever gets the mails of an account, or shuts it, has power over it. */
function refuseHigher(
  { context: { caller } }: UserWorld,
  present: ExistingPerson,
  { names, state }: { names: readonly string[]; state: string | undefined },
  refuse: Refuse,
): void {
  const wayIn = WAYS_IN.find((name) => names.includes(name));
  const path = wayIn ?? (state === undefined ? undefined : 'state');
  if (path === undefined) return;
  try {
    refuseHigherPerson(caller, { isOperator: present.isOperator, roles: present.permissions });
  } catch (error) {
    if (!isLinekeeperError(error)) throw error;
    refuse(error.code, path, messageOf(error));
  }
}

/** The rows of a file are judged one after the other: the last administrator stays one. */
function settleAdministrator(
  { administrators, rolesById }: UserWorld,
  id: string,
  after: { present: ExistingPerson | undefined; roles: Difference; state: 'active' | 'disabled' | undefined },
  refuse: Refuse,
): void {
  const { present, roles, state } = after;
  const isIt = (ids: readonly string[]) => ids.some((one) => rolesById.get(one)?.builtIn === 'administrator');
  const hasRole = isIt(roles.added) || (isIt(present?.roleIds ?? []) && !isIt(roles.taken));
  const isActive = (state ?? present?.state ?? 'active') === 'active';
  if (hasRole && isActive) {
    administrators.add(id);
    return;
  }
  if (!administrators.has(id)) return;
  if (administrators.size > 1) administrators.delete(id);
  else {
    const message = 'the company would have no active administrator left: make somebody else one first';
    refuse('LAST_ADMINISTRATOR', state === undefined ? 'roles' : 'state', message);
  }
}
