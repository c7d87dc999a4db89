import { isIP } from 'node:net';
import { isMailAddress } from '../domain/mail-address.ts';
import { LinekeeperError } from '../errors.ts';

export interface Sender {
  name: string;
  address: string;
}

/** Host name of a URL, for addresses and message ids; an IP address is no domain to write mail from. */
export function mailDomain(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : 'localhost';
}

/** `Linekeeper <linekeeper@example.org>`, a bare address, or "" for the default. @throws CONFIG_INVALID */
export function parseSender(from: string, domain: string): Sender {
  if (from === '') return { name: 'Linekeeper', address: `linekeeper@${domain}` };
  const named = /^\s*"?([^"<>\p{C}]*?)"?\s*<([^<>]+)>\s*$/u.exec(from);
  const sender = { name: named?.[1] ?? '', address: named?.[2] ?? from.trim() };
  if (isMailAddress(sender.address)) return sender;
  throw new LinekeeperError('CONFIG_INVALID', `mail.from: ${from} is not one e-mail address`);
}
