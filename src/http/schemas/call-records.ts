import { z } from 'zod';
import { CALL_DIRECTIONS, CALL_DISPOSITIONS } from '../../domain/feed/call.ts';
import { idSchema, timeSchema } from './common.ts';

export const callRecordView = z
  .strictObject({
    id: idSchema,
    pbxId: idSchema,
    companyId: idSchema.nullable().meta({ description: 'null: no phone or number of ours was in it.' }),
    callId: z.string().meta({ description: 'The Linkedid of Asterisk: the same in all records of one call.' }),
    direction: z.enum(CALL_DIRECTIONS),
    from: z.strictObject({ number: z.string(), name: z.string().nullable(), extensionId: idSchema.nullable() }),
    to: z.strictObject({
      number: z.string().meta({ description: 'What was dialled.' }),
      extensionId: idSchema.nullable().meta({ description: 'The extension that this record rang.' }),
    }),
    number: z.string().nullable().meta({ description: 'The number outside; null: a call inside.' }),
    startedAt: timeSchema,
    answeredAt: timeSchema.nullable(),
    endedAt: timeSchema,
    durationSeconds: z.int(),
    talkSeconds: z.int(),
    disposition: z.enum(CALL_DISPOSITIONS),
    application: z.string().nullable().meta({ description: 'What the dialplan did last: Dial, VoiceMail, Hangup.' }),
    source: z
      .enum(['journal', 'event'])
      .meta({ description: 'event: only heard, from a PBX that keeps no journal of calls.' }),
  })
  .meta({ id: 'CallRecord', description: 'One leg of a call, as the PBX has recorded it.' });

export const callRecordGapView = z
  .strictObject({
    id: idSchema,
    pbxId: idSchema,
    from: timeSchema,
    until: timeSchema.nullable().meta({ description: 'null: it lasts.' }),
    reason: z.string(),
    recovered: z.int().meta({ description: 'Records that were found afterwards.' }),
    lost: z
      .int()
      .nullable()
      .meta({ description: 'Records that the PBX had no room to keep; null: nobody can tell, or it lasts.' }),
  })
  .meta({ id: 'CallRecordGap', description: 'A time in which nobody listened to a PBX.' });
