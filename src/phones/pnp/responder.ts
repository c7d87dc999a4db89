import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Logger } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import { notifyText, type Own, okText } from './answers.ts';
import { macAt as arpMacAt } from './arp.ts';
import { type DecideDeps, decide } from './decide.ts';
import { createRateLimit } from './rate.ts';
import { parseSipRequest } from './sip-text.ts';
import { type Subscription, subscriptionOf } from './subscription.ts';

/** What phones asked, for whoever keeps it (the journal of the provisioning listener). */
export interface PnpJournal {
  fetch(record: {
    deviceId: string | null;
    at: number;
    address: string;
    method: string;
    path: string;
    userAgent: string;
    kind: 'stage1' | 'refused';
    status: number;
    bytes: number;
    reason: string | null;
  }): void;
  sighting(record: {
    mac: string;
    companyId: null;
    siteId: null;
    vendor: string | null;
    model: string | null;
    firmware: string | null;
    userAgent: string;
    address: string;
    path: string;
    reason: string;
    at: number;
  }): void;
}

export interface PnpOptions extends Pick<DecideDeps, 'publicUrl' | 'urlOf'> {
  db: Database;
  /** IPv4 address of this machine in the network of the phones (`phones.pnpAddress`). */
  address: string;
  journal: PnpJournal;
  log: Logger;
  /** 224.0.1.75 (RFC 6080 has another one, phones use this) and 5060. */
  group?: string;
  port?: number;
  macAt?: DecideDeps['macAt'];
  now?: () => number;
}

export interface PnpResponder {
  /** Joins the group. @throws when the address is not this machine's or the port is taken */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The multicast group of `sip.mcast.net`. */
const GROUP = '224.0.1.75';
const PORT = 5060;
const PER_SENDER = 80;
const TOGETHER = 4000;
/** Requests that are being judged at once. */
const MOST_AT_ONCE = 50;

/**
 * Tells phones that ask by multicast (SIP PnP) where their first file is. It listens on the group's own address, so that a PBX on
 * the same machine keeps its port 5060 as long as it is bound to addresses, and answers from a port of its own.
 */
export function createPnpResponder(options: PnpOptions): PnpResponder {
  const {
    db,
    address,
    journal,
    log,
    publicUrl,
    urlOf,
    group = GROUP,
    port = PORT,
    macAt = arpMacAt,
    now = Date.now,
  } = options;
  const rate = createRateLimit(PER_SENDER, TOGETHER, now);
  // A tag that is the same for repeated requests of one conversation (RFC 3261, 8.2.6.2).
  const salt = randomBytes(16);
  const working = new Set<Promise<void>>();
  let ears: Socket | undefined;
  let mouth: Socket | undefined;

  function hear(datagram: Buffer, { address: sender, port: senderPort }: RemoteInfo): void {
    if (!rate.take(sender) || working.size >= MOST_AT_ONCE) return;
    const request = parseSipRequest(datagram);
    const asked = request && subscriptionOf(request, sender);
    if (asked === undefined) return;
    const work = answer(asked, sender, senderPort).catch((err) =>
      log.error({ err }, 'a phone that asked by SIP PnP got no answer'),
    );
    working.add(work);
    void work.finally(() => working.delete(work));
  }

  async function answer(asked: Subscription, sender: string, senderPort: number): Promise<void> {
    const decision = await decide({ db, publicUrl, urlOf, macAt, now }, asked, sender);
    const at = now();
    const userAgent = `SIP PnP ${asked.vendor} ${asked.model} ${asked.firmware}`;
    const shared = { at, address: sender, userAgent, path: 'SIP PnP' };
    // Silence is what phones know to deal with: they go on to the next way.
    if (decision.answer === 'unknown') {
      const { mac, vendor, model, firmware } = asked;
      const claims = { vendor: vendor.toLowerCase() || null, model: model || null, firmware: firmware || null };
      journal.sighting({
        ...shared,
        mac,
        ...claims,
        companyId: null,
        siteId: null,
        reason: 'asked by SIP PnP and is not known',
      });
      return;
    }
    const { deviceId } = decision;
    if (decision.answer === 'nothing') {
      const { reason } = decision;
      log.info({ device: deviceId, address: sender, reason }, 'a phone that asked by SIP PnP was refused');
      journal.fetch({ ...shared, deviceId, method: 'SUBSCRIBE', kind: 'refused', status: 403, bytes: 0, reason });
      return;
    }
    const own = ownAddress();
    if (own === undefined || mouth === undefined) return;
    const tag = createHash('sha256').update(salt).update(asked.callId).digest('hex').slice(0, 16);
    const target = { host: sender, port: asked.port ?? senderPort };
    await send(okText(asked, own, tag), { host: sender, port: senderPort });
    const notify = notifyText(asked, own, tag, target, decision.url);
    await send(notify, target);
    journal.fetch({
      ...shared,
      deviceId,
      method: 'SUBSCRIBE',
      kind: 'stage1',
      status: 200,
      bytes: notify.length,
      reason: null,
    });
  }

  function ownAddress(): Own | undefined {
    const bound = mouth?.address();
    return bound && { host: address, port: bound.port };
  }

  function send(text: string, { host, port: to }: { host: string; port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (mouth === undefined) resolve();
      else mouth.send(text, to, host, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  async function stop(): Promise<void> {
    ears?.close();
    await Promise.all(working);
    mouth?.close();
    ears = undefined;
    mouth = undefined;
  }

  return {
    async start() {
      try {
        mouth = createSocket('udp4');
        mouth.on('error', (err) => log.error({ err }, 'SIP PnP cannot answer'));
        mouth.bind(0, address);
        await once(mouth, 'listening');
        ears = createSocket({ type: 'udp4', reuseAddr: true });
        ears.bind(port, group);
        await once(ears, 'listening');
        ears.addMembership(group, address);
        ears.on('error', (err) => log.error({ err }, 'SIP PnP hears nothing any more'));
        ears.on('message', hear);
      } catch (error) {
        await stop();
        throw error;
      }
      log.info({ address, group, port }, 'phones may ask for their server by SIP PnP');
    },
    stop,
  };
}
