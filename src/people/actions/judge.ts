import type { ErrorCode } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import type { MassContext, MassResult, MassUndo, MassUndone } from '../../store/mass-action.ts';
import { lastAdministrators } from '../../store/ranks.ts';
import { higherUsers } from '../outrank.ts';

/** What somebody must not be for something to be done to him, besides being above the caller. */
export interface Refusals {
  /** The caller himself: whose logins end cannot go on with the job. */
  self?: boolean;
  /** The last active administrator of a company (`of`: of this company only), whoever comes last of them. */
  lastAdministrator?: true | { of: string };
}

export interface Why {
  code: ErrorCode;
  message: string;
}

/** Why nothing may be done to some of these users, by their ids. The same few statements for one and for a thousand. */
export async function whyNot(
  tx: Tx,
  { caller }: MassContext,
  ids: readonly string[],
  { self = false, lastAdministrator }: Refusals,
): Promise<ReadonlyMap<string, Why>> {
  const reasons = new Map<string, Why>();
  for (const [id, { message }] of await higherUsers(tx, caller, ids)) {
    reasons.set(id, { code: 'RIGHTS_NOT_HELD', message });
  }
  if (self && caller.userId !== undefined && ids.includes(caller.userId)) {
    reasons.set(caller.userId, {
      code: 'FORBIDDEN',
      message: 'nobody does this to himself in a job: it would stop there',
    });
  }
  if (lastAdministrator === undefined) return reasons;
  const going = ids.filter((id) => !reasons.has(id));
  const of = lastAdministrator === true ? undefined : lastAdministrator.of;
  for (const [id, companies] of await lastAdministrators(tx, going, of)) {
    const message = `${companies.join(', ')} would have no active administrator left: make somebody else one first`;
    reasons.set(id, { code: 'LAST_ADMINISTRATOR', message });
  }
  return reasons;
}

/** Those to whom it may be done, and the results of the others. */
export async function judge<U extends { id: string }>(
  tx: Tx,
  context: MassContext,
  users: readonly U[],
  refusals: Refusals = {},
): Promise<{ may: U[]; failed: MassResult[] }> {
  const reasons = await whyNot(
    tx,
    context,
    users.map(({ id }) => id),
    refusals,
  );
  const failed = [...reasons].map(([id, why]) => failure(id, why));
  return { may: users.filter(({ id }) => !reasons.has(id)), failed };
}

export function failure(id: string, { code, message }: Why): MassResult {
  return { id, result: 'failed', errors: [{ path: '', code, message }] };
}

export const CHANGED_SINCE = 'it was changed since';

/**
 * Whose row may be taken back: he exists, nobody changed him since, and the caller may. `users` are those there are now;
 * `refused` are the answers for the others.
 */
export async function judgeUndo<U extends { id: string; version: number }>(
  tx: Tx,
  context: MassContext,
  rows: readonly MassUndo[],
  users: readonly U[],
  refusals: Refusals = {},
): Promise<{ may: { user: U; before: unknown }[]; refused: MassUndone[] }> {
  const found = new Map(users.map((user) => [user.id, user]));
  const same = rows.filter(({ id, version }) => found.get(id)?.version === version);
  const reasons = await whyNot(
    tx,
    context,
    same.map(({ id }) => id),
    refusals,
  );
  const may: { user: U; before: unknown }[] = [];
  const refused: MassUndone[] = [];
  for (const { id, before, version } of rows) {
    const user = found.get(id);
    const why = reasons.get(id);
    if (user !== undefined && user.version === version && why === undefined) may.push({ user, before });
    else
      refused.push({
        id,
        ok: false,
        reason: why?.message ?? (user === undefined ? 'it no longer exists' : CHANGED_SINCE),
      });
  }
  return { may, refused };
}

export function idsOf(objects: readonly { id: string }[]): string[] {
  return objects.map(({ id }) => id);
}

export function undone(ids: readonly string[]): MassUndone[] {
  return ids.map((id) => ({ id, ok: true }));
}
