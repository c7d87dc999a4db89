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
  const { actor } = context;
  const { extension, calls, reason } = options;
  const disabled: Disabled = { at: Date.now(), by: actor, reason: reason ?? null, extension, calls };
  const goingIds = going.map(({ id }) => id);
  await setUserStates(tx, goingIds, 'disabled', JSON.stringify(disabled));
  await throwOff(tx, goingIds);
  await alignExtensions(tx, going);
  await recordAudit(
    tx,
    going.map(({ id, companyId, username, state, extensions }) => ({
      actor,
      action: 'user.disabled',
      objectType: 'user',
      objectId: id,
      companyId,
      details: {
        username,
        state: [state, 'disabled'],
        reason: disabled.reason,
        ...policy(options),
        ...named(extensions),
      },
    })),
  );
  const begun = await beginReports(
    tx,
    actor,
    'disable',
    options,
    going.map((user) => ({ user, subject: subjectOf(user) })),
  );
  const reports = new Map(begun.map((one) => [one.userId, one]));
  return [...users.keys()].map((userId) => reports.get(userId) ?? { userId, reportId: null });
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
  await setUserStates(
    tx,
    coming.map(({ id }) => id),
    'active',
    null,
  );
  await alignExtensions(tx, coming);
  await recordAudit(
    tx,
    coming.map(({ id, companyId, username, state, extensions }) => ({
      actor,
      action: 'user.enabled',
      objectType: 'user',
      objectId: id,
      companyId,
      details: { username, state: [state, 'active'], ...named(extensions) },
    })),
  );
  const begun = await beginReports(
    tx,
    actor,
    'enable',
    {},
    coming.map((user) => ({ user, subject: subjectOf(user) })),
  );
  const reports = new Map(begun.map((one) => [one.userId, one]));
  return [...users.keys()].map((userId) => reports.get(userId) ?? { userId, reportId: null });
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
  const { forwardTo } = extension;
  if (forwardTo === undefined || forwardTo.startsWith('+')) return;
  for (const companyId of new Set(users.map((user) => user.companyId))) {
    const target = await tx.extension.findUnique({
      where: { companyId_number: { companyId, number: forwardTo } },
      select: { suspended: true, userId: true },
    });
    const isGoing = users.some(({ id }) => id === target?.userId);
    if (target !== null && !target.suspended && !isGoing) continue;
    const message = target === null ? 'there is no such extension' : 'its user is, or will be, disabled';
    throw new LinekeeperError('REFERENCE_INVALID', `extension.forwardTo: ${message}`, {
      fields: [{ path: 'extension.forwardTo', code: 'REFERENCE_INVALID', message }],
    });
  }
}

function policy({ extension: { answer, forwardTo }, calls }: DisableOptions): Record<string, unknown> {
  return { answer, calls, ...(forwardTo === undefined ? {} : { forwardTo }) };
}

function named(extensions: readonly { number: string }[]): Record<string, unknown> {
  return extensions.length === 0 ? {} : { extensions: extensions.map(({ number }) => number) };
}
