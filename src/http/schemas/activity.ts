import { z } from 'zod';
import { idSchema, timeSchema } from './common.ts';

export const activityView = z
  .strictObject({
    id: z.int(),
    at: timeSchema,
    actor: z.string(),
    action: z.string(),
    objectType: z.string(),
    objectId: z.string(),
    companyId: idSchema.nullable(),
    address: z.string().nullable().meta({ description: 'Where the request came from; null: no request.' }),
    requestId: z.string().nullable().meta({ description: 'As in X-Request-Id and in the log.' }),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'Activity' });

const change = { at: timeSchema, action: z.string() };

export const activitySummaryView = z
  .strictObject({
    userId: idSchema,
    companyId: idSchema,
    username: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    lastLoginAt: timeSchema.nullable(),
    lastChangeBy: z
      .strictObject({ ...change, objectType: z.string(), objectId: z.string() })
      .nullable()
      .meta({ description: 'The last change that the user made.' }),
    lastChangeTo: z
      .strictObject({ ...change, actor: z.string() })
      .nullable()
      .meta({ description: 'The last change of the account.' }),
  })
  .meta({ id: 'ActivitySummary' });

export const verificationView = z
  .strictObject({
    ok: z.boolean(),
    rows: z.int().meta({ description: 'Events of the chain that are there and fit.' }),
    from: z.int().nullable(),
    to: z.int().nullable(),
    head: z.string().nullable().meta({ description: 'Hash of the newest of them; keep it elsewhere.' }),
    unchained: z.int().meta({ description: 'Events older than the chain, which prove nothing.' }),
    deleted: z.int().meta({ description: 'Events of the chain that retention has deleted.' }),
    notedAt: timeSchema.nullable().meta({ description: 'Of the sealed note that the chain was compared with.' }),
    brokenAt: z.int().nullable().meta({ description: 'The first event that does not fit.' }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'ActivityVerification' });
