import { z } from 'zod';
import { BROADCAST_CHANNELS, BROADCAST_STATES, DELIVERY_STATES } from '../../domain/broadcast.ts';
import { MAIL_LANGUAGES, MAIL_STATES, MAIL_TEMPLATES } from '../../domain/mail.ts';
import { idSchema, timeSchema, versionSchema } from './common.ts';

export const mailView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema.nullable(),
    userId: idSchema.nullable(),
    to: z.string(),
    template: z.enum(MAIL_TEMPLATES),
    language: z.enum(MAIL_LANGUAGES),
    state: z.enum(MAIL_STATES).meta({ description: 'written: into the outbox folder, there is no SMTP server.' }),
    attempts: z.int(),
    nextAttemptAt: timeSchema.nullable(),
    error: z.string().nullable().meta({ description: 'Why the last attempt failed.' }),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Mail' });

const perState = z.strictObject(
  Object.fromEntries(DELIVERY_STATES.map((state) => [state, z.int()])) as Record<
    (typeof DELIVERY_STATES)[number],
    z.ZodInt
  >,
);

export const broadcastView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    category: z.string(),
    text: z.string(),
    target: z.union([
      z.strictObject({ everyone: z.literal(true) }),
      z.strictObject({ userIds: z.array(z.string()), groupIds: z.array(z.string()) }),
    ]),
    channels: z.array(z.enum(BROADCAST_CHANNELS)),
    sendAt: timeSchema,
    state: z.enum(BROADCAST_STATES).meta({ description: 'sent: stored, queued as mail, and tried at every phone.' }),
    actor: z.string(),
    version: versionSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Broadcast' });

export const broadcastCountedView = broadcastView
  .extend({ counts: z.strictObject({ feed: perState, mail: perState, sip: perState }) })
  .meta({ id: 'BroadcastCounted', description: 'With the number of deliveries by channel and state.' });

export const deliveryView = z
  .strictObject({
    userId: idSchema,
    username: z.string().nullable().meta({ description: 'null: deleted since.' }),
    channel: z.enum(BROADCAST_CHANNELS),
    state: z.enum(DELIVERY_STATES).meta({
      description:
        'sip delivered: the PBX took it for every registered phone; what the phones made of it is not known.',
    }),
    detail: z.string().nullable(),
    mailId: idSchema.nullable(),
    at: timeSchema,
  })
  .meta({ id: 'BroadcastDelivery' });

export const myMessageView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    category: z.string(),
    text: z.string(),
    company: z.string(),
    at: timeSchema,
  })
  .meta({ id: 'MyMessage' });
