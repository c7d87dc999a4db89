import { z } from 'zod';
import { forwardTargetSchema } from '../../domain/extension.ts';
import { lines } from '../../domain/text.ts';
import { TRANSFER_STATES } from '../../live/actions/follow-transfer.ts';
import { TEST_CALL_STATES } from '../../live/actions/test-call.ts';
import { idSchema, syncSchema } from './common.ts';

const pbxId = z.string().max(64).optional().meta({ description: 'Where several PBXs have a call of this id.' });

export const hangUpInput = z.strictObject({ pbxId }).nullish();
export const transferInput = z.strictObject({
  to: forwardTargetSchema.meta({ description: 'An extension of the company, or a number in E.164.' }),
  keep: z.enum(['caller', 'callee']).optional().meta({
    description:
      'Who goes on. Absent: the party outside; between two phones of ours, and before an answer, the caller.',
  }),
  pbxId,
});
export const throwOffInput = z
  .strictObject({
    rotateSecret: z.boolean().default(false).meta({
      description:
        'Also give it a new secret: without one, the phone may register again at once. Asks for lines:write.',
    }),
    endCalls: z.boolean().default(false),
  })
  .nullish();
export const testCallInput = z
  .strictObject({ ringSeconds: z.int().min(5).max(60).default(20).meta({ description: 'How long it rings.' }) })
  .nullish();
export const messageInput = z.strictObject({ text: lines(1000) });
export const kickInput = z
  .strictObject({
    sessions: z.boolean().default(true),
    tokens: z.boolean().default(false).meta({ description: 'API tokens of his own.' }),
    registrations: z.boolean().default(true),
    rotateSecrets: z.boolean().default(false).meta({
      description: 'New SIP secrets for all his accounts, shown in this answer only. Asks for lines:write.',
    }),
    calls: z.boolean().default(true),
  })
  .nullish();

const error = z.string().nullable().meta({ description: 'Why it could not be done, or not be read back.' });
const ended = { ended: z.int(), stillUp: z.int().meta({ description: 'Channels that are there still.' }) };
const dropped = { dropped: z.int(), left: z.int().meta({ description: 'Of those, registered still.' }) };
const credentials = z
  .strictObject({ endpoint: z.string(), secret: z.string() })
  .meta({ description: 'Shown in this answer only.' });

export const hangUpView = z
  .strictObject({ ended: z.int().meta({ description: 'Channels that are gone.' }), stillUp: z.int() })
  .meta({ id: 'HangUp' });
export const transferView = z
  .strictObject({
    state: z.enum(TRANSFER_STATES).meta({
      description: 'What was read back. ended: the call is over, for nobody there could be reached.',
    }),
    to: z.string(),
    kept: z.string().meta({ description: 'The channel that goes on.' }),
  })
  .meta({ id: 'Transfer' });
export const throwOffView = z
  .strictObject({
    extensionId: idSchema,
    ordinal: z.int(),
    endpoint: z.string(),
    registrations: z.strictObject({ ...dropped, error }),
    calls: z
      .strictObject({ ...ended, error })
      .nullable()
      .meta({ description: 'null: was not asked for.' }),
    sync: syncSchema.nullable().meta({ description: 'Whether the PBX has the new secret; null: there is none.' }),
    credentials: credentials.optional(),
  })
  .meta({ id: 'ThrownOff' });

const phone = { endpoint: z.string(), contactUri: z.string(), userAgent: z.string() };
export const testCallView = z
  .strictObject({
    state: z.enum(TEST_CALL_STATES),
    seconds: z.number().meta({ description: 'Until this was known.' }),
    phones: z.array(
      z.strictObject({
        ...phone,
        state: z
          .enum([...TEST_CALL_STATES, 'stopped'])
          .exclude(['not_registered'])
          .meta({ description: 'stopped: another one answered first.' }),
        detail: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'TestCall' });
export const messageView = z
  .strictObject({
    phones: z.array(
      z.strictObject({
        ...phone,
        state: z
          .enum(['sent', 'failed'])
          .meta({ description: 'sent: the PBX sent it; what a phone answers is not told.' }),
        reason: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'PhoneMessage' });

const logins = z.strictObject({ ended: z.int(), left: z.int() }).nullable();
export const kickView = z
  .strictObject({
    userId: idSchema,
    sessions: logins,
    tokens: logins,
    registrations: z.strictObject({ ...dropped, error }).nullable(),
    calls: z.strictObject({ ...ended, error }).nullable(),
    secrets: z.strictObject({ rotated: z.int(), sync: syncSchema }).nullable(),
    credentials: z.array(credentials).optional(),
  })
  .meta({ id: 'Kicked', description: 'Each part that was asked for, as it was read back; null: was not asked for.' });
