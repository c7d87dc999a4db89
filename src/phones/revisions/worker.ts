import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Logger } from '../../log.ts';
import { createLookout } from '../../lookout.ts';
import type { Database } from '../../store/database.ts';
import { oldestDirty, settleDirty } from '../../store/phones/dirty.ts';
import type { Revisions } from '../ports.ts';

export interface RevisionWorkerOptions {
  db: Database;
  of: Revisions['of'];
  log: Logger;
}

export interface RevisionWorker {
  poke(): void;
  start(): void;
  stop(): Promise<void>;
  drained(): Promise<void>;
}

const BATCH = 50;
const LOOK_EVERY_MS = 5000;
const DRAINED_LOOK_MS = 5;

/**
 * Makes the files of marked devices and takes the marks off, the oldest first. A mark goes after what became of it was
 * written, and only if it is still the same: a daemon that dies in between does it again.
 */
export function createRevisionWorker({ db, of, log }: RevisionWorkerOptions): RevisionWorker {
  let isStarted = false;

  async function drain(): Promise<void> {
    while (!lookout.isStopped) {
      const marks = await oldestDirty(db.read, BATCH);
      if (marks.length === 0) break;
      await of(marks.map(([id]) => id));
      await db.note((tx) => settleDirty(tx, marks));
      await turn();
    }
  }

  const lookout = createLookout(drain, LOOK_EVERY_MS, (err) => log.error({ err }, 'phones could not be looked at'));
  const poke = () => {
    if (isStarted) lookout.poke();
  };
  return {
    poke,
    start() {
      isStarted = true;
      lookout.poke();
    },
    stop: () => lookout.stop(),
    async drained() {
      while ((await oldestDirty(db.read, 1)).length > 0) {
        poke();
        await sleep(DRAINED_LOOK_MS);
      }
    },
  };
}
