import { z } from 'zod';
import { REDIRECT_STATES } from '../../phones/redirect/state.ts';
import { idSchema, timeSchema, versionSchema } from './common.ts';

export const manualEntryView = z
  .strictObject({
    address: z.string(),
    shortAddress: z.string().meta({ description: 'Leads to the address, for an hour. Short enough for its keys.' }),
    shortUntil: timeSchema,
    windowUntil: timeSchema,
    qrPng: z.string().meta({ description: 'The address as a QR code: a data URL of a PNG.' }),
    qrSvg: z.string(),
  })
  .meta({
    id: 'ManualEntry',
    description: 'Whoever has it gets the first file of the phone while its window is open.',
  });

export const claimView = z
  .strictObject({ code: z.string(), dial: z.string().meta({ description: 'What to dial from another phone.' }) })
  .meta({ id: 'PhoneClaim' });

const field = z.strictObject({ name: z.string(), label: z.string(), isSecret: z.boolean(), isRequired: z.boolean() });
export const redirectServiceView = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    vendors: z.array(z.string()),
    url: z.string(),
    credentials: z.array(field),
    fields: z.array(field).meta({ description: 'What it asks for of each phone besides the MAC address.' }),
  })
  .meta({ id: 'RedirectService' });

export const redirectAccountView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    service: z.string(),
    name: z.string(),
    url: z.string(),
    counts: z.strictObject({ listed: z.int(), waiting: z.int(), failed: z.int() }),
    version: versionSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'RedirectAccount', description: 'A login at a redirect service; its credentials are never shown.' });

export const checkView = z
  .strictObject({ ok: z.boolean(), reason: z.string().nullable() })
  .meta({ id: 'RedirectCheck' });

export const redirectView = z
  .strictObject({
    state: z.enum(REDIRECT_STATES).meta({
      description: 'listed: the service shows it. contacted, fetched, registered: what the phone did since.',
    }),
    wanted: z.enum(['list', 'remove']).nullable(),
    account: z.strictObject({ id: idSchema, name: z.string(), service: z.string() }).nullable(),
    attempts: z.int(),
    nextAttemptAt: timeSchema.nullable(),
    error: z.string().nullable(),
    updatedAt: timeSchema.nullable(),
  })
  .meta({ id: 'DeviceRedirect' });
