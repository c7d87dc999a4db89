import type { PersonValues } from '../../domain/import-values.ts';
import { foldUsername } from '../../domain/user.ts';
import type { Tx } from '../../store/database.ts';
import {
  activeAdministrators,
  type ExistingPerson,
  type KnownRole,
  ownersOfExternalIds,
  personsByUsername,
  rolesOf,
} from '../../store/person-rows.ts';
import { sitesOf } from '../../store/references.ts';
import type { TableContext, TableRow } from '../../store/table-writer.ts';
import { type GroupBook, openGroupBook } from './group-book.ts';

/** What the rules of a chunk of users may ask: loaded once for all its rows. */
export interface UserWorld {
  context: TableContext;
  /** By user name in lower case (`foldUsername`). */
  existing: Map<string, ExistingPerson>;
  sites: Map<string, string>;
  userTypes: Set<string>;
  rolesByName: Map<string, KnownRole>;
  rolesById: Map<string, KnownRole>;
  book: GroupBook;
  /** User id by `name=value`. */
  externalIds: Map<string, string>;
  /** Who can log in and do everything; kept up to date while rows are decided. */
  administrators: Set<string>;
}

/** Groups that a person's row names, by column. */
export function groupsNamed({ groups, teams, labels }: PersonValues): { kind: string; name: string }[] {
  return [
    ...(groups ?? []).map((name) => ({ kind: 'group', name })),
    ...(teams ?? []).map((name) => ({ kind: 'team', name })),
    ...(labels ?? []),
  ];
}

export async function loadUserWorld(
  tx: Tx,
  context: TableContext,
  rows: readonly TableRow<PersonValues>[],
): Promise<UserWorld> {
  const { companyId } = context;
  const values = rows.map((row) => row.values);
  const existing = await personsByUsername(
    tx,
    values.map(({ username }) => username),
  );
  const company = await tx.company.findUniqueOrThrow({ where: { id: companyId }, select: { userTypes: true } });
  const roles = await rolesOf(tx, companyId);
  const sites = values.some(({ site }) => site != null) ? await sitesOf(tx, companyId) : [];
  const externalIds = values.flatMap((one) => one.externalIds ?? []);
  const known = new Map(existing.map((one) => [one.id, one]));
  const named = values.flatMap(groupsNamed);
  return {
    context,
    existing: new Map(existing.map((one) => [foldUsername(one.username), one])),
    sites: new Map(sites.map(({ id, name }) => [name.toLowerCase(), id])),
    userTypes: new Set(JSON.parse(company.userTypes) as string[]),
    rolesByName: new Map(roles.map((role) => [role.name, role])),
    rolesById: new Map(roles.map((role) => [role.id, role])),
    book: await openGroupBook(tx, context, await withGroupsOf(tx, [...known.values()], named)),
    externalIds: new Map(
      (await ownersOfExternalIds(tx, companyId, externalIds)).map(([name, value, id]) => [`${name}=${value}`, id]),
    ),
    administrators: new Set(await activeAdministrators(tx, companyId)),
  };
}

/** The groups that rows name, and those that their persons are in: a whole list takes some away. */
async function withGroupsOf(
  tx: Tx,
  persons: readonly ExistingPerson[],
  named: readonly { kind: string; name: string }[],
): Promise<{ kind: string; name: string }[]> {
  const ids = new Set(persons.flatMap(({ groupIds }) => groupIds));
  if (ids.size === 0) return [...named];
  const present = await tx.userGroup.findMany({ where: { id: { in: [...ids] } }, select: { kind: true, name: true } });
  return [...named, ...present];
}
