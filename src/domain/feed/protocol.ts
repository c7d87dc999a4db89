import { z } from 'zod';
import { HTTP_STATUS } from '../../errors.ts';
import { feedId, feedTime } from './common.ts';
import { TOPIC_NAMES } from './topics.ts';

/** Of this document; a change that old clients do not understand makes it 2. */
export const FEED_PROTOCOL = 1;

const topicSchema = z.enum(TOPIC_NAMES);
const ids = z.array(feedId).min(1).max(200);

/** What is not named is not filtered; several values of one kind are alternatives, several kinds must all hold. */
export const feedFilterSchema = z.strictObject({
  extensionIds: ids.optional(),
  siteIds: ids.optional(),
  teamIds: ids.optional().meta({ description: 'Groups, teams and labels of the users concerned.' }),
});
export type FeedFilter = z.output<typeof feedFilterSchema>;

const stream = z.string().max(200).meta({
  description:
    'A topic, of one company where it says so: `calls`, `calls/<companyId>`; of one user: `messages/<userId>`.',
});
const seq = z.int().min(0).meta({ description: 'Numbers of a stream grow by one with each event, within an epoch.' });
const epoch = z
  .string()
  .max(64)
  .meta({ description: 'Whose numbers they are: another one after each start of the daemon.' });

export const subscribeSchema = z
  .strictObject({
    type: z.literal('subscribe'),
    topic: topicSchema,
    companyId: feedId.optional().meta({ description: 'Absent: the own company; for who belongs to none, all.' }),
    filter: feedFilterSchema.optional(),
    resume: z
      .strictObject({ epoch, seq })
      .optional()
      .meta({ description: 'Where the client stands: it gets what came since, or a gap and everything anew.' }),
  })
  .meta({ id: 'Subscribe', description: 'Again for the same topic and company: replaces the former subscription.' });

export const unsubscribeSchema = z
  .strictObject({ type: z.literal('unsubscribe'), topic: topicSchema, companyId: feedId.optional() })
  .meta({ id: 'Unsubscribe' });

export const pingSchema = z
  .strictObject({ type: z.literal('ping') })
  .meta({ id: 'Ping', description: 'Answered with pong.' });

/** What a client may send. */
export const clientFrameSchema = z.discriminatedUnion('type', [subscribeSchema, unsubscribeSchema, pingSchema]);
export type ClientFrame = z.output<typeof clientFrameSchema>;

export const helloSchema = z
  .strictObject({
    type: z.literal('hello'),
    protocol: z.literal(FEED_PROTOCOL),
    epoch,
    pingSeconds: z
      .number()
      .meta({ description: 'The daemon pings so often (RFC 6455, 5.5.2). Silence for twice as long: it is gone.' }),
  })
  .meta({ id: 'Hello', description: 'The first frame.' });

export const snapshotSchema = z
  .strictObject({
    type: z.literal('snapshot'),
    stream,
    epoch,
    seq,
    part: z.int().min(0).meta({ description: '0 begins a snapshot: what the client held of the stream is void.' }),
    isLast: z.boolean(),
    items: z.array(z.unknown()).meta({ description: 'Of the topic; each has an `id`.' }),
  })
  .meta({ id: 'Snapshot', description: 'All present items, in parts. Events follow behind the last part.' });

export const feedEventSchema = z.discriminatedUnion('op', [
  z.strictObject({ seq, at: feedTime, op: z.literal('set'), id: feedId, item: z.unknown() }),
  z.strictObject({ seq, at: feedTime, op: z.literal('remove'), id: feedId }),
  z
    .strictObject({
      seq,
      at: feedTime,
      op: z.literal('gap'),
      pbxId: feedId
        .nullable()
        .meta({ description: 'null: it is not about a PBX; `activity` skipped lines while nobody listened.' }),
      from: feedTime,
      until: feedTime,
      reason: z.string().max(1300),
    })
    .meta({
      description:
        'The daemon did not hear the PBX in this time: what began and ended in it was not told. What is so now is told by events.',
    }),
]);
export type FeedEvent = z.output<typeof feedEventSchema>;

export const eventsSchema = z
  .strictObject({
    type: z.literal('events'),
    stream,
    after: seq.meta({
      description:
        'Nothing is missing between this number and the first event. A client whose last number is smaller has a hole.',
    }),
    seq: seq.meta({ description: 'Where the client stands now: the number to resume from.' }),
    events: z.array(feedEventSchema),
  })
  .meta({
    id: 'Events',
    description: 'What changed, in order. `set` brings the whole item; a filter may leave events out.',
  });

export const resumedSchema = z
  .strictObject({ type: z.literal('resumed'), stream, epoch, seq })
  .meta({ id: 'Resumed', description: 'Nothing is missing since the number that was named; events follow.' });

export const gapSchema = z
  .strictObject({
    type: z.literal('gap'),
    stream,
    reason: z.enum(['restarted', 'too-old']).meta({
      description: 'restarted: the number is of another epoch. too-old: the events since then are not kept any more.',
    }),
  })
  .meta({ id: 'Gap', description: 'The client cannot be told what came since its number. A snapshot follows.' });

export const feedErrorSchema = z
  .strictObject({
    type: z.literal('error'),
    code: z.enum(Object.keys(HTTP_STATUS) as [keyof typeof HTTP_STATUS]),
    detail: z.string(),
    stream: stream.nullable().meta({ description: 'The subscription that is not, or is no longer, there.' }),
  })
  .meta({ id: 'FeedError' });

export const pongSchema = z.strictObject({ type: z.literal('pong') }).meta({ id: 'Pong' });

/** What the daemon may send. */
export const serverFrameSchema = z.discriminatedUnion('type', [
  helloSchema,
  snapshotSchema,
  eventsSchema,
  resumedSchema,
  gapSchema,
  feedErrorSchema,
  pongSchema,
]);
export type ServerFrame = z.output<typeof serverFrameSchema>;

/** Why the daemon closes a socket (RFC 6455, 7.4.2: 4000 to 4999 are the application's). */
export const FEED_CLOSE = {
  /** The session or token is over, or may no longer do anything here. */
  loginEnded: 4401,
  /** A frame that is none of the protocol. */
  badFrame: 4400,
  /** It did not read what was sent. */
  tooSlow: 4408,
  /** Too many frames at once. */
  tooMany: 4429,
  /** The daemon stops (1001, going away). */
  stopping: 1001,
} as const;
