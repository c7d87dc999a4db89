import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { deleteOptionsSchema, disableOptionsSchema, type ScheduledName } from '../../domain/lifecycle.ts';
import { isLinekeeperError, LinekeeperError, messageOf } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { notFound } from '../context.ts';
import type { LifecycleContext } from './context.ts';

const at = z.iso.datetime({ offset: true }).transform((iso) => new Date(iso));

/** An action with the options that it takes, and when. */
export const scheduleSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('disable'), at, options: disableOptionsSchema.prefault({}) }),
  z.strictObject({ action: z.literal('enable'), at, options: z.strictObject({}).prefault({}) }),
  z.strictObject({ action: z.literal('delete'), at, options: deleteOptionsSchema.prefault({}) }),
]);
export type ScheduleInput = z.output<typeof scheduleSchema>;

/** Sets the time for an action. The caller has made sure that the user may be seen. @throws VALIDATION_FAILED, FORBIDDEN */
export async function scheduleAction(
  tx: Tx,
  context: LifecycleContext,
  userId: string,
  input: ScheduleInput,
): Promise<string> {
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) throw notFound('user');
  if (input.at.getTime() <= Date.now()) {
    throw new LinekeeperError('VALIDATION_FAILED', 'at: must be in the future', {
      fields: [{ path: 'at', code: 'TIME_PAST', message: 'must be in the future' }],
    });
  }
  if (input.action !== 'enable' && context.userId === userId) {
    throw new LinekeeperError('FORBIDDEN', 'nobody disables or deletes himself');
  }
  if (context.companyId !== undefined && user.isOperator) {
    throw new LinekeeperError('RIGHTS_NOT_HELD', 'an operator of the platform cannot be touched from one company');
  }
  const id = uuid();
  const { action, options } = input;
  await tx.scheduledAction.create({
    data: {
      ...{ id, userId, action, at: input.at, actor: context.actor, createdAt: new Date() },
      options: JSON.stringify(options),
    },
  });
  await audit(tx, context.actor, 'scheduled', user, { action, at: input.at.toISOString(), options });
  return id;
}

export async function cancelAction(tx: Tx, actor: string, id: string): Promise<void> {
  const row = await tx.scheduledAction.findUnique({ where: { id }, include: { user: true } });
  if (row === null) throw notFound('scheduled action');
  await tx.scheduledAction.delete({ where: { id } });
  await audit(tx, actor, 'schedule_canceled', row.user, { action: row.action, at: row.at.toISOString() });
}

export interface DueAction {
  id: string;
  userId: string;
  action: ScheduledName;
  options: string;
  actor: string;
}

/** What must happen around the transactions; made by the composition root. */
export interface ScheduleRunner {
  due(now: Date): Promise<DueAction[]>;
  /** Commits `work` and pokes whoever must know. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<unknown>;
  perform(tx: Tx, action: DueAction): Promise<unknown>;
}

/**
 * Does what is due. An action and its removal from the schedule are one transaction, so it happens once or, when the daemon
 * dies in it, not yet. One that is refused is dropped and noted in the activity log; when only the database was busy it
 * comes again. Answers how many were done.
 */
export async function runDueActions({ due, run, perform }: ScheduleRunner, now: Date): Promise<number> {
  let done = 0;
  for (const action of await due(now)) {
    const claim = async (tx: Tx) => (await tx.scheduledAction.deleteMany({ where: { id: action.id } })).count === 1;
    try {
      await run(async (tx) => {
        if (await claim(tx)) await perform(tx, action);
      });
      done++;
    } catch (error) {
      if (isLinekeeperError(error) && error.retryable) throw error;
      await run(async (tx) => {
        const user = await tx.user.findUnique({ where: { id: action.userId } });
        if (!(await claim(tx)) || user === null) return;
        const code = isLinekeeperError(error) ? error.code : 'INTERNAL';
        const reason = isLinekeeperError(error) ? messageOf(error) : 'a bug; see the log';
        await audit(tx, action.actor, 'schedule_failed', user, { action: action.action, code, reason });
      });
      if (!isLinekeeperError(error)) throw error;
    }
  }
  return done;
}

function audit(
  tx: Tx,
  actor: string,
  verb: string,
  { id, companyId, username }: { id: string; companyId: string; username: string },
  details: Record<string, unknown>,
) {
  const entry = { actor, action: `user.${verb}`, objectType: 'user', objectId: id, companyId };
  return recordAudit(tx, [{ ...entry, details: { username, ...details } }]);
}
