import { type MailLanguage, type MailTemplate, mailLanguage } from '../domain/mail.ts';
import { LinekeeperError } from '../errors.ts';
import type { Database, Tx } from './database.ts';
import { mailPurpose } from './mail-queue.ts';
import { execute } from './sql.ts';

export interface WaitingMail {
  id: string;
  to: string;
  template: MailTemplate;
  language: MailLanguage;
  data: Record<string, string>;
  messageId: string;
  createdAt: Date;
}

export type MailAttempt = { ok: true; state: 'sent' | 'written' } | { ok: false; permanent: boolean; reason: string };

const LONGEST_REASON = 300;
const MINUTE = 60_000;
const LONGEST_DELAY = 8 * 60 * MINUTE;

/** Milliseconds from the n-th failed attempt (from 1) to the next: half a minute, then three times as long, up to 8 hours. */
export function retryDelay(attempts: number): number {
  return Math.min((MINUTE / 2) * 3 ** (attempts - 1), LONGEST_DELAY);
}

/** Mails whose time has come, the longest waiting first. */
export async function dueMails(db: Database, now: Date, limit: number, but: readonly string[]): Promise<WaitingMail[]> {
  const rows = await db.read.mail.findMany({
    where: { state: 'waiting', nextAttemptAt: { lte: now }, id: { notIn: [...but] } },
    orderBy: [{ nextAttemptAt: 'asc' }, { id: 'asc' }],
    take: limit,
  });
  return rows.map(({ id, to, template, language, dataSealed, messageId, createdAt }) => ({
    id,
    to,
    template: template as MailTemplate,
    language: mailLanguage(language),
    data: opened(db, id, dataSealed),
    messageId,
    createdAt,
  }));
}

/** What cannot be opened renders as nothing, which fails that mail alone. */
function opened({ seal }: Database, id: string, sealed: string | null): Record<string, string> {
  try {
    return sealed === null ? {} : JSON.parse(seal.open(sealed, mailPurpose(id)));
  } catch {
    return {};
  }
}

/** Notes what became of an attempt: ended and wiped, to be tried again, or given up after `maxAttempts`. */
export async function recordAttempt(
  tx: Tx,
  id: string,
  attempt: MailAttempt,
  { now, maxAttempts }: { now: Date; maxAttempts: number },
): Promise<void> {
  const row = await tx.mail.findUnique({ where: { id } });
  if (row === null) return;
  const attempts = row.attempts + 1;
  if (attempt.ok) {
    // Also when it was canceled while it was on its way: it is out.
    const { state } = attempt;
    await tx.mail.update({ where: { id }, data: { state, attempts, error: null, dataSealed: null, endedAt: now } });
    await followDelivery(tx, row, state);
    return;
  }
  if (row.state !== 'waiting') return;
  const error = reasonOf(attempt.reason);
  const hasFailed = attempt.permanent || attempts >= maxAttempts;
  const end = hasFailed
    ? { state: 'failed', endedAt: now }
    : { nextAttemptAt: new Date(now.getTime() + retryDelay(attempts)) };
  await tx.mail.update({ where: { id }, data: { attempts, error, ...end } });
  if (hasFailed) await followDelivery(tx, row, 'failed', error);
}

/** Takes a mail that waits out of the queue, and forgets what it would have said. @throws NOT_FOUND, MAIL_STATE_INVALID */
export async function cancelMail(tx: Tx, id: string): Promise<void> {
  const row = await inState(tx, id, ['waiting'], 'canceled');
  await tx.mail.update({ where: { id }, data: { state: 'canceled', dataSealed: null, endedAt: new Date() } });
  await followDelivery(tx, row, 'failed', 'canceled');
}

/** Lets a mail that waits or failed be tried now, with all its attempts again. @throws NOT_FOUND, MAIL_STATE_INVALID */
export async function retryMail(tx: Tx, id: string): Promise<void> {
  const row = await inState(tx, id, ['waiting', 'failed'], 'tried again');
  const fresh = { state: 'waiting', attempts: 0, nextAttemptAt: new Date(), endedAt: null };
  await tx.mail.update({ where: { id }, data: fresh });
  await followDelivery(tx, row, 'waiting');
}

/** Forgets mails that ended before `before`. */
export async function forgetMails(tx: Tx, before: Date): Promise<void> {
  await execute(tx, `DELETE FROM "Mail" WHERE state <> 'waiting' AND "endedAt" < ?1`, before.getTime());
}

async function inState(tx: Tx, id: string, states: readonly string[], verb: string) {
  const row = await tx.mail.findUnique({ where: { id } });
  if (row === null) throw new LinekeeperError('NOT_FOUND', 'there is no such mail');
  if (states.includes(row.state)) return row;
  throw new LinekeeperError('MAIL_STATE_INVALID', `a mail that is ${row.state} cannot be ${verb}`, {
    details: { state: row.state },
  });
}

const DELIVERED: Record<string, [state: string, detail: string | null]> = {
  sent: ['delivered', null],
  written: ['delivered', 'written to the outbox folder'],
};

/** The delivery of a broadcast by mail is what became of the mail. */
async function followDelivery(tx: Tx, mail: { id: string; userId: string | null }, state: string, detail?: string) {
  if (mail.userId === null) return;
  const [delivery, words] = DELIVERED[state] ?? [state, detail ?? null];
  await execute(
    tx,
    `UPDATE "BroadcastDelivery" SET state = ?1, detail = ?2, at = ?3 WHERE "userId" = ?4 AND "mailId" = ?5`,
    ...[delivery, words, Date.now(), mail.userId, mail.id],
  );
}

function reasonOf(reason: string): string {
  return reason
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, LONGEST_REASON);
}
