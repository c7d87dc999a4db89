import type { MembershipValues } from '../../domain/import-values.ts';
import { foldUsername } from '../../domain/user.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import {
  addPairs,
  deleteGroups,
  emptyAmong,
  groupsById,
  membersByUsername,
  membershipsAmong,
  type Pair,
  removePairs,
} from '../../store/person-rows.ts';
import type {
  TableContext,
  TableResult,
  TableRow,
  TableUndo,
  TableUndone,
  TableWriter,
} from '../../store/table-writer.ts';
import { auditMembers } from './audit-members.ts';
import { openGroupBook } from './group-book.ts';
import { entryOf, failed } from './groups.ts';

/** What a row keeps: who came into which group, and the groups that were made for it. */
interface Memory {
  userId: string;
  groupId: string;
  made?: string[];
}

/** Who is in which group, team or label; nobody is taken out. */
export const membershipWriter: TableWriter<MembershipValues> = { apply, undo };

async function apply(
  tx: Tx,
  context: TableContext,
  rows: readonly TableRow<MembershipValues>[],
): Promise<TableResult[]> {
  const { companyId, strategy } = context;
  const usernames = [...new Set(rows.map(({ values }) => values.username))];
  const users = new Map(
    (await membersByUsername(tx, companyId, usernames)).map(([name, id]) => [foldUsername(name), id]),
  );
  const book = await openGroupBook(
    tx,
    context,
    rows.map(({ values: { kind, group } }) => ({ kind, name: group })),
  );
  const places = rows.map(({ line, values: { kind, group, username } }) => {
    const userId = users.get(foldUsername(username));
    const found = userId === undefined ? undefined : book.find({ kind, name: group });
    return { line, username, userId, found, made: book.takeMade().map(({ id }) => id) };
  });
  const wanted = places.flatMap(({ userId, found }): Pair[] =>
    userId !== undefined && found !== undefined && 'id' in found ? [[userId, found.id]] : [],
  );
  const present = await membershipsAmong(tx, wanted);
  const added: Pair[] = [];
  const results = places.map(({ line, username, userId, found, made }): TableResult => {
    if (userId === undefined || found === undefined) {
      return failed(line, 'REFERENCE_INVALID', 'username', `there is no user ${username} in the company`);
    }
    if ('error' in found) return failed(line, 'REFERENCE_INVALID', 'group', found.error);
    const objectId = userId;
    if (present.has(`${userId} ${found.id}`)) {
      if (strategy === 'fail') return failed(line, 'MEMBER_ALREADY', 'username', `${username} is in it already`);
      return { line, result: strategy === 'skip' ? 'skipped' : 'unchanged', objectId, version: 1 };
    }
    added.push([userId, found.id]);
    const before: Memory = { userId, groupId: found.id, ...(made.length === 0 ? {} : { made }) };
    return { line, result: 'created', objectId, version: 1, before };
  });
  await book.write(tx, context, new Set(added.map(([, groupId]) => groupId)));
  await addPairs(tx, 'groups', added);
  await auditMembers(tx, context, 'members_added', added, book);
  return results;
}

async function undo(
  tx: Tx,
  context: Pick<TableContext, 'companyId' | 'actor'>,
  rows: readonly TableUndo[],
): Promise<TableUndone[]> {
  const memories = rows.map(({ line, before }) => ({ line, ...(before as Memory) }));
  const pairs = memories.map(({ userId, groupId }): Pair => [userId, groupId]);
  const present = await membershipsAmong(tx, pairs);
  const going = pairs.filter(([userId, groupId]) => present.has(`${userId} ${groupId}`));
  const groups = new Map(
    (
      await groupsById(
        tx,
        pairs.map(([, groupId]) => groupId),
      )
    ).map((one) => [one.id, one]),
  );
  await removePairs(tx, 'groups', going);
  await auditMembers(tx, context, 'members_removed', going, groups);
  await removeMadeGroups(
    tx,
    context,
    memories.flatMap(({ made = [] }) => made),
  );
  return memories.map(({ line, userId, groupId }) => {
    const ok = present.has(`${userId} ${groupId}`);
    return ok ? { line, ok } : { line, ok, reason: 'it no longer exists' };
  });
}

/** Groups that were made on the way go again, when nobody is in them and nobody changed them. */
export async function removeMadeGroups(
  tx: Tx,
  context: Pick<TableContext, 'companyId' | 'actor'>,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const empty = await emptyAmong(tx, ids);
  const going = (await groupsById(tx, empty)).filter(({ version }) => version === 1);
  await deleteGroups(
    tx,
    going.map(({ id }) => id),
  );
  await recordAudit(
    tx,
    going.map((group) => entryOf(context, 'deleted', group, { members: 0 })),
  );
}
