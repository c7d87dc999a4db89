import { z } from 'zod';
import type { Tx } from '../../store/database.ts';
import { insertMembers, membersAmong, removeMembers } from '../../store/group-members.ts';
import {
  type MassAction,
  type MassContext,
  type MassResult,
  type MassUndo,
  type MassUndone,
  massAction,
} from '../../store/mass-action.ts';
import { idsInSet } from '../../store/user-set.ts';
import { badReference } from '../context.ts';
import { auditGroup } from '../groups.ts';
import { failure, idsOf } from './judge.ts';

const paramsSchema = z.strictObject({
  groupId: z.string().max(64).meta({ description: 'Of a group, a team or a label.' }),
});
type Params = z.infer<typeof paramsSchema>;
type Direction = 'in' | 'out';

/**
 * Membership of groups, teams and labels. A user's own version stays: others may change him meanwhile, and an undo looks
 * at the membership alone.
 */
export const membershipActions: readonly MassAction[] = [
  membershipAction('add-to-group', 'Put users into a group, a team or under a label', 'in'),
  membershipAction('remove-from-group', 'Take users out of a group, a team or from under a label', 'out'),
];

function membershipAction(name: string, title: string, direction: Direction): MassAction {
  return massAction<Params>({
    ...{ name, title, on: 'users', needs: 'groups:write', params: paramsSchema },
    async check(tx, { companyId }, { groupId }) {
      if ((await groupOf(tx, companyId, groupId)) === null) throw badReference('params.groupId', 'group');
    },
    apply: (tx, context, users, { groupId }) => apply(tx, context, idsOf(users), groupId, direction),
    undo: (tx, context, rows, { groupId }) => takeBack(tx, context, rows, groupId, direction === 'in' ? 'out' : 'in'),
  });
}

function groupOf(tx: Tx, companyId: string, groupId: string) {
  return tx.userGroup.findUnique({ where: { id: groupId, companyId } });
}

async function apply(
  tx: Tx,
  context: MassContext,
  ids: readonly string[],
  groupId: string,
  direction: Direction,
): Promise<MassResult[]> {
  const moved = await move(tx, context, ids, groupId, direction);
  if (moved === undefined) {
    return ids.map((id) => failure(id, { code: 'REFERENCE_INVALID', message: 'there is no such group' }));
  }
  const { group, users, changed } = moved;
  const member = direction === 'in' ? [null, group.name] : [group.name, null];
  return users.map((id) =>
    changed.has(id) ? { id, result: 'updated', before: {}, changes: { member } } : { id, result: 'unchanged' },
  );
}

async function takeBack(
  tx: Tx,
  context: MassContext,
  rows: readonly MassUndo[],
  groupId: string,
  direction: Direction,
): Promise<MassUndone[]> {
  const moved = await move(tx, context, idsOf(rows), groupId, direction);
  if (moved === undefined) return rows.map(({ id }) => ({ id, ok: false, reason: 'the group is gone' }));
  const since = direction === 'out' ? 'was taken out since' : 'was put in again since';
  const known = new Set(moved.users);
  return rows.map(({ id }) => {
    if (moved.changed.has(id)) return { id, ok: true };
    return { id, ok: false, reason: known.has(id) ? since : 'it no longer exists' };
  });
}

/** Brings users in or out of a group. Answers who of them there are, and whom it moved; undefined: the group is gone. */
async function move(
  tx: Tx,
  { actor, companyId }: MassContext,
  ids: readonly string[],
  groupId: string,
  direction: Direction,
) {
  const group = await groupOf(tx, companyId, groupId);
  if (group === null) return undefined;
  const users = await idsInSet(tx, companyId, ids);
  const members = await membersAmong(tx, groupId, users);
  const moving = users.filter((id) => members.has(id) === (direction === 'out'));
  await (direction === 'in' ? insertMembers : removeMembers)(tx, groupId, moving);
  const verb = direction === 'in' ? 'members_added' : 'members_removed';
  const told = { count: moving.length, userIds: moving };
  if (moving.length > 0) await auditGroup(tx, { actor, ifVersion: undefined }, verb, group, told);
  return { group, users, changed: new Set(moving) };
}
