import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import type { Topics } from '../feed/topic.ts';
import { createActivityLook } from './activity.ts';
import { createJobLook } from './jobs.ts';
import { startLooks } from './looks.ts';
import { createMessageLook } from './messages.ts';
import { createSessionLook } from './sessions.ts';
import { createSyncLook, type PbxSync } from './sync.ts';

export interface DatabaseTopicsOptions {
  db: Database;
  topics: Pick<Topics, 'sessions' | 'activity' | 'jobs' | 'sync' | 'messages'>;
  /** The state of every PBX, as the reconcilers know it. */
  syncStatus(): Promise<readonly PbxSync[]>;
  /** Milliseconds without a request after which a session is over. */
  sessionIdleMs: number;
  log: Logger;
}

/** Topics that are views of rows: what is told is what a look into the database finds, and commits are a reason to look. */
export function createDatabaseTopics(options: DatabaseTopicsOptions): { stop(): Promise<void> } {
  const { db, topics, syncStatus, sessionIdleMs, log } = options;
  const { sessions, activity, jobs, sync, messages } = topics;
  const watches = [
    startLooks({ db, log, topic: sessions, everyMs: 15_000, look: createSessionLook(db, sessions, sessionIdleMs) }),
    startLooks({ db, log, topic: activity, everyMs: 15_000, look: createActivityLook(db, activity) }),
    startLooks({ db, log, topic: jobs, everyMs: 1000, look: createJobLook(db, jobs) }),
    startLooks({ db, log, topic: sync, everyMs: 1000, look: createSyncLook(db, sync, syncStatus) }),
    startLooks({ db, log, topic: messages, everyMs: 60_000, look: createMessageLook(db, messages) }),
  ];
  return {
    async stop() {
      await Promise.all(watches.map((watch) => watch.stop()));
    },
  };
}
