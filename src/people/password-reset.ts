import { randomBytes, randomInt } from 'node:crypto';
import { emailSchema } from '../domain/mailbox.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { enqueueMail } from '../store/mail-queue.ts';
import { hashToken } from '../store/tokens.ts';
import { notFound } from './context.ts';
import { mayAskForReset } from './login-throttle.ts';
import type { PeopleDeps } from './people-deps.ts';
import { type NewPassword, prepareChosen, setPassword } from './set-password.ts';

/** Milliseconds between two mails to the same person, whoever asks. */
const AGAIN_MS = 60_000;

/** The characters of a password that is read aloud: none that looks like another. 20 of them are 98 bits. */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789';

export interface PasswordReset {
  /** What anybody may ask for, by user name. Says nothing of whether there is such an account, nor does how long it takes. */
  ask(username: string, address: string): Promise<void>;
  /** @throws LINK_INVALID for a link that was used, replaced, is over or never was; PASSWORD_WEAK */
  confirm(token: string, password: string): Promise<void>;
  /** An administrator has the link sent. @throws CONTACT_MISSING */
  sendLink(actor: string, userId: string): Promise<void>;
  /** An administrator's new password, shown once; must be changed at the next login. */
  show(actor: string, userId: string): Promise<string>;
  /** A temporary password by mail. @throws CONTACT_MISSING */
  mail(actor: string, userId: string): Promise<void>;
}

export function createPasswordReset(deps: PeopleDeps): PasswordReset {
  const { db, hasher, settings, factors } = deps;

  async function ask(username: string, address: string): Promise<void> {
    await db.write(async (tx) => {
      if (!(await mayAskForReset(tx, address, Date.now()))) return;
      const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
        `SELECT id FROM "User" WHERE "username" = ? COLLATE NOCASE AND "state" IN ('active', 'locked', 'invited') LIMIT 2`,
        username.normalize('NFKC').trim(),
      );
      const [user] = rows;
      if (user === undefined || rows.length > 1) return;
      const since = new Date(Date.now() - AGAIN_MS);
      if ((await tx.oneTimeToken.count({ where: { userId: user.id, purpose: 'reset', createdAt: { gt: since } } })) > 0)
        return;
      if ((await mailAddress(tx, user.id)) === undefined) return;
      await sendResetMail(tx, 'nobody', user.id);
    });
  }

  async function sendResetMail(tx: Tx, actor: string, userId: string): Promise<void> {
    const user = await withCompany(tx, userId);
    const to = await neededAddress(tx, userId);
    const token = randomBytes(32).toString('base64url');
    const now = Date.now();
    const expiresAt = new Date(now + settings.resetMinutes * 60_000);
    await tx.oneTimeToken.deleteMany({ where: { userId, purpose: 'reset' } });
    const row = { hash: hashToken(token), purpose: 'reset', userId, createdAt: new Date(now), expiresAt };
    await tx.oneTimeToken.create({ data: row });
    const { companyId, language } = user;
    const data = {
      firstName: user.firstName || user.username,
      // In the fragment: it reaches no server's log and no Referer.
      link: `${settings.publicUrl}/reset#token=${token}`,
      minutes: String(settings.resetMinutes),
    };
    await enqueueMail(tx, db.seal, { to, template: 'password-reset', language, data, companyId, userId });
    await tellCompany(tx, user, to);
    await audit(tx, actor, 'password.reset_requested', user, {});
  }

  /** Where the user name is an e-mail address, the company hears of it too. */
  async function tellCompany(tx: Tx, user: Awaited<ReturnType<typeof withCompany>>, to: string): Promise<void> {
    const { noticeEmail } = user.company;
    if (noticeEmail === null || noticeEmail === to || !user.username.includes('@')) return;
    const data = { username: user.username, at: new Date().toISOString() };
    const { companyId } = user;
    const mail = { to: noticeEmail, template: 'password-reset-notice' as const, language: user.language };
    await enqueueMail(tx, db.seal, { ...mail, data, companyId, userId: user.id });
  }

  async function confirm(token: string, password: string): Promise<void> {
    const known = await db.read.oneTimeToken.findFirst({
      where: { hash: hashToken(token), purpose: 'reset', expiresAt: { gt: new Date() } },
      include: { user: true },
    });
    if (known === null || known.user.state === 'disabled') throw linkInvalid();
    const hasFactor = (await db.write((tx) => factors.methodsOf(tx, known.userId))).length > 0;
    const chosen = await prepareChosen(deps, password, known.user, hasFactor);
    await db.write(async (tx) => {
      // Many may follow the same link at once: who deletes it has it.
      const { count } = await tx.oneTimeToken.deleteMany({
        where: { hash: known.hash, expiresAt: { gt: new Date() } },
      });
      const user = await tx.user.findUnique({ where: { id: known.userId } });
      if (count === 0 || user === null || user.state === 'disabled') throw linkInvalid();
      await setPassword(tx, `user:${user.username}`, user.id, chosen, { action: 'password.reset' });
      await tellOwner(tx, user.id);
    });
  }

  /** So that somebody whose password was changed by another learns of it. */
  async function tellOwner(tx: Tx, userId: string): Promise<void> {
    const to = await mailAddress(tx, userId);
    if (to === undefined) return;
    const user = await withCompany(tx, userId);
    const data = { firstName: user.firstName || user.username, at: new Date().toISOString() };
    const { companyId, language } = user;
    await enqueueMail(tx, db.seal, { to, template: 'password-changed', language, data, companyId, userId });
  }

  async function temporary(): Promise<{ password: string; prepared: NewPassword }> {
    const letters = Array.from({ length: 20 }, () => READABLE[randomInt(READABLE.length)]);
    const password = letters.join('').replace(/(.{5})(?=.)/g, '$1-');
    const expiresAt = new Date(Date.now() + settings.temporaryPasswordHours * 3_600_000);
    return { password, prepared: { hash: await hasher.hash(password), isShort: false, mustChange: true, expiresAt } };
  }

  return {
    ask,
    confirm,
    sendLink: (actor, userId) =>
      db.write(async (tx) => {
        await refuseDisabled(tx, userId);
        await sendResetMail(tx, actor, userId);
      }),
    async show(actor, userId) {
      const { password, prepared } = await temporary();
      await db.write(async (tx) => {
        await refuseDisabled(tx, userId);
        await setPassword(tx, actor, userId, prepared, { action: 'password.reset_by_administrator' });
        await tellOwner(tx, userId);
      });
      return password;
    },
    async mail(actor, userId) {
      const { password, prepared } = await temporary();
      await db.write(async (tx) => {
        await refuseDisabled(tx, userId);
        const to = await neededAddress(tx, userId);
        await setPassword(tx, actor, userId, prepared, { action: 'password.mailed' });
        const user = await withCompany(tx, userId);
        const data = {
          firstName: user.firstName || user.username,
          username: user.username,
          password,
          link: `${settings.publicUrl}/`,
          expires: prepared.expiresAt?.toISOString() ?? '',
        };
        const { companyId, language } = user;
        await enqueueMail(tx, db.seal, { to, template: 'temporary-password', language, data, companyId, userId });
      });
    },
  };
}

