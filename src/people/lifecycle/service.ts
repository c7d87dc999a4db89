import {
  type DeleteOptions,
  type DisableOptions,
  deleteOptionsSchema,
  disableOptionsSchema,
} from '../../domain/lifecycle.ts';
import type { Reader, Tx } from '../../store/database.ts';
import type { LifecycleUser } from '../../store/lifecycle.ts';
import type { Done, LifecycleContext } from './context.ts';
import { disableUsers, enableUsers } from './disable.ts';
import { previewRemoval, type RemoveDeps, removeUser, removeUsers } from './remove.ts';
import { type Restored, restoreUser } from './restore.ts';
import type { DueAction } from './schedule.ts';

/** Getting out and back in. Each runs in the transaction of `changes.run`; what the PBX must follow is marked in it. */
export interface LifecycleService {
  disable(tx: Tx, context: LifecycleContext, ids: readonly string[], options: DisableOptions): Promise<Done[]>;
  enable(tx: Tx, context: LifecycleContext, ids: readonly string[]): Promise<Done[]>;
  preview(reader: Reader, id: string, options: DeleteOptions): ReturnType<typeof previewRemoval>;
  remove(tx: Tx, context: LifecycleContext, id: string, options: DeleteOptions): Promise<Done>;
  /** Of many who were judged. */
  removeJudged(tx: Tx, actor: string, users: readonly LifecycleUser[], options: DeleteOptions): Promise<Done[]>;
  restore(tx: Tx, context: LifecycleContext, id: string, isPartial: boolean): Promise<Restored>;
  /** Does what was scheduled. */
  perform(tx: Tx, action: DueAction): Promise<unknown>;
  /** Says that something was committed: the proof begins. */
  poke(): void;
}

export function createLifecycleService(deps: RemoveDeps & { poke: () => void }): LifecycleService {
  return {
    disable: disableUsers,
    enable: enableUsers,
    preview: (reader, id, options) => previewRemoval(reader, deps, id, options),
    remove: (tx, context, id, options) => removeUser(tx, deps, context, id, options),
    removeJudged: (tx, actor, users, options) => removeUsers(tx, deps, actor, users, options),
    restore: (tx, context, id, isPartial) => restoreUser(tx, deps, context, id, isPartial),
    async perform(tx, { userId, action, options, actor }) {
      const context = { actor };
      const given: unknown = JSON.parse(options);
      if (action === 'disable') return disableUsers(tx, context, [userId], disableOptionsSchema.parse(given));
      if (action === 'enable') return enableUsers(tx, context, [userId]);
      return removeUser(tx, deps, context, userId, deleteOptionsSchema.parse(given));
    },
    poke: deps.poke,
  };
}
