import type { SendMailOptions } from 'nodemailer';
import type { Message } from './ports.ts';
import type { Sender } from './sender-address.ts';

/** A message as nodemailer takes it. Addresses are objects and the envelope is ours: nothing is parsed out of a text. */
export function compose(message: Message, sender: Sender): SendMailOptions {
  const { to, subject, text, html, messageId, date } = message;
  return {
    from: sender,
    to: { name: '', address: to },
    envelope: { from: sender.address, to: [to] },
    subject,
    text,
    html,
    messageId,
    date,
    // RFC 3834: nobody's holiday notice shall answer
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
