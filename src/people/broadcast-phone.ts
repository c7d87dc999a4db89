import { messageParts } from '../domain/broadcast.ts';
import { endpointId } from '../domain/sip-account.ts';
import { projectedName } from '../domain/text.ts';
import { isLinekeeperError, messageOf } from '../errors.ts';
import { type DeliveryResult, type PhoneReceiver, phoneReceivers, recordDeliveries } from '../store/broadcasts.ts';
import type { Database } from '../store/database.ts';
import type { PhoneMessages } from './phone-messages.ts';

export interface PhoneBroadcastOptions {
  db: Database;
  phones: PhoneMessages;
  domain: string;
  now: () => number;
  isStopped: () => boolean;
}

/** People between two records: so many may get it twice when the daemon dies. */
const CHUNK = 32;
const WIDTH = 8;
/** A link that is down may be back soon, as after a restart; a call to lunch is of no use tomorrow. */
const PATIENCE_MS = 120_000;
const LINK_DOWN: ReadonlySet<string> = new Set(['PBX_UNREACHABLE', 'PBX_LOGIN_REFUSED', 'AMI_CLOSED', 'AMI_TIMEOUT']);

/** Sends a broadcast to the phones of people that are registered now. What a PBX that is away left open stays for the next look. */
export async function phoneBroadcast(options: PhoneBroadcastOptions, broadcastId: string): Promise<void> {
  const { db, domain, now, isStopped } = options;
  const { text, company, updatedAt } = await db.read.broadcast.findUniqueOrThrow({
    where: { id: broadcastId },
    include: { company: { select: { name: true } } },
  });
  const from = `"${projectedName(company.name)}" <sip:linekeeper@${domain}>`;
  const parts = messageParts(text, options.phones.longest);
  const isPatient = now() - updatedAt.getTime() < PATIENCE_MS;
  for (;;) {
    const receivers = isStopped() ? [] : await phoneReceivers(db, broadcastId, CHUNK);
    if (receivers.length === 0) return;
    const results: DeliveryResult[] = [];
    const rest = receivers[Symbol.iterator]();
    const lane = async () => {
      for (const receiver of rest) {
        const result = await sendTo(options.phones, receiver, from, parts, isPatient);
        if (result !== undefined) results.push(result);
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, lane));
    await db.write((tx) => recordDeliveries(tx, broadcastId, 'sip', results));
    if (results.length < receivers.length) return;
  }
}

/** undefined: not now. */
async function sendTo(
  phones: PhoneMessages,
  { userId, endpoints }: PhoneReceiver,
  from: string,
  parts: readonly string[],
  isPatient: boolean,
): Promise<DeliveryResult | undefined> {
  if (endpoints.length === 0) return { userId, state: 'unreachable', detail: 'no extension' };
  let reached = 0;
  let failure: string | undefined;
  for (const { pbxId, prefix, number, ordinal } of endpoints) {
    try {
      reached += await phones.send({ pbxId, endpoint: endpointId(prefix, number, ordinal), from, parts });
    } catch (error) {
      if (isPatient && reached === 0 && isLinekeeperError(error) && LINK_DOWN.has(error.code)) return undefined;
      failure = messageOf(error);
    }
  }
  if (reached > 0) return { userId, state: 'delivered', detail: `${reached} ${reached === 1 ? 'phone' : 'phones'}` };
  if (failure !== undefined) return { userId, state: 'failed', detail: failure };
  return { userId, state: 'unreachable', detail: 'no phone is registered' };
}
