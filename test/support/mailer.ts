import pino from 'pino';
import { loadConfig } from '../../src/config.ts';
import { createMailer, type MailerOptions } from '../../src/mailer.ts';
import type { Database } from '../../src/store/database.ts';
import type { TestSmtp } from './smtp.ts';

interface Teardown {
  teardown(work: () => unknown): void;
}

export interface TestMailerOptions extends Partial<Pick<MailerOptions, 'now' | 'timeouts' | 'log'>> {
  /** undefined: mails become files in `<folder>/outbox`. */
  smtp?: TestSmtp;
  folder: string;
  maxAttempts?: number;
}

/** The production mailer on a database, sending to `smtp`, started; it ends with the test. */
export function startMailer(t: Teardown, db: Database, options: TestMailerOptions) {
  const { smtp, folder, maxAttempts, ...more } = options;
  const { mail } = loadConfig({});
  if (smtp !== undefined) mail.smtp = smtp.settings;
  if (maxAttempts !== undefined) mail.maxAttempts = maxAttempts;
  const config = { mail, publicUrl: 'https://pbx.example.org', dataFolder: folder };
  const mailer = createMailer({ db, config, log: pino({ level: 'silent' }), ...more });
  t.teardown(() => mailer.stop());
  mailer.start();
  return mailer;
}
