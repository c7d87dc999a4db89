import { z } from 'zod';
import { feedId, feedText, feedTime } from './common.ts';

export const DEVICE_STATES = [
  'unknown',
  'not_inuse',
  'inuse',
  'busy',
  'invalid',
  'unavailable',
  'ringing',
  'ringinuse',
  'onhold',
] as const;

export const contactSchema = z.strictObject({
  uri: feedText,
  address: feedText.nullable().meta({ description: 'Where its packets come from: host:port.' }),
  userAgent: feedText,
  expiresAt: feedTime.nullable(),
  status: z
    .enum(['registered', 'reachable', 'unreachable'])
    .meta({ description: 'The last two where the PBX asks (qualify).' }),
  latencyMs: z.number().nullable().meta({ description: 'Round trip of the last OPTIONS, where the PBX asks.' }),
});

/** One SIP account that has phones, or had some since the daemon began to listen. */
export const registrationSchema = z
  .strictObject({
    id: feedId.meta({ description: '<pbxId>/<endpoint>' }),
    pbxId: feedId,
    companyId: feedId.nullable(),
    endpoint: z.string().max(100),
    extensionId: feedId.nullable(),
    number: z.string().nullable().meta({ description: 'Of the extension.' }),
    name: feedText.nullable(),
    deviceState: z.enum(DEVICE_STATES),
    contacts: z.array(contactSchema).max(100),
    since: feedTime
      .nullable()
      .meta({ description: 'Since when somebody is registered there without a break; null: nobody is.' }),
  })
  .meta({ id: 'LiveRegistration' });

export type LiveRegistration = z.output<typeof registrationSchema>;
export type LiveContact = z.output<typeof contactSchema>;
export type DeviceState = LiveRegistration['deviceState'];

/** Messages in one mailbox. */
export const mailboxCountSchema = z
  .strictObject({
    id: feedId.meta({ description: '<pbxId>/<mailbox>@<context>' }),
    pbxId: feedId,
    companyId: feedId.nullable(),
    extensionId: feedId.nullable(),
    number: z.string(),
    newMessages: z.int().min(0),
    oldMessages: z.int().min(0),
  })
  .meta({ id: 'LiveMailbox' });
export type LiveMailbox = z.output<typeof mailboxCountSchema>;
