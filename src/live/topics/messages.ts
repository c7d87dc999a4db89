import { setImmediate as breathe } from 'node:timers/promises';
import type { LiveMessage } from '../../domain/feed/database-items.ts';
import type { Database } from '../../store/database.ts';
import { type FeedBroadcast, feedReceivers, sentBroadcasts } from '../../store/queries/feed.ts';
import type { Topic } from '../feed/topic.ts';

const DAY_MS = 86_400_000;
/** The feed holds what is new; all that somebody was sent is in `GET /me/messages`. */
const KEEP_MS = 7 * DAY_MS;
/** Broadcasts of one company, and their receivers in all, that the feed holds. The newest broadcast is always held. */
const MOST_BROADCASTS = 100;
const MOST_RECEIVERS = 10_000;
/** Messages between two pauses: a broadcast to thousands must not keep calls waiting. */
const CHUNK = 500;

/** Broadcasts in the feed of each receiver. Who receives one is written once, so that only new broadcasts are looked into. */
export function createMessageLook(db: Database, topic: Topic<LiveMessage>): () => Promise<void> {
  /** By broadcast, the items that it made. */
  const shown = new Map<string, string[]>();

  async function add(broadcast: FeedBroadcast): Promise<void> {
    const { id: broadcastId, companyId, category, text } = broadcast;
    const receivers = await feedReceivers(db, broadcastId);
    const ids: string[] = [];
    shown.set(broadcastId, ids);
    for (const [userId, at] of receivers) {
      const id = `${broadcastId}/${userId}`;
      ids.push(id);
      topic.set(id, { id, companyId, userId, category, text, at }, { companyId, userId });
      if (ids.length % CHUNK === 0) await breathe();
    }
  }

  return async () => {
    const gone = new Set(shown.keys());
    const held = new Map<string, { broadcasts: number; receivers: number }>();
    for (const broadcast of await sentBroadcasts(db.read, Date.now() - KEEP_MS)) {
      const sum = held.get(broadcast.companyId) ?? { broadcasts: 0, receivers: 0 };
      held.set(broadcast.companyId, sum);
      if (sum.broadcasts >= MOST_BROADCASTS || sum.receivers >= MOST_RECEIVERS) continue;
      if (!shown.has(broadcast.id)) await add(broadcast);
      gone.delete(broadcast.id);
      sum.broadcasts++;
      sum.receivers += shown.get(broadcast.id)?.length ?? 0;
    }
    for (const id of gone) {
      for (const item of shown.get(id) ?? []) topic.remove(item);
      shown.delete(id);
    }
  };
}
