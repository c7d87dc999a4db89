import type { MailLanguage, MailTemplate } from '../domain/mail.ts';

/** A mail whose time has come. */
export interface DueMail {
  id: string;
  to: string;
  template: MailTemplate;
  language: MailLanguage;
  data: Record<string, string>;
  /** The same at each attempt, so that whoever gets the mail twice sees it once. */
  messageId: string;
  createdAt: Date;
}

/** What became of one attempt. */
export type Attempt =
  | { ok: true; state: 'sent' | 'written' }
  /** `permanent`: to try again would end the same. */
  | { ok: false; permanent: boolean; reason: string };

/** Where mails wait; kept by `store/`. */
export interface MailQueue {
  /** The oldest due ones but these. */
  due(limit: number, but: ReadonlySet<string>): Promise<DueMail[]>;
  record(id: string, attempt: Attempt): Promise<void>;
}

/** A mail ready to go. */
export interface Message {
  id: string;
  template: MailTemplate;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** With angle brackets. */
  messageId: string;
  date: Date;
}

/** One way out. `send` answers, it does not throw; an abort counts as a failed attempt. */
export interface Transport {
  send(message: Message, signal: AbortSignal): Promise<Attempt>;
  close(): Promise<void>;
}
