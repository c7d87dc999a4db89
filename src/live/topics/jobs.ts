import type { LiveJob } from '../../domain/feed/database-items.ts';
import type { Database } from '../../store/database.ts';
import { type JobProgress, jobRows } from '../../store/queries/feed.ts';
import type { ItemScope, Topic } from '../feed/topic.ts';
import { createShown } from './shown.ts';

/** States that somebody or something will end. */
const UNENDED = ['running', 'paused', 'canceling', 'undoing'];
/** Milliseconds for which a job stays after it ended, and one that was not begun. */
const KEEP_MS = 10 * 60_000;
/** The stretch of time that the speed is taken from (milliseconds). */
const SPEED_MS = 5000;

interface Progress {
  at: number;
  processed: number;
}

/** Bulk work that is going on, or was a moment ago. */
export function createJobLook(db: Database, topic: Topic<LiveJob>): () => Promise<void> {
  const show = createShown(topic, (text) => JSON.parse(text) as [LiveJob, ItemScope]);
  const progress = new Map<string, Progress[]>();
  /** When a job that was seen going on was first seen to have ended. */
  const ended = new Map<string, number>();
  let present: readonly JobProgress[] = [];

  return async () => {
    const now = Date.now();
    const found = await jobRows(
      db.read,
      UNENDED,
      now - KEEP_MS,
      present.map(({ id }) => id),
    );
    present = found.filter((job) => isRecent(job, now));
    const known = new Set(present.map(({ id }) => id));
    for (const map of [progress, ended]) for (const id of map.keys()) if (!known.has(id)) map.delete(id);
    show(
      present.map((job) => {
        const scope: ItemScope = { companyId: job.companyId };
        return [job.id, JSON.stringify([{ ...job, ...speedOf(job) }, scope])] as const;
      }),
    );
  };

  /** An undo does not move the time at which its import ended, so that the time of looking counts as well. */
  function isRecent(job: JobProgress, now: number): boolean {
    if (UNENDED.includes(job.state)) {
      ended.delete(job.id);
      return true;
    }
    const since = ended.get(job.id) ?? now;
    ended.set(job.id, since);
    return now - since < KEEP_MS;
  }

  function speedOf(job: JobProgress): Pick<LiveJob, 'rowsPerSecond' | 'secondsLeft'> {
    const nothing = { rowsPerSecond: null, secondsLeft: null };
    if (job.state !== 'running') {
      progress.delete(job.id);
      return nothing;
    }
    const at = performance.now();
    const samples = [...(progress.get(job.id) ?? []), { at, processed: job.processed }];
    while (samples.length > 2 && (samples[1] as Progress).at <= at - SPEED_MS) samples.shift();
    progress.set(job.id, samples);
    const first = samples[0] as Progress;
    if (at === first.at) return nothing;
    const rate = ((job.processed - first.processed) * 1000) / (at - first.at);
    const left = job.total === null || rate === 0 ? null : Math.ceil((job.total - job.processed) / rate);
    return { rowsPerSecond: Math.round(rate), secondsLeft: left };
  }
}
