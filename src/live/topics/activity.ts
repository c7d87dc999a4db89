import { setImmediate as breathe } from 'node:timers/promises';
import type { LiveActivity } from '../../domain/feed/database-items.ts';
import type { Database } from '../../store/database.ts';
import { activityAfter, newestActivity } from '../../store/queries/feed.ts';
import type { Topic } from '../feed/topic.ts';

/** Lines that stand in the snapshot. */
const KEEP = 100;
/** Lines that one statement reads. */
const CHUNK = 500;
/** Who begins to listen after more than so many lines were written unheard gets the newest, and everybody is told. */
const FARTHEST = 1000;

/** The activity log: every line once, in order; the oldest of what stands there makes room for the newest. */
export function createActivityLook(db: Database, topic: Topic<LiveActivity>): (isAnew: boolean) => Promise<void> {
  const present: string[] = [];
  /** undefined: nothing was read yet. */
  let last: { id: number; at: number } | undefined;

  function add(line: LiveActivity): void {
    const id = String(line.id);
    const extensionIds = line.objectType === 'extension' ? [line.objectId] : [];
    topic.set(id, line, { companyId: line.companyId, extensionIds });
    present.push(id);
    if (present.length > KEEP) topic.remove(present.shift() as string);
    last = { id: line.id, at: Date.parse(line.at) };
  }

  return async (isAnew) => {
    let skipped: { from: number } | undefined;
    if (last === undefined || isAnew) {
      const newest = await newestActivity(db.read);
      if (last === undefined || newest - last.id > FARTHEST) {
        if (last !== undefined) skipped = { from: last.at };
        last = { id: Math.max(0, newest - KEEP), at: last?.at ?? 0 };
      }
    }
    for (;;) {
      const lines = await activityAfter(db.read, last.id, CHUNK);
      for (const line of lines) add(line);
      if (lines.length < CHUNK) break;
      await breathe();
    }
    if (skipped !== undefined) {
      topic.gap({ pbxId: null, from: skipped.from, until: Date.now(), reason: 'nobody was listening' });
    }
  };
}