/** An account's own address; a user name that is an e-mail address is one. */
async function mailAddress(tx: Tx, userId: string): Promise<string | undefined> {
  const user = await tx.user.findUnique({ where: { id: userId }, select: { email: true, username: true } });
  if (user === null) return undefined;
  return emailSchema.safeParse(user.username).data ?? user.email ?? undefined;
}

async function neededAddress(tx: Tx, userId: string): Promise<string> {
  const to = await mailAddress(tx, userId);
  if (to === undefined) throw new LinekeeperError('CONTACT_MISSING', 'this user has no e-mail address');
  return to;
}

async function withCompany(tx: Tx, id: string) {
  const user = await tx.user.findUnique({ where: { id }, include: { company: { select: { noticeEmail: true } } } });
  if (user === null) throw notFound('user');
  return user;
}

async function refuseDisabled(tx: Tx, id: string): Promise<void> {
  if ((await withCompany(tx, id)).state !== 'disabled') return;
  throw new LinekeeperError('USER_STATE_INVALID', 'this user is disabled: enable the account first');
}

function linkInvalid(): LinekeeperError {
  return new LinekeeperError('LINK_INVALID', 'this link was used already, was replaced by a newer one, or is over');
}

function audit(tx: Tx, actor: string, action: string, user: { id: string; companyId: string }, details: object) {
  const entry = { actor, action, objectType: 'user', objectId: user.id, companyId: user.companyId };
  return recordAudit(tx, [{ ...entry, details: { ...details } }]);
}
