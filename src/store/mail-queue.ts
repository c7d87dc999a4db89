import { randomUUID } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { type MailTemplate, mailLanguage } from '../domain/mail.ts';
import type { Tx } from './database.ts';
import type { Seal } from './seal.ts';
import { execute, executeEach } from './sql.ts';

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
  const [id] = await enqueueMails(tx, seal, [mail]);
  return id as string;
}

/** The same for many. Answers their ids in the same order. */
export async function enqueueMails(tx: Tx, seal: Seal, mails: readonly NewMail[]): Promise<string[]> {
  const now = Date.now();
  const rows = mails.map((mail) => ({ ...mail, id: uuid() }));
  await executeEach(
    tx,
    `INSERT INTO "Mail" (id, "companyId", "userId", "to", "template", "language", "dataSealed", "messageId", "nextAttemptAt",
       "createdAt") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    rows.map(({ id, companyId, userId, to, template, language, data }) => {
      const sealed = seal.seal(JSON.stringify(data), mailPurpose(id));
      return [id, companyId, userId, to, template, mailLanguage(language), sealed, randomUUID(), now, now];
    }),
  );
  return rows.map(({ id }) => id);
}

/** Those of these mails that are not on their way yet will not be sent. */
export async function withdrawMails(tx: Tx, ids: readonly string[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "Mail" SET "state" = 'canceled', "dataSealed" = NULL, "endedAt" = ?2
      WHERE "state" = 'waiting' AND id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    Date.now(),
  );
}
