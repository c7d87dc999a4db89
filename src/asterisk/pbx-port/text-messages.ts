import type { PbxLinks } from './links.ts';

/** Bytes of UTF-8 that fit: base64 makes 4 of 3, and a line of AMI holds 1,022 (measured). */
export const LONGEST_TEXT_BYTES = 756;

export interface TextMessage {
  endpoint: string;
  /** One registered contact, as `contactsOf` gives it. */
  contactUri: string;
  /** `"Name" <sip:user@host>` */
  from: string;
  text: string;
}

/**
 * Sends a SIP MESSAGE (RFC 3428) to one phone by AMI MessageSend. Success means that Asterisk took it and sent it on its way;
 * what the phone answers is not told. The text goes as base64, so nothing in it can end a line.
 *
 * @throws LinekeeperError AMI_REFUSED (no such endpoint, a login without the class `message`), AMI_LINE_TOO_LONG
 */
export async function sendTextMessage(
  links: PbxLinks,
  { endpoint, contactUri, from, text }: TextMessage,
): Promise<void> {
  await links.sync.current().action('MessageSend', {
    Destination: `pjsip:${endpoint}/${contactUri}`,
    From: from,
    Base64Body: Buffer.from(text, 'utf8').toString('base64'),
  });
}
