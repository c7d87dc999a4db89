import { isMailAddress } from '../domain/mail-address.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createLookout } from '../lookout.ts';
import type { Attempt, DueMail, MailQueue, Message, Transport } from './ports.ts';
import type { Render } from './render.ts';

export interface SenderOptions {
  queue: MailQueue;
  transport: Transport;
  render: Render;
  /** What comes after the @ in message ids. */
  domain: string;
  log: Logger;
  /** Mails on their way at once. */
  width: number;
}

export interface MailSender {
  start(): void;
  /** Mails on their way get a moment to arrive; what does not is tried again after the next start. */
  stop(): Promise<void>;
  /** Looks at once; carries no work. */
  poke(): void;
}

const LOOK_EVERY_MS = 1000;
const BATCH = 50;
/** A server that answers a little now and then would keep a mail forever. */
const LONGEST_MS = 180_000;
const STOP_GRACE_MS = 3000;

/** Sends what is due, a few at a time. The queue is looked at each second, so nothing hangs on being told. */
export function createSender({ queue, transport, render, domain, log, width }: SenderOptions): MailSender {
  const stopping = new AbortController();
  /** What the server took and the database did not: recorded later, and not sent again meanwhile. */
  const unrecorded = new Map<string, Attempt>();

  async function attempt(mail: DueMail): Promise<Attempt> {
    if (!isMailAddress(mail.to))
      return { ok: false, permanent: true, reason: 'the recipient is not one e-mail address' };
    let message: Message;
    try {
      const { id, to, template, messageId, createdAt: date } = mail;
      const rendered = await render(template, mail.language, mail.data);
      message = { id, to, template, messageId: `<${messageId}@${domain}>`, date, ...rendered };
    } catch (error) {
      return { ok: false, permanent: true, reason: `the template ${mail.template} failed: ${messageOf(error)}` };
    }
    return transport.send(message, AbortSignal.any([stopping.signal, AbortSignal.timeout(LONGEST_MS)]));
  }

  async function deliver(mail: DueMail): Promise<void> {
    const result = await attempt(mail);
    // Cut off by ourselves: says nothing about the mail.
    if (!result.ok && stopping.signal.aborted) return;
    unrecorded.set(mail.id, result);
    await record(mail.id, result);
    const facts = { mail: mail.id, template: mail.template };
    if (result.ok) log.debug(facts, 'mail sent');
    else log.warn({ ...facts, reason: result.reason, permanent: result.permanent }, 'a mail was not taken');
  }

  async function record(id: string, result: Attempt): Promise<void> {
    await queue.record(id, result);
    unrecorded.delete(id);
  }

  async function drain(): Promise<void> {
    for (const [id, result] of [...unrecorded]) await record(id, result);
    for (;;) {
      const due = lookout.isStopped ? [] : await queue.due(BATCH, new Set(unrecorded.keys()));
      if (due.length === 0) return;
      const rest = due[Symbol.iterator]();
      const lane = async () => {
        for (const mail of rest) {
          if (lookout.isStopped) return;
          await deliver(mail);
        }
      };
      await Promise.all(Array.from({ length: width }, lane));
    }
  }

  const lookout = createLookout(drain, LOOK_EVERY_MS, (error) =>
    log.error({ err: error }, 'the mail queue could not be worked off'),
  );

  return {
    start: lookout.poke,
    poke: lookout.poke,
    async stop() {
      const grace = setTimeout(() => stopping.abort(new Error('stopped')), STOP_GRACE_MS);
      await lookout.stop();
      clearTimeout(grace);
      await transport.close();
    },
  };
}
