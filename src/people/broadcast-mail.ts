import { isMailAddress } from '../domain/mail-address.ts';
import { type DeliveryResult, mailReceivers, recordDeliveries } from '../store/broadcasts.ts';
import type { Database, Tx } from '../store/database.ts';
import { enqueueMail } from '../store/mail-queue.ts';

/** People of one transaction. */
const CHUNK = 100;

/** Puts the mails of a broadcast into the mail queue; from there the delivery is what becomes of the mail. */
export async function mailBroadcast(db: Database, broadcastId: string, isStopped: () => boolean): Promise<void> {
  while (!isStopped() && (await db.write((tx) => queueSome(tx, db, broadcastId))));
}

async function queueSome(tx: Tx, { seal }: Database, broadcastId: string): Promise<boolean> {
  const receivers = await mailReceivers(tx, broadcastId, CHUNK);
  if (receivers.length === 0) return false;
  const { companyId, category, text, actor, company } = await tx.broadcast.findUniqueOrThrow({
    where: { id: broadcastId },
    include: { company: { select: { name: true } } },
  });
  const data = { companyName: company.name, category, text, senderName: (await nameOf(tx, actor)) ?? company.name };
  const results: DeliveryResult[] = [];
  for (const { userId, username, email, language } of receivers) {
    const to = [email, username].find((one) => one !== null && isMailAddress(one));
    if (to === undefined || to === null) {
      results.push({ userId, state: 'unreachable', detail: username === null ? 'deleted' : 'no e-mail address' });
      continue;
    }
    const mail = { to, template: 'broadcast', language: language ?? 'en', data, companyId, userId } as const;
    results.push({ userId, state: 'waiting', detail: null, mailId: await enqueueMail(tx, seal, mail) });
  }
  await recordDeliveries(tx, broadcastId, 'mail', results);
  return true;
}

async function nameOf(tx: Tx, actor: string): Promise<string | undefined> {
  if (!actor.startsWith('user:')) return undefined;
  const user = await tx.user.findUnique({ where: { username: actor.slice('user:'.length) } });
  return user === null ? undefined : `${user.firstName} ${user.lastName}`;
}
