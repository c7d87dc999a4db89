import { z } from 'zod';
import { enqueueMails, type NewMail } from '../../store/mail-queue.ts';
import { type MassAction, massAction } from '../../store/mass-action.ts';
import type { Seal } from '../../store/seal.ts';
import { endLogins, forgetSecondFactors, type UserInSet, usersInSet } from '../../store/user-set.ts';
import { throwOff } from '../throw-off.ts';
import { auditUsers } from './audit-users.ts';
import { idsOf, judge } from './judge.ts';

const endParams = z.strictObject({
  tokens: z.boolean().default(false).meta({ description: 'true: their API tokens, too.' }),
});

const common = { on: 'users', needs: 'users:write' } as const;

/** Neither can be taken back: a session has no second life, and a seed that was given up is nowhere. */
export function loginActions({ seal }: { seal: Seal }): MassAction[] {
  return [
    massAction<z.infer<typeof endParams>>({
      ...common,
      name: 'end-sessions',
      title: 'End the sessions of users, at once',
      params: endParams,
      async apply(tx, context, objects, { tokens }) {
        const users = await usersInSet(tx, context.companyId, idsOf(objects));
        const has = (user: UserInSet) => user.sessions > 0 || (tokens && user.tokens > 0);
        const { may, failed } = await judge(tx, context, users.filter(has), { self: tokens });
        await endLogins(tx, idsOf(may), { tokens });
        const ended = (user: UserInSet) => ({ sessions: user.sessions, ...(tokens ? { tokens: user.tokens } : {}) });
        await auditUsers(tx, context.actor, 'session.ended', may, ended);
        return [
          ...failed,
          ...users.filter((user) => !has(user)).map(({ id }) => ({ id, result: 'unchanged' as const })),
          ...may.map((user) => ({
            ...{ id: user.id, result: 'updated' as const, version: user.version },
            changes: { sessions: [user.sessions, 0], ...(tokens ? { tokens: [user.tokens, 0] } : {}) },
          })),
        ];
      },
    }),
    massAction({
      ...common,
      name: 'reset-second-factor',
      title: 'Take the second factors of users away; their logins end',
      params: z.strictObject({}),
      async apply(tx, context, objects) {
        const users = await usersInSet(tx, context.companyId, idsOf(objects));
        const has = (user: UserInSet) => user.hasTotp || user.codeByContact || user.backupCodes > 0;
        const { may, failed } = await judge(tx, context, users.filter(has), { self: true });
        await forgetSecondFactors(tx, idsOf(may));
        await throwOff(tx, idsOf(may));
        await auditUsers(tx, context.actor, 'second_factor.reset', may, lost);
        await enqueueMails(tx, seal, may.flatMap(told));
        return [
          ...failed,
          ...users.filter((user) => !has(user)).map(({ id }) => ({ id, result: 'unchanged' as const })),
          ...may.map((user) => ({
            ...{ id: user.id, result: 'updated' as const, version: user.version + 1 },
            changes: lost(user),
          })),
        ];
      },
    }),
  ];
}

/** Before and after. */
function lost({ hasTotp, codeByContact, hasContact, backupCodes }: UserInSet): Record<string, unknown> {
  return {
    ...(hasTotp ? { totp: ['****', null] } : {}),
    contact: [codeByContact && hasContact, false],
    backupCodes: [backupCodes, 0],
  };
}

/** Whoever did it, the person shall know; who has no address is not told. */
function told({ id, companyId, language, username, firstName, email }: UserInSet): NewMail[] {
  const to = email ?? (username.includes('@') ? username : undefined);
  if (to === undefined) return [];
  const data = { firstName: firstName || username, what: 'reset', at: new Date().toISOString() };
  return [{ to, template: 'second-factor-changed', language, data, companyId, userId: id }];
}
