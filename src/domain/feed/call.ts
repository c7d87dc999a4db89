import { z } from 'zod';
import { feedId, feedText, feedTime } from './common.ts';

export const CALL_STATES = ['dialing', 'ringing', 'answered', 'held', 'ended'] as const;
export const CALL_DIRECTIONS = ['internal', 'inbound', 'outbound'] as const;
export const CALL_DISPOSITIONS = ['answered', 'busy', 'no_answer', 'failed'] as const;

/** One leg: a channel of Asterisk. */
export const callPartySchema = z.strictObject({
  channel: feedId.meta({ description: 'The exact name of the channel: PJSIP/1001-0000002a.' }),
  role: z.enum(['caller', 'callee']),
  endpoint: z.string().nullable().meta({ description: 'The SIP account, or the trunk.' }),
  extensionId: feedId.nullable().meta({ description: 'null: somebody outside.' }),
  number: feedText.nullable(),
  name: feedText.nullable(),
  state: z.enum(['dialing', 'ringing', 'up', 'held', 'gone']),
  since: feedTime.meta({ description: 'Since when it is in this state.' }),
  bridge: feedId.nullable(),
});

/** All channels of one Linkedid. */
export const callSchema = z
  .strictObject({
    id: feedId.meta({ description: 'The Linkedid of Asterisk.' }),
    pbxId: feedId,
    companyId: feedId
      .nullable()
      .meta({ description: 'null: not known (yet); shown to operators of the platform alone.' }),
    direction: z.enum(CALL_DIRECTIONS),
    state: z.enum(CALL_STATES),
    from: z.strictObject({ number: feedText.nullable(), name: feedText.nullable(), extensionId: feedId.nullable() }),
    to: z.strictObject({
      number: feedText.nullable().meta({ description: 'What was dialled.' }),
      name: feedText.nullable(),
      extensionId: feedId.nullable().meta({ description: 'The extension that answered, or else the last that rang.' }),
    }),
    number: feedText.nullable().meta({ description: 'The phone number of the outside, or of ours that was called.' }),
    startedAt: feedTime,
    ringingAt: feedTime.nullable(),
    answeredAt: feedTime.nullable(),
    endedAt: feedTime.nullable(),
    disposition: z.enum(CALL_DISPOSITIONS).nullable().meta({ description: 'Set when it ended.' }),
    hangupCause: z.int().nullable().meta({ description: 'Q.850 cause, set when it ended.' }),
    application: z
      .enum(['voicemail', 'echo', 'other'])
      .nullable()
      .meta({ description: 'What it talks to, when that is no phone.' }),
    forwardedBy: z
      .array(feedId)
      .max(10)
      .meta({ description: 'Extensions (numbers) that it was forwarded from, in order.' }),
    transfer: z
      .strictObject({
        kind: z.enum(['blind', 'attended']),
        by: feedText.nullable().meta({ description: 'The number of who transferred.' }),
        to: feedText.nullable(),
        at: feedTime,
      })
      .nullable()
      .meta({ description: 'The last transfer.' }),
    parties: z.array(callPartySchema).max(100),
    isUncertain: z.boolean().meta({
      description: 'Begun, changed or ended while the PBX was not heard: times are those at which it was found.',
    }),
  })
  .meta({ id: 'LiveCall' });

export type LiveCall = z.output<typeof callSchema>;
export type CallParty = z.output<typeof callPartySchema>;
export type CallState = LiveCall['state'];
export type CallDirection = LiveCall['direction'];
export type CallDisposition = (typeof CALL_DISPOSITIONS)[number];
