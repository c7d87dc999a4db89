import { z } from 'zod';
import { timeSchema } from './common.ts';

/** One minute or hour. Where the PBX was not heard nothing is known: null, never 0. */
export const historyPoint = z.strictObject({
  at: timeSchema,
  callsMax: z.int().nullable().meta({ description: 'The most calls at one time. null: the PBX was not heard.' }),
  calls: z.int().nullable().meta({ description: 'Begun.' }),
  answered: z.int().nullable().meta({ description: 'Ended after they had been answered.' }),
  registered: z.int().nullable().meta({ description: 'SIP accounts with a phone: the most at one time.' }),
  heard: z.int().meta({ description: 'Seconds of it in which the PBX was heard.' }),
});

export const historyView = z
  .strictObject({
    companyId: z.string().nullable().meta({ description: 'null: all companies together.' }),
    resolution: z.enum(['minute', 'hour']),
    from: timeSchema,
    to: timeSchema,
    points: z.array(historyPoint).max(20_000),
  })
  .meta({ id: 'History' });

const last = timeSchema.nullable().meta({ description: 'null: never, or longer ago than is kept.' });

export const lastChangeView = z
  .strictObject({ at: timeSchema, actor: z.string(), action: z.string() })
  .nullable()
  .meta({ description: 'The newest line of the activity log about it.' });

const counts = z.strictObject({
  extensions: z.int(),
  registeredNow: z.int().nullable().meta({ description: 'Extensions with a phone. null: the PBX is not heard.' }),
  callsToday: z.int().meta({ description: 'Records of calls since midnight, in the time zone of the company.' }),
});

export const summaryView = z
  .strictObject({
    id: z.string(),
    companyId: z.string(),
    lastLoginAt: last,
    lastCallAt: last,
    lastRegistrationAt: last,
    lastChange: lastChangeView,
    counts,
  })
  .meta({ id: 'Summary' });
