import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { insertMembers, membersAmong, removeMembers } from '../../store/group-members.ts';
import { type MassAction, type MassContext, type MassObject, massAction } from '../../store/mass-action.ts';
import { auditGroup, groupAt } from '../groups.ts';

const paramsSchema = z.strictObject({
  groupId: z.string().max(64).meta({ description: 'Of a group, a team or a label.' }),
});
type Params = z.infer<typeof paramsSchema>;

const common = { on: 'users', needs: 'groups:write', params: paramsSchema, check: mustBeGroup } as const;

/** Membership of groups, teams and labels. A user's own version stays: others may change him meanwhile. */
export const membershipActions: readonly MassAction[] = [
  massAction<Params>({
    ...common,
    name: 'add-to-group',
    title: 'Put users into a group, a team or under a label',
    async apply(tx, context, users, { groupId }) {
      const group = await groupOf(tx, context, groupId);
      const members = await membersAmong(tx, groupId, idsOf(users));
      const added = idsOf(users).filter((id) => !members.has(id));
      await insertMembers(tx, groupId, added);
      const { actor } = context;
      if (added.length > 0) await auditGroup(tx, { actor, ifVersion: undefined }, 'members_added', group, told(added));
      return users.map(({ id }) => ({ id, result: members.has(id) ? 'unchanged' : 'updated' }));
    },
    undo: (tx, context, rows, { groupId }) => takeOut(tx, context, groupId, idsOf(rows)),
  }),
  massAction<Params>({
    ...common,
    name: 'remove-from-group',
    title: 'Take users out of a group, a team or from under a label',
    async apply(tx, context, users, { groupId }) {
      const members = await membersAmong(tx, groupId, idsOf(users));
      await takeOut(tx, context, groupId, [...members]);
      return users.map(({ id }) => ({ id, result: members.has(id) ? 'updated' : 'unchanged' }));
    },
    async undo(tx, context, rows, { groupId }) {
      const group = await groupOf(tx, context, groupId);
      const ids = idsOf(rows);
      await insertMembers(tx, groupId, ids);
      await auditGroup(tx, { actor: context.actor, ifVersion: undefined }, 'members_added', group, told(ids));
      return ids.map((id) => ({ id, ok: true }));
    },
  }),
];

async function mustBeGroup(tx: Tx, { companyId }: Pick<MassContext, 'companyId'>, { groupId }: Params): Promise<void> {
  if ((await tx.userGroup.count({ where: { id: groupId, companyId } })) === 1) return;
  throw new LinekeeperError('REFERENCE_INVALID', 'params.groupId: there is no such group', {
    fields: [{ path: 'params.groupId', code: 'REFERENCE_INVALID', message: 'there is no such group' }],
  });
}

/** The group may have been deleted since the job was made. */
async function groupOf(tx: Tx, { actor, companyId }: MassContext, groupId: string) {
  await mustBeGroup(tx, { companyId }, { groupId });
  return groupAt(tx, { actor, ifVersion: undefined }, groupId);
}

async function takeOut(tx: Tx, context: MassContext, groupId: string, ids: readonly string[]) {
  const group = await groupOf(tx, context, groupId);
  await removeMembers(tx, groupId, ids);
  const { actor } = context;
  if (ids.length > 0) await auditGroup(tx, { actor, ifVersion: undefined }, 'members_removed', group, told(ids));
  return ids.map((id) => ({ id, ok: true }));
}

function idsOf(objects: readonly Pick<MassObject, 'id'>[]): string[] {
  return objects.map(({ id }) => id);
}

function told(userIds: readonly string[]) {
  return { count: userIds.length, userIds };
}
