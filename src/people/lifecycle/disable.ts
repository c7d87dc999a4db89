import type { Disabled, DisableOptions } from '../../domain/lifecycle.ts';
import { LinekeeperError } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { type LifecycleUser, setUserStates, touchExtensions } from '../../store/lifecycle.ts';
import { markDirty } from '../../store/outbox.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { alignSuspension } from '../../store/suspension.ts';
import { throwOff } from '../throw-off.ts';
import { type Done, type LifecycleContext, loadUsers, mayGo } from './context.ts';
import { beginReports, subjectOf } from './reports.ts';

/**
 * Disables users: all or none. Their logins end with this transaction; their phones as soon as the PBX has it. One who is
 * disabled already stays as he is and gets no report.
 *
 * @throws REFERENCE_INVALID, FORBIDDEN, RIGHTS_NOT_HELD, LAST_ADMINISTRATOR
 */
export async function disableUsers(
  tx: Tx,
  context: LifecycleContext,
  ids: readonly string[],
  options: DisableOptions,
): Promise<Done[]> {
  const users = await loadUsers(tx, context, [...new Set(ids)]);
  for (const user of users.values()) expectVersion(user, context.ifVersion);
  const going = [...users.values()].filter(({ state }) => state !== 'disabled');
  await mayGo(tx, context, going, false);
  await checkForward(tx, going, options);
  const begun = await takeOut(tx, context.actor, going, disabledBy(context.actor, options));
  const reports = new Map(begun.map((one) => [one.userId, one]));
  return [...users.keys()].map((userId) => reports.get(userId) ?? { userId, reportId: null });
}

/** How somebody is disabled now, as it is kept with him. */
export function disabledBy(actor: string, { extension, calls, reason }: DisableOptions): Disabled {
  return { at: Date.now(), by: actor, reason: reason ?? null, extension, calls };
}

/** Disables users who were judged and are not disabled yet. In a fixed number of statements, but for their events and reports. */
export async function takeOut(
  tx: Tx,
  actor: string,
  users: readonly LifecycleUser[],
  disabled: Disabled,
): Promise<Done[]> {
  const ids = users.map(({ id }) => id);
  await setUserStates(tx, ids, 'disabled', JSON.stringify(disabled));
  await throwOff(tx, ids);
  await alignExtensions(tx, users);
  const { extension, calls, reason } = disabled;
  await recordAudit(
    tx,
    users.map(({ id, companyId, username, state, extensions }) => ({
      actor,
      action: 'user.disabled',
      objectType: 'user',
      objectId: id,
      companyId,
      details: { username, state: [state, 'disabled'], reason, ...policy(disabled), ...named(extensions) },
    })),
  );
  const asked = { extension, calls, ...(reason === null ? {} : { reason }) };
  return beginReports(
    tx,
    actor,
    'disable',
    asked,
    users.map((user) => ({ user, subject: subjectOf(user) })),
  );
}

/**
 * Lets users back in, their phones with the secrets they had. One who is active already gets no report.
 *
 * @throws REFERENCE_INVALID, USER_STATE_INVALID for who was invited and never came
 */
export async function enableUsers(tx: Tx, context: LifecycleContext, ids: readonly string[]): Promise<Done[]> {
  const users = await loadUsers(tx, context, [...new Set(ids)]);
  for (const user of users.values()) expectVersion(user, context.ifVersion);
  const { actor } = context;
  const invited = [...users.values()].find(({ state }) => state === 'invited');
  if (invited !== undefined) {
    throw new LinekeeperError('USER_STATE_INVALID', `${invited.username} is invited: only the invitation lets him in`);
  }
  if (context.companyId !== undefined && [...users.values()].some(({ isOperator }) => isOperator)) {
    throw new LinekeeperError('RIGHTS_NOT_HELD', 'an operator of the platform cannot be touched from one company');
  }
  const coming = [...users.values()].filter(({ state }) => state !== 'active');
  const begun = await letIn(tx, actor, coming, 'active');
  const reports = new Map(begun.map((one) => [one.userId, one]));
  return [...users.keys()].map((userId) => reports.get(userId) ?? { userId, reportId: null });
}

/** Lets users in who were judged. `state`: an undo gives back what a user was before he was disabled. */
export async function letIn(
  tx: Tx,
  actor: string,
  users: readonly LifecycleUser[],
  state: 'active' | 'locked' | 'invited',
): Promise<Done[]> {
  await setUserStates(
    tx,
    users.map(({ id }) => id),
    state,
    null,
  );
  await alignExtensions(tx, users);
  await recordAudit(
    tx,
    users.map(({ id, companyId, username, state: before, extensions }) => ({
      actor,
      action: 'user.enabled',
      objectType: 'user',
      objectId: id,
      companyId,
      details: { username, state: [before, state], ...named(extensions) },
    })),
  );
  return beginReports(
    tx,
    actor,
    'enable',
    {},
    users.map((user) => ({ user, subject: subjectOf(user) })),
  );
}

/** Their extensions follow them, here and on the PBX. */
async function alignExtensions(tx: Tx, users: readonly LifecycleUser[]): Promise<void> {
  const ids = users.flatMap(({ extensions }) => extensions.map(({ id }) => id));
  await alignSuspension(tx, ids);
  await touchExtensions(tx, ids);
  await markDirty(
    tx,
    users.flatMap(({ pbxId, extensions }) => extensions.map(({ id }) => ({ pbxId, type: 'extension' as const, id }))),
  );
}

/** An extension to forward to must be one of the company, and not one that stops ringing in this very moment. */
async function checkForward(tx: Tx, users: readonly LifecycleUser[], { extension }: DisableOptions): Promise<void> {
  for (const companyId of new Set(users.map((user) => user.companyId))) {
    const target = await forwardTarget(tx, companyId, extension);
    const isGoing = target.userId !== null && users.some(({ id }) => id === target.userId);
    const message = target.trouble ?? (isGoing ? WILL_BE_DISABLED : undefined);
    if (message !== undefined) throw badForward('extension.forwardTo', message);
  }
}

const WILL_BE_DISABLED = 'its user is, or will be, disabled';

/** Whose extension callers are sent to, if they are sent to one of the company, and why they cannot be. */
export async function forwardTarget(
  tx: Tx,
  companyId: string,
  { forwardTo }: DisableOptions['extension'],
): Promise<{ userId: string | null; trouble?: string }> {
  if (forwardTo === undefined || forwardTo.startsWith('+')) return { userId: null };
  const target = await tx.extension.findUnique({
    where: { companyId_number: { companyId, number: forwardTo } },
    select: { suspended: true, userId: true },
  });
  if (target === null) return { userId: null, trouble: 'there is no such extension' };
  return { userId: target.userId, ...(target.suspended ? { trouble: WILL_BE_DISABLED } : {}) };
}

export function badForward(path: string, message: string): LinekeeperError {
  return new LinekeeperError('REFERENCE_INVALID', `${path}: ${message}`, {
    fields: [{ path, code: 'REFERENCE_INVALID', message }],
  });
}

function policy({ extension: { answer, forwardTo }, calls }: Disabled): Record<string, unknown> {
  return { answer, calls, ...(forwardTo === undefined ? {} : { forwardTo }) };
}

function named(extensions: readonly { number: string }[]): Record<string, unknown> {
  return extensions.length === 0 ? {} : { extensions: extensions.map(({ number }) => number) };
}
