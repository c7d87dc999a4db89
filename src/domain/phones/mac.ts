import { z } from 'zod';
import { rule } from '../rule.ts';

/** 12 hexadecimal digits, lower case, of what people and phones write: colons, dashes, dots or nothing between. */
export function normalMac(text: string): string | undefined {
  const digits = text.trim().replace(/[:.-]/g, '').toLowerCase();
  // The lowest bit of the first byte says group: no phone has such an address.
  return /^[0-9a-f][02468ace][0-9a-f]{10}$/.test(digits) && digits !== '000000000000' ? digits : undefined;
}

export const macSchema = rule(
  z.string().overwrite((text) => normalMac(text) ?? text),
  'MAC_INVALID',
  'must be a MAC address such as 00:15:65:12:34:56',
  (text) => normalMac(text) === text,
);

/** `00:15:65:12:34:56` */
export function macText(mac: string): string {
  return mac.match(/../g)?.join(':') ?? mac;
}
