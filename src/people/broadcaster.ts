import type { BroadcastTarget } from '../domain/broadcast.ts';
import type { Logger } from '../log.ts';
import { createLookout } from '../lookout.ts';
import { insertDeliveries, untouched } from '../store/broadcasts.ts';
import type { Database } from '../store/database.ts';
import { mailBroadcast } from './broadcast-mail.ts';
import { phoneBroadcast } from './broadcast-phone.ts';
import { audit } from './broadcasts.ts';
import type { PhoneMessages } from './phone-messages.ts';

export interface BroadcasterOptions {
  db: Database;
  phones: PhoneMessages;
  /** Host name in the From of messages to phones. */
  domain: string;
  log: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Broadcaster {
  start(): void;
  stop(): Promise<void>;
  /** Looks at once; carries no work. */
  poke(): void;
}

const LOOK_EVERY_MS = 1000;

/**
 * Sends broadcasts when their time has come. Who gets one is written down in the transaction that begins it; from there each
 * delivery is recorded as it is made, so that a crash in the middle goes on where it was.
 */
export function createBroadcaster({ db, phones, domain, log, now = Date.now }: BroadcasterOptions): Broadcaster {
  async function begin(id: string): Promise<void> {
    await db.write(async (tx) => {
      const row = await tx.broadcast.findUnique({ where: { id } });
      // Canceled or put off meanwhile.
      if (row?.state !== 'scheduled' || row.sendAt.getTime() > now()) return;
      const at = new Date(now());
      const target = JSON.parse(row.target) as BroadcastTarget;
      const { companyId } = row;
      await insertDeliveries(tx, { id, companyId, target, channels: JSON.parse(row.channels) }, at);
      await tx.broadcast.update({
        where: { id },
        data: { state: 'sending', version: { increment: 1 }, updatedAt: at },
      });
    });
  }

  async function goOn(id: string): Promise<void> {
    await mailBroadcast(db, id, () => lookout.isStopped);
    await phoneBroadcast({ db, phones, domain, now, isStopped: () => lookout.isStopped }, id);
    if (lookout.isStopped || (await untouched(db.read, id)) > 0) return;
    await db.write(async (tx) => {
      const row = await tx.broadcast.update({
        where: { id },
        data: { state: 'sent', version: { increment: 1 }, updatedAt: new Date(now()) },
      });
      const deliveries = await tx.broadcastDelivery.count({ where: { broadcastId: id } });
      await audit(tx, 'system', 'sent', row, { category: row.category, deliveries });
    });
  }

  async function work(): Promise<void> {
    const due = { state: 'scheduled', sendAt: { lte: new Date(now()) } };
    const select = { id: true };
    for (const { id } of await db.read.broadcast.findMany({ where: due, select, orderBy: { sendAt: 'asc' } })) {
      if (!lookout.isStopped) await begin(id);
    }
    for (const { id } of await db.read.broadcast.findMany({ where: { state: 'sending' }, select })) {
      // One that fails must not hold up the others.
      if (!lookout.isStopped)
        await goOn(id).catch((error) => log.error({ err: error, broadcast: id }, 'a broadcast got stuck'));
    }
  }

  const lookout = createLookout(work, LOOK_EVERY_MS, (error) =>
    log.error({ err: error }, 'broadcasts could not be looked at'),
  );
  return { start: lookout.poke, poke: lookout.poke, stop: lookout.stop };
}
