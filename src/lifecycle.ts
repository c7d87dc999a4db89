import { removeExtensions } from './lines/remove-extensions.ts';
import type { Logger } from './log.ts';
import { purgeExpired } from './people/lifecycle/purge.ts';
import { runDueActions } from './people/lifecycle/schedule.ts';
import { createLifecycleService, type LifecycleService } from './people/lifecycle/service.ts';
import { createLifecycleWorker, type LifecycleWorker } from './people/lifecycle/worker.ts';
import type { PbxPort } from './plan/ports.ts';
import type { Changes } from './reconciler/types.ts';
import type { Database } from './store/database.ts';
import { dueActions } from './store/lifecycle.ts';

/** Getting out and back in, with its proof and its clock. */
export interface Lifecycle extends LifecycleService {
  worker: LifecycleWorker;
  /** Does what was scheduled until `now` and forgets whom nobody can restore any more. */
  tick(now: Date): Promise<void>;
}

export interface LifecycleDeps {
  db: Database;
  changes: Changes;
  portOf(pbxId: string): PbxPort;
  /** Days in which a deleted user can be restored. */
  restoreDays: number;
  log: Logger;
}

export function createLifecycle({ db, changes, portOf, restoreDays, log }: LifecycleDeps): Lifecycle {
  const worker = createLifecycleWorker({ db, portOf, log });
  const poke = () => worker.poke();
  const service = createLifecycleService({ seal: db.seal, restoreDays, removeExtensions, poke });
  return {
    ...service,
    worker,
    async tick(now) {
      const runner = { due: (time: Date) => dueActions(db.read, time), run: changes.run, perform: service.perform };
      if ((await runDueActions(runner, now)) > 0) poke();
      if ((await db.read.deletedUser.count({ where: { purgeAt: { lte: now } } })) > 0) {
        await db.write((tx) => purgeExpired(tx, now));
      }
    },
  };
}
