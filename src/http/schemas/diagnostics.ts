import { z } from 'zod';
import { timeSchema } from './common.ts';

/** One thing that was looked at, in words for a person. */
export const findingSchema = z
  .strictObject({
    subject: z.string(),
    state: z.enum(['ok', 'attention', 'bad']),
    text: z.string(),
    advice: z.string().nullable().meta({ description: 'What to do about it.' }),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof findingSchema>;

export const diagnosisView = z.strictObject({ findings: z.array(findingSchema) }).meta({ id: 'Diagnosis' });

const registrationSchema = z.strictObject({
  ordinal: z.int(),
  endpoint: z.string(),
  contacts: z.array(z.strictObject({ uri: z.string(), userAgent: z.string(), expiresAt: timeSchema })),
  lastRejection: z
    .strictObject({ reason: z.string(), remoteAddress: z.string(), at: timeSchema })
    .nullable()
    .meta({ description: 'The last time that the PBX turned this account away, since the daemon listens.' }),
});
export type AccountRegistrations = z.infer<typeof registrationSchema>;

export const registrationsView = z
  .strictObject({
    unknown: z.string().nullable().meta({ description: 'Why the PBX could not be asked; null: it was.' }),
    accounts: z.array(registrationSchema),
  })
  .meta({ id: 'Registrations' });
export type Registrations = z.infer<typeof registrationsView>;

export const verifyInput = z.strictObject({
  force: z.boolean().optional().meta({ description: 'true: even if that throws off a phone that is registered.' }),
});

export const verificationView = z
  .strictObject({ endpoint: z.string(), registeredMs: z.number(), totalMs: z.number(), text: z.string() })
  .meta({ id: 'Verification', description: 'The account could register and unregister.' });
export type Verification = z.infer<typeof verificationView>;
