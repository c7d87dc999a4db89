import type { PersonValues } from '../../domain/import-values.ts';
import { versionsOfUsers } from '../../store/person-rows.ts';
import type { TableWriter } from '../../store/table-writer.ts';
import { decideUser } from './decide-user.ts';
import { undoUsers } from './undo-users.ts';
import { loadUserWorld } from './user-world.ts';
import { type Lifecycle, writeUsers } from './write-users.ts';

/** Persons of an import, with their roles, groups, external ids and state; a password none of them gets. */
export function createPersonWriter(lifecycle: Lifecycle): TableWriter<PersonValues> {
  return {
    async apply(tx, context, rows) {
      const world = await loadUserWorld(tx, context, rows);
      const decisions = rows.map((row) => decideUser(world, row));
      const writes = decisions.flatMap((decision) => decision.writes ?? []);
      await writeUsers(tx, lifecycle, world, writes);
      const versions = await versionsOfUsers(
        tx,
        writes.map(({ id }) => id),
      );
      return decisions.map(({ result }) => {
        const version = versions.get(result.objectId ?? '');
        return version === undefined ? result : { ...result, version };
      });
    },
    undo: (tx, context, rows) => undoUsers(tx, lifecycle, context, rows),
    committed: () => lifecycle.poke(),
  };
}
