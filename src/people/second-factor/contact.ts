import { randomInt } from 'node:crypto';
import { type MailLanguage, mailLanguage } from '../../domain/mail.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Database, Tx } from '../../store/database.ts';
import { enqueueMail } from '../../store/mail-queue.ts';
import type { Seal } from '../../store/seal.ts';
import { takeContactCode } from '../../store/second-factors.ts';
import type { Sms, SmsSender } from './sms.ts';
import { isSixDigits } from './totp.ts';

const LIFE_MS = 10 * 60_000;
const TRIES = 5;
/** A new code is sent when the one before is so old, so that nobody's phone is flooded. */
const AGAIN_MS = 30_000;

export interface ContactUser {
  id: string;
  companyId: string;
  username: string;
  firstName: string;
  language: string;
  personalContact: string | null;
}

/** Where a code went, as it may be shown, and the text message that is to be sent after the commit, if it is one. */
export interface SentCode {
  userId: string;
  to: string;
  sms: Sms | undefined;
}

/**
 * Sends six digits to the personal contact: a mail with the transaction, a text message by `deliver` after it. The code
 * lives ten minutes and takes five tries; it is the only one of this user. It is bound to the contact: codes for an address
 * that was changed meanwhile are worth nothing.
 * @throws CONTACT_MISSING without a contact, and for a phone number when nothing sends text messages (`canSms`)
 */
export async function sendContactCode(
  tx: Tx,
  seal: Seal,
  user: ContactUser,
  { canSms, now = Date.now() }: { canSms: boolean; now?: number },
): Promise<SentCode> {
  const contact = user.personalContact;
  if (contact === null) throw new LinekeeperError('CONTACT_MISSING', 'this account has no personal contact');
  if (isPhone(contact) && !canSms) throw noSms();
  const sent: SentCode = { userId: user.id, to: maskedContact(contact), sms: undefined };
  const ofUser = { userId: user.id, purpose: 'contact-code' };
  const young = { ...ofUser, createdAt: { gt: new Date(now - AGAIN_MS) }, expiresAt: { gt: new Date(now) } };
  if ((await tx.oneTimeToken.count({ where: young })) > 0) return sent;
  await tx.oneTimeToken.deleteMany({ where: ofUser });
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const hash = hashOf(seal, user.id, contact, code);
  await tx.oneTimeToken.create({
    data: { ...ofUser, hash, createdAt: new Date(now), expiresAt: new Date(now + LIFE_MS) },
  });
  if (isPhone(contact)) return { ...sent, sms: { to: contact, text: smsText(user.language, code) } };
  const { companyId, language } = user;
  const data = { firstName: user.firstName || user.username, code, minutes: String(LIFE_MS / 60_000) };
  await enqueueMail(tx, seal, { to: contact, template: 'login-code', language, data, companyId, userId: user.id });
  return sent;
}

/**
 * What is left to do once the code is committed. Its failure is told, and the code is gone then: who asks again gets one.
 * @throws SMS_NOT_SENT, CONTACT_MISSING
 */
export async function deliver(
  db: Database,
  sms: SmsSender | undefined,
  { userId, sms: text }: SentCode,
): Promise<void> {
  if (text === undefined) return;
  if (sms === undefined) throw noSms();
  try {
    await sms.send(text.to, text.text);
  } catch (error) {
    await db.write((tx) => tx.oneTimeToken.deleteMany({ where: { userId, purpose: 'contact-code' } }));
    throw error;
  }
}

/** True: it is the code that was sent last; now it is none. False has counted the try. */
export async function takeSentCode(
  tx: Tx,
  seal: Seal,
  user: Pick<ContactUser, 'id' | 'personalContact'>,
  code: string,
  now: number,
): Promise<boolean> {
  if (user.personalContact === null) return false;
  // What cannot be a code costs a try too, so that a try is a try.
  const hash = isSixDigits(code) ? hashOf(seal, user.id, user.personalContact, code) : '';
  return takeContactCode(tx, user.id, hash, { now, tries: TRIES });
}

function isPhone(contact: string): boolean {
  return contact.startsWith('+');
}

function noSms(): LinekeeperError {
  return new LinekeeperError(
    'CONTACT_MISSING',
    'codes cannot be sent to phone numbers here; an e-mail address is needed as personal contact',
  );
}

/** `a…@example.org`, `…67`: enough for its owner to know it. */
function maskedContact(contact: string): string {
  if (isPhone(contact)) return `…${contact.slice(-2)}`;
  const [name = '', domain = ''] = contact.split('@');
  return `${name.slice(0, 1)}…@${domain}`;
}

const TEXTS: Record<MailLanguage, (code: string) => string> = {
  en: (code) => `${code} is your Linekeeper code. Nobody will ever ask you for it.`,
  pt: (code) => `${code} é o seu código do Linekeeper. Ninguém lho pedirá.`,
  de: (code) => `${code} ist Ihr Linekeeper-Code. Niemand wird Sie danach fragen.`,
  fr: (code) => `${code} est votre code Linekeeper. Personne ne vous le demandera.`,
  es: (code) => `${code} es su código de Linekeeper. Nadie se lo pedirá.`,
};

function smsText(language: string, code: string): string {
  return TEXTS[mailLanguage(language)](code);
}

/** Keyed: a million codes are tried in no time against a plain hash. */
function hashOf(seal: Seal, userId: string, contact: string, code: string): string {
  return seal.fingerprint(`contact-code:${userId}:${contact}:${code}`);
}
