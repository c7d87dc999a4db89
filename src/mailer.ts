import { join } from 'node:path';
import { type Config, packageRoot } from './config.ts';
import type { Logger } from './log.ts';
import { createOutboxFolder } from './mail/outbox-folder.ts';
import type { MailQueue } from './mail/ports.ts';
import { createRender } from './mail/render.ts';
import { createSender, type MailSender } from './mail/sender.ts';
import { mailDomain, parseSender } from './mail/sender-address.ts';
import { createSmtp, SMTP_CONNECTIONS, type SmtpTimeouts } from './mail/smtp.ts';
import type { Database } from './store/database.ts';
import { dueMails, recordAttempt } from './store/mail-delivery.ts';

export interface MailerOptions {
  db: Database;
  config: Pick<Config, 'mail'> & {
    /** Of `publicUrl()`; names the sender's domain when the settings do not. */
    publicUrl: string;
    dataFolder: string;
  };
  log: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
  timeouts?: SmtpTimeouts;
}

/** Sends the mails of the queue: to the SMTP server of the settings, or without one into `<data>/outbox`. @throws CONFIG_INVALID */
export function createMailer({ db, config, log, now = Date.now, timeouts }: MailerOptions): MailSender {
  const { smtp, from, maxAttempts } = config.mail;
  const domain = mailDomain(config.publicUrl);
  const sender = parseSender(from, domain);
  const queue: MailQueue = {
    due: (limit, but) => dueMails(db, new Date(now()), limit, [...but]),
    record: (id, attempt) => db.write((tx) => recordAttempt(tx, id, attempt, { now: new Date(now()), maxAttempts })),
  };
  const hasServer = smtp.host !== '';
  return createSender({
    queue,
    transport: hasServer
      ? createSmtp(smtp, sender, timeouts)
      : createOutboxFolder(join(config.dataFolder, 'outbox'), sender, log),
    render: createRender(join(packageRoot, 'templates', 'mail')),
    domain,
    log,
    width: hasServer ? SMTP_CONNECTIONS : 1,
  });
}
