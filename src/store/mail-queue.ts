import { randomUUID } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { type MailTemplate, mailLanguage } from '../domain/mail.ts';
import type { Tx } from './database.ts';
import type { Seal } from './seal.ts';

export interface NewMail {
  to: string;
  template: MailTemplate;
  /** Of the reader. */
  language: string;
  /** What the template shows; may hold a link or a password, so it is sealed and wiped once it was sent. */
  data: Record<string, string>;
  companyId: string | null;
  userId: string | null;
}

/** Purpose that the data of a mail is sealed for. */
export function mailPurpose(id: string): string {
  return `Mail:${id}`;
}

/** Puts a mail into the queue, in the transaction of whatever it tells of: both happen or neither. Answers its id. */
export async function enqueueMail(tx: Tx, seal: Seal, mail: NewMail): Promise<string> {
  const { data, language, ...plain } = mail;
  const id = uuid();
  const now = new Date();
  await tx.mail.create({
    data: {
      ...plain,
      id,
      language: mailLanguage(language),
      dataSealed: seal.seal(JSON.stringify(data), mailPurpose(id)),
      messageId: randomUUID(),
      nextAttemptAt: now,
      createdAt: now,
    },
  });
  return id;
}
