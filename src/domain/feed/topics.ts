import type { Permission } from '../permission.ts';
import { callSchema, type LiveCall } from './call.ts';
import {
  type LiveActivity,
  type LiveJob,
  type LiveMessage,
  type LiveSession,
  type LiveSync,
  liveActivitySchema,
  liveJobSchema,
  liveMessageSchema,
  liveSessionSchema,
  liveSyncSchema,
} from './database-items.ts';
import { type LiveMailbox, type LiveRegistration, mailboxCountSchema, registrationSchema } from './registration.ts';

/** What can be subscribed to, what its items are, and who may see it. `self`: any user, what is for him. */
export const TOPICS = {
  calls: {
    item: callSchema,
    needs: 'calls:read',
    about: 'Calls that are up; a call that ended is told once more and then removed.',
  },
  registrations: {
    item: registrationSchema,
    needs: 'calls:read',
    about: 'SIP accounts with their phones and device state.',
  },
  mailboxes: { item: mailboxCountSchema, needs: 'calls:read', about: 'Voicemail messages, counted.' },
  sessions: { item: liveSessionSchema, needs: 'users:write', about: 'Logins of users.' },
  activity: {
    item: liveActivitySchema,
    needs: 'activity:read',
    about: 'The activity log. The snapshot holds its newest lines.',
  },
  jobs: { item: liveJobSchema, needs: 'read', about: 'Imports and other bulk work.' },
  sync: { item: liveSyncSchema, needs: 'read', about: 'How far the PBXs are in step.' },
  messages: { item: liveMessageSchema, needs: 'self', about: 'Broadcast messages to the user who listens.' },
} as const satisfies Record<string, { item: unknown; needs: Permission | 'self'; about: string }>;

export type TopicName = keyof typeof TOPICS;
export const TOPIC_NAMES = Object.keys(TOPICS) as [TopicName, ...TopicName[]];

export interface TopicItems {
  calls: LiveCall;
  registrations: LiveRegistration;
  mailboxes: LiveMailbox;
  sessions: LiveSession;
  activity: LiveActivity;
  jobs: LiveJob;
  sync: LiveSync;
  messages: LiveMessage;
}
