import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { emailSchema } from '../../domain/mailbox.ts';
import type { Tx } from '../../store/database.ts';
import { enqueueMails, type NewMail, withdrawMails } from '../../store/mail-queue.ts';
import {
  type MassAction,
  type MassContext,
  type MassResult,
  type MassUndo,
  massAction,
} from '../../store/mass-action.ts';
import { replaceResetLinks, voidResetLinks } from '../../store/reset-links.ts';
import type { Seal } from '../../store/seal.ts';
import { hashToken } from '../../store/tokens.ts';
import { forgetPasswords, type UserInSet, usersInSet } from '../../store/user-set.ts';
import type { PeopleSettings } from '../people-deps.ts';
import { throwOff } from '../throw-off.ts';
import { auditUsers } from './audit-users.ts';
import { failure, idsOf, judge, whyNot } from './judge.ts';

export interface ResetDeps {
  seal: Seal;
  settings: Pick<PeopleSettings, 'publicUrl' | 'resetMinutes'>;
}

const paramsSchema = z.strictObject({
  invalidate: z
    .boolean()
    .default(false)
    .meta({ description: 'true: the old password no longer works and every login ends. This cannot be taken back.' }),
});
type Params = z.infer<typeof paramsSchema>;

/** What an undo needs; `invalidated`: there is no way back. */
type Before = { invalidated: true } | { link: string; mailId: string };

/** Nothing is hashed here: each chooses a password by the link that is sent to him. */
export function passwordActions(deps: ResetDeps): MassAction[] {
  return [
    massAction<Params>({
      name: 'reset-password',
      on: 'users',
      title: 'Send users a link to set a new password',
      needs: 'users:write',
      params: paramsSchema,
      apply: (tx, context, objects, params) => reset(tx, deps, context, idsOf(objects), params),
      undo: takeBack,
    }),
  ];
}

async function reset(
  tx: Tx,
  { seal, settings }: ResetDeps,
  context: MassContext,
  ids: readonly string[],
  { invalidate }: Params,
): Promise<MassResult[]> {
  const users = await usersInSet(tx, context.companyId, ids);
  const { may, failed } = await judge(tx, context, users, { self: invalidate });
  const going: (UserInSet & { to: string })[] = [];
  for (const user of may) {
    const to = addressOf(user);
    if (user.state === 'disabled') {
      failed.push(
        failure(user.id, { code: 'USER_STATE_INVALID', message: 'this user is disabled: enable the account first' }),
      );
    } else if (to === undefined) {
      failed.push(failure(user.id, { code: 'CONTACT_MISSING', message: 'this user has no e-mail address' }));
    } else going.push({ ...user, to });
  }
  if (invalidate) {
    await forgetPasswords(tx, idsOf(going));
    await throwOff(tx, idsOf(going));
  }
  const now = Date.now();
  const links = going.map(({ id }) => {
    const token = randomBytes(32).toString('base64url');
    return { userId: id, token, hash: hashToken(token) };
  });
  await replaceResetLinks(tx, links, { now, expiresAt: now + settings.resetMinutes * 60_000 });
  const mails = going.map(
    ({ id, to, language, companyId, firstName, username }, at): NewMail => ({
      ...{ to, template: 'password-reset', language, companyId, userId: id },
      data: {
        firstName: firstName || username,
        // In the fragment: it reaches no server's log and no Referer.
        link: `${settings.publicUrl}/reset#token=${links[at]?.token}`,
        minutes: String(settings.resetMinutes),
      },
    }),
  );
  const mailIds = await enqueueMails(tx, seal, mails);
  await auditUsers(tx, context.actor, 'password.reset_requested', going, ({ hasPassword }) =>
    invalidate ? { hasPassword: [hasPassword, false] } : {},
  );
  return [
    ...failed,
    ...going.map(({ id, version, hasPassword, to }, at): MassResult => {
      const before: Before = invalidate
        ? { invalidated: true }
        : { link: links[at]?.hash ?? '', mailId: mailIds[at] ?? '' };
      const changes = { mail: [null, to], ...(invalidate ? { hasPassword: [hasPassword, false] } : {}) };
      return { id, result: 'updated', before, version: invalidate ? version + 1 : version, changes };
    }),
  ];
}

/** Makes the links void, and withdraws the mails that are not on their way yet. */
async function takeBack(tx: Tx, context: MassContext, rows: readonly MassUndo[]) {
  const users = await usersInSet(tx, context.companyId, idsOf(rows));
  const found = new Set(idsOf(users));
  const reasons = await whyNot(tx, context, [...found], {});
  const links = new Map<string, Exclude<Before, { invalidated: true }>>();
  for (const { id, before } of rows) {
    if ('link' in (before as Before) && found.has(id) && !reasons.has(id)) {
      links.set(id, before as Exclude<Before, { invalidated: true }>);
    }
  }
  const good = await voidResetLinks(
    tx,
    [...links.values()].map(({ link }) => link),
    Date.now(),
  );
  const voided = [...links].filter(([, { link }]) => good.has(link));
  await withdrawMails(
    tx,
    voided.map(([, { mailId }]) => mailId),
  );
  const done = new Set(voided.map(([id]) => id));
  await auditUsers(
    tx,
    context.actor,
    'password.reset_withdrawn',
    users.filter(({ id }) => done.has(id)),
    () => ({}),
  );
  return rows.map(({ id }) => {
    if (done.has(id)) return { id, ok: true };
    if (!found.has(id)) return { id, ok: false, reason: 'it no longer exists' };
    if (links.has(id)) return { id, ok: false, reason: 'the link was used, was replaced or is over' };
    return { id, ok: false, reason: reasons.get(id)?.message ?? 'the old password is gone' };
  });
}

/** An account's own address; a user name that is an e-mail address is one. */
function addressOf({ username, email }: UserInSet): string | undefined {
  return emailSchema.safeParse(username).data ?? email ?? undefined;
}
