import { randomBytes } from 'node:crypto';
import type { Tx } from '../store/database.ts';
import { enqueueMail } from '../store/mail-queue.ts';
import type { Seal } from '../store/seal.ts';
import { hashToken } from '../store/tokens.ts';

export interface InvitationSettings {
  /** What links start with; from the settings, never from a request. No slash at the end. */
  publicUrl: string;
  invitationDays: number;
}

/** 256 random bits and what is kept of them: the token itself stands in the mail alone. */
export function newInvitationToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

export function expiryOf({ invitationDays }: InvitationSettings, now: number): Date {
  return new Date(now + invitationDays * 86_400_000);
}

export interface InvitationMail {
  companyId: string;
  email: string;
  language: string;
  /** `user:<username>`, `token:<name>`, `local` */
  invitedBy: string;
  userId: string | null;
  expiresAt: Date;
}

/** The token stands behind the `#`: browsers do not send that, so no log of a server or proxy gets it (RFC 3986, 3.5). */
export async function mailInvitation(
  tx: Tx,
  seal: Seal,
  { publicUrl }: InvitationSettings,
  { companyId, email, language, invitedBy, userId, expiresAt }: InvitationMail,
  token: string,
): Promise<void> {
  const company = await tx.company.findUniqueOrThrow({ where: { id: companyId }, select: { name: true } });
  const data = {
    companyName: company.name,
    inviterName: (await nameOf(tx, invitedBy)) ?? company.name,
    link: `${publicUrl}/invite#token=${token}`,
    expires: expiresAt.toISOString(),
  };
  await enqueueMail(tx, seal, { to: email, template: 'invitation', language, data, companyId, userId });
}

/** Of a person; tokens and the command line have none that says anything to a stranger. */
async function nameOf(tx: Tx, actor: string): Promise<string | undefined> {
  if (!actor.startsWith('user:')) return undefined;
  const user = await tx.user.findUnique({ where: { username: actor.slice('user:'.length) } });
  return user === null ? undefined : `${user.firstName} ${user.lastName}`;
}
