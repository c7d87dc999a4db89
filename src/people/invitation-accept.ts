import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { pinSchema } from '../domain/mailbox.ts';
import { text } from '../domain/text.ts';
import { timezoneSchema } from '../domain/timezone.ts';
import { languageSchema, usernameSchema } from '../domain/user.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Database, Tx } from '../store/database.ts';
import { accountByName, claimInvitation, giveInvitedRoles, waitingById } from '../store/invitations.ts';
import { hashToken } from '../store/tokens.ts';
import { notFound } from './context.ts';
import { auditInvitation } from './invitations.ts';
import { passwordSchema } from './passwords.ts';
import type { PeopleDeps } from './people-deps.ts';
import { phonePinOf, type SealPin } from './phone-pin.ts';
import { type NewPassword, prepareChosen } from './set-password.ts';

export const invitationTokenSchema = z.string().min(1).max(100);

export const acceptInputSchema = z.strictObject({
  token: invitationTokenSchema,
  firstName: text(60),
  lastName: text(60),
  password: passwordSchema,
  username: usernameSchema.optional().meta({ description: 'Default: the e-mail address.' }),
  language: languageSchema.optional(),
  timezone: timezoneSchema.nullable().optional(),
  phonePin: pinSchema.optional(),
  phonePinConfirmation: pinSchema.optional(),
});
export type AcceptInput = z.infer<typeof acceptInputSchema>;

type Invitation = NonNullable<Awaited<ReturnType<Tx['invitation']['findUnique']>>>;

/** What the holder of a link may know before deciding. */
export interface InvitationLook {
  companyName: string;
  email: string;
  expiresAt: string;
  /** Of an account that waits for its owner; null: to be chosen. */
  username: string | null;
  /** There is an account of this name: log in and join with it. */
  needsLogin: boolean;
}

/** @throws LINK_INVALID for an unknown, used, revoked and expired link alike */
export async function lookAtInvitation(reader: Tx, token: string): Promise<InvitationLook> {
  const row = await openInvitation(reader, token);
  const waiting = await waitingAccount(reader, row);
  const company = await reader.company.findUniqueOrThrow({ where: { id: row.companyId }, select: { name: true } });
  return {
    companyName: company.name,
    email: row.email,
    expiresAt: row.expiresAt.toISOString(),
    username: waiting?.username ?? null,
    needsLogin: waiting === undefined && (await accountByName(reader, row.email)) !== undefined,
  };
}

/**
 * Makes the account, or opens the one that waits, with the password of its owner. Answers the user name.
 * @throws LINK_INVALID, PASSWORD_WEAK, PIN_WEAK, INVITATION_NEEDS_LOGIN, USERNAME_TAKEN, LOGIN_BUSY
 */
export async function acceptInvitation(
  { db, ...deps }: { db: Database } & Pick<PeopleDeps, 'hasher' | 'settings'>,
  input: AcceptInput,
): Promise<string> {
  const sealPin = phonePinOf(db.seal, input, { allowWeakPins: false });
  // Looked at first: hashing is dear, and not for those without a link.
  const seen = await openInvitation(db.read, input.token);
  const seenAccount = await waitingAccount(db.read, seen);
  const owner = {
    username: seenAccount?.username ?? input.username ?? seen.email,
    email: seen.email,
    firstName: input.firstName,
    lastName: input.lastName,
  };
  const password = await prepareChosen(deps, input.password, owner, false);
  return db.write(async (tx) => {
    const row = await claim(tx, input.token);
    const waiting = await waitingAccount(tx, row);
    const account = waiting ?? (await newAccount(tx, row, input));
    await openAccount(tx, account.id, row, input, { password, sealPin });
    await giveInvitedRoles(tx, account.id, row.companyId, row.roleIds);
    await accepted(tx, row, account.id, `user:${account.username}`);
    return account.username;
  });
}

/**
 * Makes an account that exists a member of the company too.
 * @throws LINK_INVALID; FORBIDDEN when the invitation is for somebody else
 */
