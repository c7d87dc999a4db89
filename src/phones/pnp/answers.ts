import { randomBytes } from 'node:crypto';
import type { Subscription } from './subscription.ts';

/** Where our part of the conversation is: host and port of the socket that sends. */
export interface Own {
  host: string;
  port: number;
}

/** 200 to the SUBSCRIBE. With Expires 0 it is one NOTIFY and no more. */
export function okText(asked: Subscription, own: Own, tag: string): string {
  return lines([
    'SIP/2.0 200 OK',
    ...asked.via.map((via) => `Via: ${via}`),
    `From: ${asked.from}`,
    `To: ${tagged(asked.to, tag)}`,
    `Call-ID: ${asked.callId}`,
    `CSeq: ${asked.cseq}`,
    `Contact: <sip:${own.host}:${own.port}>`,
    'Expires: 0',
  ]);
}

/** The address of stage 1, and nothing else. */
export function notifyText(
  asked: Subscription,
  own: Own,
  tag: string,
  target: { host: string; port: number },
  url: string,
): string {
  return lines(
    [
      `NOTIFY sip:${target.host}:${target.port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${own.host}:${own.port};branch=z9hG4bK${randomBytes(12).toString('hex')}`,
      'Max-Forwards: 20',
      `From: ${tagged(asked.to, tag)}`,
      `To: ${asked.from}`,
      `Call-ID: ${asked.callId}`,
      'CSeq: 1 NOTIFY',
      `Contact: <sip:${own.host}:${own.port}>`,
      'Event: ua-profile',
      'Subscription-State: terminated;reason=timeout',
      'Content-Type: application/url',
    ],
    url,
  );
}

function tagged(address: string, tag: string): string {
  return /;\s*tag=/i.test(address) ? address : `${address};tag=${tag}`;
}

function lines(headers: readonly string[], body = ''): string {
  return [...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}
