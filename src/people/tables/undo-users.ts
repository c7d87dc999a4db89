import { notHeld, type Permission } from '../../domain/permission.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { companiesWithoutAdministrator } from '../../store/lifecycle.ts';
import {
  type ExistingPerson,
  groupsById,
  ownersOfExternalIds,
  personsById,
  replaceExternalIdsOf,
  rolesOf,
  updatePersons,
} from '../../store/person-rows.ts';
import type { TableContext, TableUndo, TableUndone } from '../../store/table-writer.ts';
import { beforeAfter, differing } from '../patch.ts';
import { type Difference, type PersonMemory, rowOf } from './decide-user.ts';
import { removeMadeGroups } from './memberships.ts';
import { changeGroups, changeRoles, changeStates, entryOf, type Lifecycle } from './write-users.ts';

type Where = Pick<TableContext, 'companyId' | 'actor' | 'caller'>;

interface Item {
  row: TableUndo;
  memory: PersonMemory;
  person: ExistingPerson;
}

/** Created persons go, changed ones get their values back, unless somebody changed them since. */
export async function undoUsers(
  tx: Tx,
  lifecycle: Lifecycle,
  where: Where,
  rows: readonly TableUndo[],
): Promise<TableUndone[]> {
  const persons = new Map(
    (
      await personsById(
        tx,
        rows.map(({ objectId }) => objectId),
      )
    ).map((one) => [one.id, one]),
  );
  const reasons = new Map<TableUndo, string>();
  const items = rows.flatMap((row): Item[] => {
    const person = persons.get(row.objectId);
    if (person === undefined) reasons.set(row, 'it no longer exists');
    else if (person.version !== row.version) reasons.set(row, 'it was changed since');
    else return [{ row, memory: (row.before ?? {}) as PersonMemory, person }];
    return [];
  });
  await refuseLost(tx, where, items, reasons);
  const free = items.filter(({ row }) => !reasons.has(row));
  const made = free.filter(({ row }) => row.result === 'created');
  await remove(tx, where, made);
  await restore(
    tx,
    lifecycle,
    where,
    free.filter(({ row }) => row.result === 'updated'),
  );
  await removeMadeGroups(
    tx,
    where,
    free.flatMap(({ memory }) => memory.made ?? []),
  );
  return rows.map((row) => {
    const reason = reasons.get(row);
    return reason === undefined ? { line: row.line, ok: true } : { line: row.line, ok: false, reason };
  });
}

/** What cannot come back: rights that the caller has not, the last administrator, an id that is somebody else's by now. */
async function refuseLost(
  tx: Tx,
  where: Where,
  items: readonly Item[],
  reasons: Map<TableUndo, string>,
): Promise<void> {
  const { companyId, caller } = where;
  const roles = new Map((await rolesOf(tx, companyId)).map((role) => [role.id, role]));
  const ids = items.flatMap(({ memory }) => memory.externalIds ?? []);
  const owners = new Map(
    (await ownersOfExternalIds(tx, companyId, ids)).map(([name, value, id]) => [`${name}=${value}`, id]),
  );
  const leaving: Item[] = [];
  for (const item of items) {
    const { row, memory, person } = item;
    const changed = [...(memory.roles?.added ?? []), ...(memory.roles?.taken ?? [])];
    const higher = changed.find((id) => {
      const permissions = JSON.parse(roles.get(id)?.permissions ?? '[]') as Permission[];
      return notHeld(caller.scopes, permissions).length > 0;
    });
    const taken = memory.externalIds?.find(
      ({ name, value }) => (owners.get(`${name}=${value}`) ?? person.id) !== person.id,
    );
    if (higher !== undefined) reasons.set(row, `you cannot give or take ${roles.get(higher)?.name}`);
    else if (taken !== undefined) reasons.set(row, `somebody else has the ${taken.name} id by now`);
    const loses = memory.roles?.added.some((id) => roles.get(id)?.builtIn === 'administrator') === true;
    if (row.result === 'created' || loses || memory.state === 'disabled') leaving.push(item);
  }
  const without = await companiesWithoutAdministrator(
    tx,
    leaving.map(({ person }) => person.id),
    companyId,
    true,
  );
  if (without.length === 0) return;
  const administrators = new Set(
    [...roles.values()].flatMap(({ id, builtIn }) => (builtIn === 'administrator' ? [id] : [])),
  );
  const comesBack = ({ row, memory, person }: Item) => {
    const isActive = (memory.state ?? person.state) === 'active';
    const held = [
      ...person.roleIds.filter((id) => memory.roles?.added.includes(id) !== true),
      ...(memory.roles?.taken ?? []),
    ];
    return row.result === 'updated' && isActive && held.some((id) => administrators.has(id)) && !reasons.has(row);
  };
  if (items.some(comesBack)) return;
  for (const { row, person } of leaving) {
    if (!person.roleIds.some((id) => administrators.has(id))) continue;
    reasons.set(row, `${without.join(', ')} would have no active administrator left`);
  }
}