export async function joinByInvitation(tx: Tx, userId: string, token: string): Promise<{ companyId: string }> {
  const row = await claim(tx, token);
  const user = await tx.user.findUnique({ where: { id: userId } });
  if (user === null) throw notFound('user');
  const isBound = row.userId !== null && row.userId !== userId;
  if (isBound || !isAddressOf(user, row.email)) {
    throw new LinekeeperError('FORBIDDEN', 'this invitation is for another address than yours');
  }
  await giveInvitedRoles(tx, userId, row.companyId, row.roleIds);
  await accepted(tx, row, userId, `user:${user.username}`);
  return { companyId: row.companyId };
}

async function openInvitation(reader: Tx, token: string): Promise<Invitation> {
  const row = await reader.invitation.findUnique({ where: { hash: hashToken(token) } });
  if (row === null || row.state !== 'pending' || row.expiresAt.getTime() <= Date.now()) throw linkInvalid();
  return row;
}

async function claim(tx: Tx, token: string): Promise<Invitation> {
  const hash = hashToken(token);
  if (!(await claimInvitation(tx, hash, Date.now()))) throw linkInvalid();
  return tx.invitation.findUniqueOrThrow({ where: { hash } });
}

/**
 * The account that an invitation is for; undefined: a new one is to be made. One that does not wait any more, or has
 * another address now, has not been invited by this link.
 */
async function waitingAccount(reader: Tx, row: Invitation): Promise<{ id: string; username: string } | undefined> {
  if (row.userId === null) return undefined;
  const user = await waitingById(reader, row.userId);
  if (user === undefined || !isAddressOf(user, row.email)) throw linkInvalid();
  return user;
}

async function newAccount(tx: Tx, { companyId, email }: Invitation, input: AcceptInput) {
  const username = input.username ?? email;
  const known = await accountByName(tx, username);
  if (known !== undefined && isAddressOf(known, email)) {
    throw new LinekeeperError('INVITATION_NEEDS_LOGIN', 'you have an account: log in and join the company with it');
  }
  if (known !== undefined) {
    throw new LinekeeperError('USERNAME_TAKEN', 'this user name is taken', {
      fields: [{ path: 'username', code: 'USERNAME_TAKEN', message: 'is taken' }],
    });
  }
  const id = uuid();
  const now = new Date();
  const row = { id, companyId, username, email, state: 'invited', firstName: '', lastName: '' };
  await tx.user.create({ data: { ...row, createdAt: now, updatedAt: now } });
  const entry = { actor: `user:${username}`, action: 'user.created', objectType: 'user', objectId: id, companyId };
  await recordAudit(tx, [{ ...entry, details: { username } }]);
  return { id, username };
}

async function openAccount(
  tx: Tx,
  id: string,
  invitation: Invitation,
  { firstName, lastName, language, timezone }: AcceptInput,
  { password: { hash, isShort }, sealPin }: { password: NewPassword; sealPin: SealPin | undefined },
): Promise<void> {
  const now = new Date();
  const password = { passwordHash: hash, passwordIsShort: isShort, passwordChangedAt: now, mustChangePassword: false };
  await tx.user.update({
    where: { id },
    data: {
      ...password,
      state: 'active',
      firstName,
      lastName,
      language: language ?? invitation.language,
      ...(timezone === undefined ? {} : { timezone }),
      ...(sealPin === undefined ? {} : { phonePinSealed: sealPin(id) }),
      version: { increment: 1 },
      updatedAt: now,
    },
  });
}

async function accepted(tx: Tx, row: Invitation, userId: string, actor: string): Promise<void> {
  await tx.invitation.update({ where: { id: row.id }, data: { userId } });
  await auditInvitation(tx, actor, 'accepted', row, { email: row.email, userId });
}

function isAddressOf({ username, email }: { username: string; email: string | null }, address: string): boolean {
  const wanted = address.toLowerCase();
  return username.toLowerCase() === wanted || email?.toLowerCase() === wanted;
}

function linkInvalid(): LinekeeperError {
  return new LinekeeperError('LINK_INVALID', 'this link was used, replaced or is over; ask for a new invitation');
}
