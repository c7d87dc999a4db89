import { v7 as uuid } from 'uuid';
import type { LifecycleAction, LifecycleStep, LifecycleSubject, StepName } from '../../domain/lifecycle.ts';
import type { Tx } from '../../store/database.ts';
import { insertReports, type LifecycleUser, supersedeReports } from '../../store/lifecycle.ts';
import type { Done } from './context.ts';

const STEPS: Record<LifecycleAction, readonly StepName[]> = {
  disable: ['account', 'logins', 'phones', 'registrations', 'calls', 'callers', 'sync'],
  enable: ['account', 'phones', 'callers', 'sync'],
  delete: ['account', 'logins', 'memberships', 'numbers', 'phones', 'registrations', 'calls', 'callers', 'sync'],
  restore: ['account', 'memberships', 'numbers', 'phones', 'sync'],
};

/** What the report of a user is about, before anything is done to him. */
export function subjectOf(user: LifecycleUser, more: Partial<LifecycleSubject> = {}): LifecycleSubject {
  const { pbxId, companySlug, extensions, sessions, tokens, links } = user;
  return {
    pbxId,
    companySlug,
    extensions,
    numbers: [],
    ended: { sessions, tokens, links },
    otherExtensions: [],
    notes: [],
    ...more,
  };
}

/** Begins a report for each user, in the transaction of the change; whatever was still being proved of them ends. */
export async function beginReports(
  tx: Tx,
  actor: string,
  action: LifecycleAction,
  asked: object,
  users: readonly { user: Pick<LifecycleUser, 'id' | 'companyId' | 'username'>; subject: LifecycleSubject }[],
): Promise<Done[]> {
  await supersedeReports(
    tx,
    users.map(({ user }) => user.id),
    `not proved any more: ${action} came after it`,
  );
  const reports = users.map(({ user, subject }) => ({
    id: uuid(),
    companyId: user.companyId,
    userId: user.id,
    username: user.username,
    action,
    actor,
    asked,
    subject,
    steps: firstSteps(action, subject),
  }));
  await insertReports(tx, reports);
  return reports.map(({ id, userId }) => ({ userId, reportId: id }));
}

function firstSteps(action: LifecycleAction, { notes }: LifecycleSubject): LifecycleStep[] {
  const waiting = STEPS[action].map((name): LifecycleStep => ({ name, state: 'waiting', detail: '', at: null }));
  const known = notes.filter(({ name }) => !STEPS[action].includes(name));
  return [
    ...waiting,
    ...known.map(
      ({ name, detail }): LifecycleStep => ({
        name,
        state: name === 'left-out' ? 'left' : 'done',
        detail,
        at: Date.now(),
      }),
    ),
  ];
}
