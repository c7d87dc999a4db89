import { z } from 'zod';
import { type Disabled, type DisableOptions, disableOptionsSchema } from '../../domain/lifecycle.ts';
import type { Tx } from '../../store/database.ts';
import { type LifecycleUser, lifecycleUsers, setUserStates } from '../../store/lifecycle.ts';
import {
  type MassAction,
  type MassContext,
  type MassResult,
  type MassUndo,
  type MassUndone,
  massAction,
} from '../../store/mass-action.ts';
import { disabledFor } from '../../store/user-set.ts';
import { badForward, disabledBy, forwardTarget, letIn, takeOut } from '../lifecycle/disable.ts';
import type { LifecycleService } from '../lifecycle/service.ts';
import { throwOff } from '../throw-off.ts';
import { auditUsers } from './audit-users.ts';
import { failure, idsOf, judge, judgeUndo, undone } from './judge.ts';

/** What an undo gives back. */
interface Before {
  state: string;
  /** How he was disabled; null: he was not. */
  disabled: Disabled | null;
}

const LEAVING = { self: true, lastAdministrator: true } as const;
const noParams = z.strictObject({});
const DEFAULTS = disableOptionsSchema.parse({});

/** Letting people out and in again: each as the single request does it, with his report and proof. */
export function disableActions({ poke: committed }: Pick<LifecycleService, 'poke'>): MassAction[] {
  const common = { on: 'users', needs: 'users:write', committed } as const;
  return [
    massAction<DisableOptions>({
      ...common,
      name: 'disable-users',
      title: 'Disable users: logins, phones and calls end',
      params: disableOptionsSchema,
      async check(tx, { companyId }, { extension }) {
        const { trouble } = await forwardTarget(tx, companyId, extension);
        if (trouble !== undefined) throw badForward('params.extension.forwardTo', trouble);
      },
      apply: disable,
      undo: (tx, context, rows) => giveBack(tx, context, rows, letBackIn),
    }),
    massAction({
      ...common,
      name: 'enable-users',
      title: 'Let disabled and locked users in again, with the same SIP secrets',
      params: noParams,
      apply: enable,
      undo: (tx, context, rows) => giveBack(tx, context, rows, takeBackOut, LEAVING),
    }),
  ];
}

async function disable(
  tx: Tx,
  context: MassContext,
  objects: readonly { id: string }[],
  options: DisableOptions,
): Promise<MassResult[]> {
  const users = await usersOf(tx, context, objects);
  const { may, failed } = await judge(
    tx,
    context,
    users.filter(({ state }) => state !== 'disabled'),
    LEAVING,
  );
  const target = await forwardTarget(tx, context.companyId, options.extension);
  // The extension that callers are sent to must not fall silent with the others, in whichever chunk its user comes.
  const trouble = ({ id }: LifecycleUser) =>
    target.trouble ?? (id === target.userId ? 'callers of the others are to reach his extension' : undefined);
  const going = may.filter((user) => trouble(user) === undefined);
  await takeOut(tx, context.actor, going, disabledBy(context.actor, options));
  const refused = may.flatMap((user) => {
    const message = trouble(user);
    return message === undefined ? [] : [failure(user.id, { code: 'REFERENCE_INVALID', message })];
  });
  const idle = users.filter(({ state }) => state === 'disabled');
  return [
    ...failed,
    ...refused,
    ...idle.map(unchanged),
    ...going.map((user) => changed(user, 'disabled', { state: user.state, disabled: null })),
  ];
}

async function enable(tx: Tx, context: MassContext, objects: readonly { id: string }[]): Promise<MassResult[]> {
  const users = await usersOf(tx, context, objects);
  const { may, failed } = await judge(
    tx,
    context,
    users.filter(({ state }) => state !== 'active'),
  );
  const coming = may.filter(({ state }) => state !== 'invited');
  const befores = await disabledFor(tx, idsOf(coming));
  await letIn(tx, context.actor, coming, 'active');
  const message = 'this user is invited: only the invitation lets him in';
  return [
    ...failed,
    ...may
      .filter(({ state }) => state === 'invited')
      .map(({ id }) => failure(id, { code: 'USER_STATE_INVALID', message })),
    ...users.filter(({ state }) => state === 'active').map(unchanged),
    ...coming.map((user) => {
      const disabled = befores.get(user.id);
      return changed(user, 'active', {
        state: user.state,
        disabled: disabled === undefined ? null : (JSON.parse(disabled) as Disabled),
      });
    }),
  ];
}

type Undoing = (tx: Tx, actor: string, users: readonly LifecycleUser[], before: Before) => Promise<unknown>;

/** Takes back what is as the job left it: users who were the same before go together. */
async function giveBack(
  tx: Tx,
  context: MassContext,
  rows: readonly MassUndo[],
  undo: Undoing,
  refusals = {},
): Promise<MassUndone[]> {
  const { may, refused } = await judgeUndo(tx, context, rows, await usersOf(tx, context, rows), refusals);
  const alike = new Map<string, LifecycleUser[]>();
  for (const { user, before } of may) {
    const key = JSON.stringify(before);
    alike.set(key, [...(alike.get(key) ?? []), user]);
  }
  for (const [before, users] of alike) await undo(tx, context.actor, users, JSON.parse(before) as Before);
  return [...refused, ...undone(may.map(({ user }) => user.id))];
}

const letBackIn: Undoing = (tx, actor, users, { state }) =>
  letIn(tx, actor, users, state === 'locked' || state === 'invited' ? state : 'active');

const takeBackOut: Undoing = async (tx, actor, users, { state, disabled }) => {
  if (state !== 'locked') return takeOut(tx, actor, users, disabled ?? disabledBy(actor, DEFAULTS));
  await setUserStates(tx, idsOf(users), 'locked', null);
  await throwOff(tx, idsOf(users));
  return auditUsers(tx, actor, 'user.locked', users, () => ({ reason: 'enabling was taken back' }));
};

async function usersOf(
  tx: Tx,
  { companyId }: MassContext,
  objects: readonly { id: string }[],
): Promise<LifecycleUser[]> {
  return (await lifecycleUsers(tx, idsOf(objects))).filter((user) => user.companyId === companyId);
}

function unchanged({ id }: LifecycleUser): MassResult {
  return { id, result: 'unchanged' };
}

function changed({ id, state, version }: LifecycleUser, to: string, before: Before): MassResult {
  return { id, result: 'updated', before, version: version + 1, changes: { state: [state, to] } };
}
