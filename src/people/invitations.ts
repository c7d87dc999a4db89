import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { emailSchema } from '../domain/mailbox.ts';
import { rule } from '../domain/rule.ts';
import { languageSchema } from '../domain/user.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { membersByAddress, waitingById } from '../store/invitations.ts';
import type { Seal } from '../store/seal.ts';
import { badReference, notFound } from './context.ts';
import { expiryOf, type InvitationSettings, mailInvitation, newInvitationToken } from './invitation-mail.ts';

export const invitationInputSchema = z.strictObject({
  email: emailSchema,
  /** Absent: the role User. */
  roleIds: rule(z.array(z.string().max(64)).min(1).max(20), 'ROLES_REPEATED', 'must not name a role twice', (v) => {
    return new Set(v).size === v.length;
  }).optional(),
  language: languageSchema.optional(),
});
export type InvitationInput = z.infer<typeof invitationInputSchema>;

/** A mail to one address at most so often. */
const RESEND_MS = 60_000;

/** Whatever an invitation is made or mailed with. */
export interface Inviting {
  seal: Seal;
  settings: InvitationSettings;
  actor: string;
}

/** The role User of a company: what is given when nothing is said. */
export async function builtInUserRole(tx: Tx, companyId: string): Promise<string> {
  const role = await tx.role.findFirstOrThrow({ where: { companyId, builtIn: 'user' }, select: { id: true } });
  return role.id;
}

/**
 * Invites somebody by mail. The caller has made sure that the company exists and that the inviter may give these roles.
 * @throws DOMAIN_NOT_ALLOWED, ALREADY_MEMBER, INVITATION_EXISTS, REFERENCE_INVALID
 */
export async function invite(tx: Tx, inviting: Inviting, companyId: string, input: InvitationInput): Promise<string> {
  const roleIds = input.roleIds ?? [await builtInUserRole(tx, companyId)];
  if ((await tx.role.count({ where: { companyId, id: { in: roleIds } } })) !== roleIds.length) {
    throw badReference('roleIds', 'role');
  }
  const members = await membersByAddress(tx, companyId, input.email);
  if (members.some(({ isWaiting, companyId: home }) => !isWaiting || home !== companyId)) {
    throw new LinekeeperError('ALREADY_MEMBER', 'this address belongs to a member of the company');
  }
  // An account that waits for its owner: the invitation is for it, and no second one is made.
  const userId = members.length === 1 ? (members[0]?.id ?? null) : null;
  return create(tx, inviting, { companyId, email: input.email, roleIds, language: input.language ?? 'en', userId });
}

/**
 * Invites the owner of an account that was made for him and has no password yet.
 * @throws USER_STATE_INVALID, CONTACT_MISSING, DOMAIN_NOT_ALLOWED, INVITATION_EXISTS
 */
export async function inviteUser(tx: Tx, inviting: Inviting, userId: string): Promise<string> {
  const user = await tx.user.findUnique({ where: { id: userId }, include: { roles: { include: { role: true } } } });
  if (user === null) throw notFound('user');
  if ((await waitingById(tx, userId)) === undefined) {
    const why = user.passwordHash === null ? user.state : 'in use';
    throw new LinekeeperError('USER_STATE_INVALID', `this account is ${why}: only one without a password is invited`);
  }
  const { companyId, email, language } = user;
  if (email === null) throw new LinekeeperError('CONTACT_MISSING', 'this account has no e-mail address');
  const own = user.roles.filter(({ role }) => role.companyId === companyId).map(({ roleId }) => roleId);
  const roleIds = own.length > 0 ? own : [await builtInUserRole(tx, companyId)];
  return create(tx, inviting, { companyId, email, roleIds, language, userId });
}

interface NewInvitation {
  companyId: string;
  email: string;
  roleIds: string[];
  language: string;
  userId: string | null;
}

