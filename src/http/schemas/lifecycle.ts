import { z } from 'zod';
import { ANSWERS, LIFECYCLE_ACTIONS, SCHEDULED_ACTIONS, STEP_NAMES } from '../../domain/lifecycle.ts';
import { FORWARD_FIELDS } from '../../store/deletion.ts';
import { idSchema, syncSchema, timeSchema } from './common.ts';
import { userView } from './people.ts';

const reportId = idSchema
  .nullable()
  .meta({ description: 'Where the proof is written; null: there was nothing to do.' });
const sync = syncSchema.optional();

/** Answer of whatever changes one user and leaves him there. */
export const lifecycleAnswer = z.strictObject({ user: userView, reportId, sync }).meta({ id: 'LifecycleAnswer' });
export const deletionAnswer = z.strictObject({ reportId, sync }).meta({ id: 'DeletionAnswer' });
export const lifecycleBulkAnswer = z
  .strictObject({ items: z.array(z.strictObject({ userId: idSchema, reportId })), sync })
  .meta({ id: 'LifecycleBulkAnswer' });

const extensionAnswer = z.strictObject({ answer: z.enum(ANSWERS), forwardTo: z.string().optional() });
const optionsView = z
  .strictObject({
    extension: extensionAnswer.optional(),
    calls: z.enum(['end', 'leave']).optional(),
    reason: z.string().optional(),
    extensions: z.enum(['delete', 'keep']).optional(),
    partial: z.boolean().optional(),
  })
  .meta({ description: 'What was asked for.' });

export const reportView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    userId: idSchema,
    username: z.string(),
    action: z.enum(LIFECYCLE_ACTIONS),
    actor: z.string(),
    state: z.enum(['working', 'done', 'failed']).meta({
      description: 'done: every step is proved. failed: something else was done to the user before that.',
    }),
    options: optionsView,
    extensions: z.array(z.strictObject({ number: z.string(), endpoints: z.array(z.string()) })),
    numbers: z.array(z.string()),
    steps: z.array(
      z.strictObject({
        name: z.enum(STEP_NAMES),
        state: z.enum(['waiting', 'done', 'left']),
        detail: z.string().meta({ description: 'What was read back, or why it is not so yet.' }),
        at: timeSchema.nullable(),
      }),
    ),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'LifecycleReport' });

export const deletedUserView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    username: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    actor: z.string().meta({ description: 'Who deleted him.' }),
    deletedAt: timeSchema,
    purgeAt: timeSchema.meta({ description: 'Until then he can be restored.' }),
  })
  .meta({ id: 'DeletedUser' });

export const scheduledActionView = z
  .strictObject({
    id: idSchema,
    userId: idSchema,
    companyId: idSchema,
    username: z.string(),
    action: z.enum(SCHEDULED_ACTIONS),
    at: timeSchema,
    options: optionsView,
    actor: z.string(),
    createdAt: timeSchema,
  })
  .meta({ id: 'ScheduledAction' });

const named = { id: idSchema, name: z.string() };
export const deletionPreviewView = z
  .strictObject({
    user: z.strictObject({ id: idSchema, username: z.string(), state: z.string() }),
    options: optionsView,
    extensions: z.array(
      z.strictObject({
        id: idSchema,
        number: z.string(),
        displayName: z.string(),
        becomes: z.enum(['deleted', 'unowned']),
        endpoints: z.array(z.string()),
        accounts: z.int(),
        mailbox: z.boolean(),
      }),
    ),
    numbers: z.array(
      z.strictObject({
        id: idSchema,
        e164: z.string(),
        extension: z.string(),
        becomes: z.enum(['quarantined', 'spare']),
      }),
    ),
    groups: z.array(z.strictObject({ ...named, kind: z.string() })),
    roles: z.array(z.strictObject({ ...named, companyId: idSchema, company: z.string() })),
    externalIds: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    forwards: z
      .array(
        z.strictObject({
          extensionId: idSchema,
          number: z.string(),
          field: z.enum(FORWARD_FIELDS),
          target: z.string(),
        }),
      )
      .meta({ description: 'Extensions that forward to one that goes.' }),
    scheduledActions: z.array(z.strictObject({ id: idSchema, action: z.enum(SCHEDULED_ACTIONS), at: timeSchema })),
    sessions: z.int(),
    tokens: z.int(),
    openLinks: z.int(),
    restoreDays: z.number(),
    sentences: z.array(z.string()).meta({ description: 'The same in words.' }),
  })
  .meta({ id: 'DeletionPreview' });
