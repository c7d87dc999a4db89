import { z } from 'zod';
import { rule } from './rule.ts';
import { lines, text } from './text.ts';

export const BROADCAST_CHANNELS = ['feed', 'mail', 'sip'] as const;
export const BROADCAST_STATES = ['scheduled', 'sending', 'sent', 'canceled'] as const;
export const DELIVERY_STATES = ['waiting', 'delivered', 'failed', 'unreachable'] as const;

const ids = z.array(z.string().max(64)).max(5000);
const channels = z.array(z.enum(BROADCAST_CHANNELS)).min(1);

/** Everyone of the company, or these people and the members of these groups. */
export const broadcastTargetSchema = z.union([
  z.strictObject({ everyone: z.literal(true) }),
  rule(
    z.strictObject({ userIds: ids.default([]), groupIds: ids.default([]) }),
    'TARGET_EMPTY',
    'must name somebody',
    ({ userIds, groupIds }) => userIds.length + groupIds.length > 0,
  ),
]);
export type BroadcastTarget = z.output<typeof broadcastTargetSchema>;

export const broadcastInputSchema = z.strictObject({
  text: lines(1000),
  category: text(40),
  sendAt: z.iso.datetime({ offset: true }).optional().meta({ description: 'Absent: now. At most a year ahead.' }),
  target: broadcastTargetSchema,
  channels: rule(channels, 'CHANNELS_REPEATED', 'must not name a channel twice', (v) => new Set(v).size === v.length)
    .default([...BROADCAST_CHANNELS])
    .meta({ description: 'Absent: all of them.' }),
});
export type BroadcastInput = z.output<typeof broadcastInputSchema>;

export const broadcastPatchSchema = broadcastInputSchema.pick({ text: true, sendAt: true }).partial();
export type BroadcastPatch = z.output<typeof broadcastPatchSchema>;

/**
 * A text in pieces of at most `bytes` of UTF-8, cut between words where there are any; several are numbered `1/3`. A phone
 * gets each as one SIP MESSAGE, which has to fit into a packet (RFC 3428, 8: 1,300 bytes with its headers).
 */
export function messageParts(whole: string, bytes: number): string[] {
  if (Buffer.byteLength(whole) <= bytes) return [whole];
  const room = bytes - '99/99 '.length;
  const parts: string[] = [];
  for (let rest = whole; rest !== ''; ) {
    let end = 0;
    let size = 0;
    for (const sign of rest) {
      size += Buffer.byteLength(sign);
      if (size > room) break;
      end += sign.length;
    }
    const space = end < rest.length ? rest.slice(0, end + 1).search(/\s\S*$/) : -1;
    const cut = space > 0 ? space : end;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut).replace(/^\s/, '');
  }
  return parts.map((part, index) => `${index + 1}/${parts.length} ${part}`);
}
