import { z } from 'zod';
import { notHeld, type Permission } from '../../domain/permission.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import {
  type MassAction,
  type MassContext,
  type MassResult,
  type MassUndo,
  type MassUndone,
  massAction,
} from '../../store/mass-action.ts';
import { giveRole, rolesIn, takeRole } from '../../store/user-roles.ts';
import { touchUsers, type UserInSet, usersInSet } from '../../store/user-set.ts';
import { badReference } from '../context.ts';
import { throwOff } from '../throw-off.ts';
import { auditUsers } from './audit-users.ts';
import { failure, idsOf, judge, judgeUndo, type Refusals, undone, type Why } from './judge.ts';

const paramsSchema = z.strictObject({ roleId: z.string().max(64).meta({ description: 'Of a role of the company.' }) });
type Params = z.infer<typeof paramsSchema>;
type Role = { id: string; name: string; builtIn: string | null };
type Direction = 'give' | 'take';

/** Giving and taking one role. Nobody gives or takes more than he has; whoever loses a role is thrown off. */
export const roleActions: readonly MassAction[] = [
  roleAction('assign-role', 'Give users a role of the company', 'give'),
  roleAction('remove-role', 'Take a role of the company from users; their logins end', 'take'),
];

function roleAction(name: string, title: string, direction: Direction): MassAction {
  return massAction<Params>({
    ...{ name, title, on: 'users', needs: 'roles:write', params: paramsSchema },
    async check(tx, context, params) {
      const found = await roleFor(tx, context, params);
      if (!('code' in found)) return;
      if (found.code === 'REFERENCE_INVALID') throw badReference('params.roleId', 'role');
      throw new LinekeeperError(found.code, found.message);
    },
    async apply(tx, context, objects, params) {
      const role = await roleFor(tx, context, params);
      if ('code' in role) return objects.map(({ id }) => failure(id, role));
      return change(tx, context, await usersInSet(tx, context.companyId, idsOf(objects)), role, direction);
    },
    undo: (tx, context, rows, params) => takeBack(tx, context, rows, params, direction === 'give' ? 'take' : 'give'),
  });
}

/** The role, or why it cannot be given or taken: it may have been deleted or have grown since the job was made. */
async function roleFor(
  tx: Tx,
  { companyId, caller }: Pick<MassContext, 'companyId' | 'caller'>,
  { roleId }: Params,
): Promise<Role | Why> {
  const role = await tx.role.findUnique({ where: { id: roleId, companyId } });
  if (role === null) return { code: 'REFERENCE_INVALID', message: 'there is no such role' };
  const missing = notHeld(caller.scopes, JSON.parse(role.permissions) as Permission[]);
  if (missing.length === 0) return role;
  return { code: 'RIGHTS_NOT_HELD', message: `you cannot give or take what you do not have: ${missing.join(', ')}` };
}

async function change(
  tx: Tx,
  context: MassContext,
  users: readonly UserInSet[],
  role: Role,
  direction: Direction,
): Promise<MassResult[]> {
  const roles = await rolesIn(tx, context.companyId, idsOf(users));
  const has = ({ id }: UserInSet) => roles.get(id)?.some((one) => one.id === role.id) === true;
  const isIdle = (user: UserInSet) => has(user) === (direction === 'give');
  const going = users.filter((user) => !isIdle(user));
  const { may, failed } = await judge(tx, context, going, refusalsFor(context, role, direction));
  const named = await move(tx, context, may, role, direction);
  return [
    ...failed,
    ...users.filter(isIdle).map(({ id }) => ({ id, result: 'unchanged' as const })),
    ...may.map((user) => ({
      ...{ id: user.id, result: 'updated' as const, before: {}, version: user.version + 1 },
      changes: { roles: named(user) },
    })),
  ];
}

async function takeBack(
  tx: Tx,
  context: MassContext,
  rows: readonly MassUndo[],
  params: Params,
  direction: Direction,
): Promise<MassUndone[]> {
  const role = await roleFor(tx, context, params);
  if ('code' in role) return rows.map(({ id }) => ({ id, ok: false, reason: role.message }));
  const users = await usersInSet(tx, context.companyId, idsOf(rows));
  const { may, refused } = await judgeUndo(tx, context, rows, users, refusalsFor(context, role, direction));
  const back = may.map(({ user }) => user);
  await move(tx, context, back, role, direction);
  return [...refused, ...undone(idsOf(back))];
}

function refusalsFor({ companyId }: MassContext, { builtIn }: Role, direction: Direction): Refusals {
  if (direction === 'give') return {};
  return { self: true, ...(builtIn === 'administrator' ? { lastAdministrator: { of: companyId } } : {}) };
}

/** Writes it. Answers how the names of somebody's roles changed. */
async function move(
  tx: Tx,
  { actor, companyId }: MassContext,
  users: readonly UserInSet[],
  role: Role,
  direction: Direction,
): Promise<(user: UserInSet) => [string[], string[]]> {
  const ids = idsOf(users);
  const before = await rolesIn(tx, companyId, ids);
  await (direction === 'give' ? giveRole : takeRole)(tx, ids, role.id);
  await touchUsers(tx, ids);
  if (direction === 'take') await throwOff(tx, ids);
  const named = ({ id }: UserInSet): [string[], string[]] => {
    const names = (before.get(id) ?? []).map(({ name }) => name);
    const after = direction === 'give' ? [...names, role.name].sort() : names.filter((name) => name !== role.name);
    return [names, after];
  };
  await auditUsers(tx, actor, 'user.roles_changed', users, (user) => ({ roles: named(user) }));
  return named;
}