async function remove(tx: Tx, where: Where, items: readonly Item[]): Promise<void> {
  if (items.length === 0) return;
  await tx.user.deleteMany({ where: { id: { in: items.map(({ person }) => person.id) } } });
  await recordAudit(
    tx,
    items.map(({ person: { id, username } }) => ({ ...entryOf(where, 'deleted', id), details: { username } })),
  );
}

const opposite = ({ added, taken }: Difference): Difference => ({ added: taken, taken: added });
const NOTHING: Difference = { added: [], taken: [] };

async function restore(tx: Tx, lifecycle: Lifecycle, where: Where, items: readonly Item[]): Promise<void> {
  if (items.length === 0) return;
  const roles = new Map((await rolesOf(tx, where.companyId)).map((role) => [role.id, role]));
  const groupIds = items.flatMap(({ memory: { groups } }) => [...(groups?.added ?? []), ...(groups?.taken ?? [])]);
  const groups = new Map((await groupsById(tx, groupIds)).map((group) => [group.id, group]));
  const back = items.map(({ memory, person }) => ({
    id: person.id,
    person,
    fields: memory.fields ?? rowOf(person),
    externalIds: memory.externalIds,
    // A role or a group that was deleted since cannot come back.
    roles: existing(opposite(memory.roles ?? NOTHING), roles),
    groups: existing(opposite(memory.groups ?? NOTHING), groups),
    state: memory.state,
  }));
  await updatePersons(
    tx,
    await withoutLostSites(
      tx,
      back.map(({ fields }) => fields),
    ),
  );
  await replaceExternalIdsOf(
    tx,
    where.companyId,
    back.flatMap(({ id, externalIds }) => (externalIds === undefined ? [] : [{ id, externalIds }])),
  );
  await changeRoles(tx, where, back, (id) => roles.get(id)?.name ?? id);
  await changeGroups(tx, where, back, groups);
  await recordAudit(
    tx,
    back.map(({ id, person, fields, externalIds }) => {
      const changed = beforeAfter(person, differing(rowOf(person), fields));
      const ids = externalIds === undefined ? {} : { externalIds: [person.externalIds, externalIds] };
      return { ...entryOf(where, 'updated', id), details: { ...changed, ...ids } };
    }),
  );
  const stated = (state: string) => back.filter((one) => one.state === state).map(({ id }) => id);
  await changeStates(tx, lifecycle, where, { disabled: stated('disabled'), active: stated('active') });
}

function existing({ added, taken }: Difference, known: ReadonlyMap<string, unknown>): Difference {
  return { added: added.filter((id) => known.has(id)), taken: taken.filter((id) => known.has(id)) };
}

async function withoutLostSites<T extends { siteId: string | null }>(tx: Tx, rows: readonly T[]): Promise<T[]> {
  const ids = rows.flatMap(({ siteId }) => siteId ?? []);
  const found = new Set(
    (await tx.site.findMany({ where: { id: { in: [...new Set(ids)] } }, select: { id: true } })).map(({ id }) => id),
  );
  return rows.map((row) => (row.siteId !== null && !found.has(row.siteId) ? { ...row, siteId: null } : row));
}
