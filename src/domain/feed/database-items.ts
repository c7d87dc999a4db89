import { z } from 'zod';
import { feedId, feedText, feedTime } from './common.ts';

/** A login of a user to Linekeeper. */
export const liveSessionSchema = z
  .strictObject({
    id: feedId,
    companyId: feedId,
    userId: feedId,
    username: z.string(),
    transport: z.enum(['cookie', 'bearer']),
    address: z.string(),
    device: z.string().meta({ description: 'Browser and system in words.' }),
    createdAt: feedTime,
    lastSeenAt: feedTime,
    expiresAt: feedTime,
  })
  .meta({ id: 'LiveSession' });
export type LiveSession = z.output<typeof liveSessionSchema>;

/** A line of the activity log. */
export const liveActivitySchema = z
  .strictObject({
    id: z.int(),
    companyId: feedId.nullable(),
    at: feedTime,
    actor: z.string(),
    action: z.string(),
    objectType: z.string(),
    objectId: z.string(),
    details: z.unknown().meta({ description: 'What changed; secrets are masked.' }),
    address: z.string().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'LiveActivity' });
export type LiveActivity = z.output<typeof liveActivitySchema>;

export const liveJobSchema = z
  .strictObject({
    id: feedId,
    companyId: feedId,
    type: z.string().meta({ description: 'import or action' }),
    kind: z.string().meta({ description: "What an import's file is about, or the name of an action." }),
    actor: z.string(),
    state: z.string(),
    pause: z.object({ because: z.string(), reason: z.string() }).nullable().meta({ description: 'Why it is paused.' }),
    total: z.int().nullable(),
    processed: z.int(),
    created: z.int(),
    updated: z.int(),
    skipped: z.int(),
    failed: z.int(),
    rowsPerSecond: z.number().nullable().meta({ description: 'Over the last seconds; null: not running.' }),
    secondsLeft: z.number().nullable(),
    error: z.string().nullable(),
    createdAt: feedTime,
    finishedAt: feedTime.nullable(),
  })
  .meta({ id: 'LiveJob' });
export type LiveJob = z.output<typeof liveJobSchema>;

/** How far a PBX is in step. For one company: its own changes; for operators of the platform: all. */
export const liveSyncSchema = z
  .strictObject({
    id: feedId.meta({ description: '<pbxId>, or <pbxId>/<companyId>' }),
    pbxId: feedId,
    companyId: feedId.nullable(),
    name: z.string(),
    state: z.string(),
    reason: feedText.nullable(),
    pending: z.int(),
    failed: z.int(),
    oldestPendingAt: feedTime.nullable(),
    lastAuditAt: feedTime.nullable(),
  })
  .meta({ id: 'LiveSync' });
export type LiveSync = z.output<typeof liveSyncSchema>;

/** A broadcast message to the user who listens. */
export const liveMessageSchema = z
  .strictObject({
    id: feedId,
    companyId: feedId,
    userId: feedId,
    category: z.string(),
    text: z.string(),
    at: feedTime,
  })
  .meta({ id: 'LiveMessage' });
export type LiveMessage = z.output<typeof liveMessageSchema>;
