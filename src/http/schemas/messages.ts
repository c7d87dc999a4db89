import { z } from 'zod';
import { MAIL_LANGUAGES, MAIL_STATES, MAIL_TEMPLATES } from '../../domain/mail.ts';
import { idSchema, timeSchema } from './common.ts';

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