async function create(tx: Tx, { seal, settings, actor }: Inviting, made: NewInvitation): Promise<string> {
  const { companyId, email, roleIds, language, userId } = made;
  await refuseDomain(tx, companyId, email);
  const now = Date.now();
  const pending = await tx.invitation.findMany({
    where: { companyId, state: 'pending', expiresAt: { gt: new Date(now) } },
  });
  const same = pending.find((one) => one.email.toLowerCase() === email.toLowerCase());
  if (same !== undefined) {
    throw new LinekeeperError('INVITATION_EXISTS', 'this address has an invitation; send it again instead', {
      details: { id: same.id },
    });
  }
  const { token, hash } = newInvitationToken();
  const id = uuid();
  const expiresAt = expiryOf(settings, now);
  const mail = { companyId, email, language, invitedBy: actor, userId, expiresAt };
  const at = new Date(now);
  await tx.invitation.create({
    data: { ...mail, id, hash, roleIds: JSON.stringify(roleIds), createdAt: at, updatedAt: at },
  });
  await mailInvitation(tx, seal, settings, mail, token);
  await auditInvitation(tx, actor, 'created', { id, companyId }, { email, roleIds });
  return id;
}

/** Sends a new link; the old one dies. @throws INVITATION_STATE_INVALID, TOO_MANY_REQUESTS, DOMAIN_NOT_ALLOWED */
export async function resendInvitation(tx: Tx, { seal, settings, actor }: Inviting, id: string): Promise<void> {
  const row = await pendingInvitation(tx, id);
  const now = Date.now();
  const wait = Math.ceil((row.updatedAt.getTime() + RESEND_MS - now) / 1000);
  if (wait > 0) {
    throw new LinekeeperError('TOO_MANY_REQUESTS', `it was sent just now; try again in ${wait} seconds`, {
      details: { retryAfterSeconds: wait },
    });
  }
  await refuseDomain(tx, row.companyId, row.email);
  const { token, hash } = newInvitationToken();
  const expiresAt = expiryOf(settings, now);
  await tx.invitation.update({
    where: { id },
    data: { hash, expiresAt, sent: { increment: 1 }, updatedAt: new Date(now) },
  });
  await mailInvitation(tx, seal, settings, { ...row, expiresAt }, token);
  await auditInvitation(tx, actor, 'resent', row, { email: row.email });
}

/** @throws INVITATION_STATE_INVALID */
export async function revokeInvitation(tx: Tx, actor: string, id: string): Promise<void> {
  const row = await pendingInvitation(tx, id);
  await tx.invitation.update({ where: { id }, data: { state: 'revoked', updatedAt: new Date() } });
  await auditInvitation(tx, actor, 'revoked', row, { email: row.email });
}

async function pendingInvitation(tx: Tx, id: string) {
  const row = await tx.invitation.findUnique({ where: { id } });
  if (row === null) throw notFound('invitation');
  if (row.state === 'pending') return row;
  throw new LinekeeperError('INVITATION_STATE_INVALID', `this invitation is ${row.state}`);
}

/** The company says from which domains people come, for everybody who invites. */
async function refuseDomain(tx: Tx, companyId: string, email: string): Promise<void> {
  const { allowedDomains } = await tx.company.findUniqueOrThrow({
    where: { id: companyId },
    select: { allowedDomains: true },
  });
  const allowed = JSON.parse(allowedDomains) as string[];
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (allowed.length === 0 || allowed.some((one) => one.toLowerCase() === domain)) return;
  const message = `must be of ${allowed.join(', ')}`;
  throw new LinekeeperError('DOMAIN_NOT_ALLOWED', `email: ${message}`, {
    fields: [{ path: 'email', code: 'DOMAIN_NOT_ALLOWED', message }],
  });
}

export function auditInvitation(
  tx: Tx,
  actor: string,
  verb: 'created' | 'resent' | 'revoked' | 'accepted',
  { id, companyId }: { id: string; companyId: string },
  details: Record<string, unknown>,
): Promise<void> {
  const entry = { actor, action: `invitation.${verb}`, objectType: 'invitation', objectId: id, companyId };
  return recordAudit(tx, [{ ...entry, details }]);
}
