import type { ExtensionSnapshot } from '../../domain/extension-row.ts';
import type { PersonValues } from '../../domain/import-values.ts';
import type { Tx } from '../../store/database.ts';
import type { JobRowRecord } from '../../store/job-rows.ts';
import { withoutUnfinished } from '../../store/start-again.ts';
import type { TableContext, TableWriter } from '../../store/table-writer.ts';
import type { RowWriter } from '../ports.ts';
import { toUndo } from './plain.ts';
import { GONE, type UndoneRow, undoneRow } from './table.ts';
import type { UserMemory } from './users.ts';

/** Extensions first, then the persons: a row is taken back whole or not at all. */
export async function undoUserRows(
  tx: Tx,
  people: TableWriter<PersonValues>,
  lines: RowWriter,
  context: TableContext,
  rows: readonly JobRowRecord[],
  left: WeakMap<JobRowRecord, string>,
): Promise<UndoneRow[]> {
  const items = rows.map((row) => ({ row, memory: (row.before ?? {}) as UserMemory }));
  type Item = (typeof items)[number];
  const extensionsOf = (some: readonly Item[]) => some.flatMap(({ memory: { extension } }) => extension ?? []);
  const made = items
    .filter(({ row }) => row.result === 'created')
    .map(({ row, memory }) => ({
      id: row.objectId ?? '',
      version: row.after ?? 0,
      extensionId: memory.extension?.id ?? '',
    }));
  const going = extensionsOf(items).map(({ id, version }) => ({ extensionId: id, ifVersion: version }));
  const held = made.length === 0 ? new Map<string, string>() : await lines.heldUsers(tx, made, going);
  return withoutUnfinished(left, async () => {
    const reasonOf = (item: Item) => left.get(item.row) ?? held.get(item.row.objectId ?? '');
    const free = items.filter((item) => reasonOf(item) === undefined);
    const ended = await undoExtensions(tx, lines, context.actor, extensionsOf(free));
    const undone = await people.undo(
      tx,
      context,
      free.map(({ row, memory }) => ({ ...toUndo(row), before: memory.person ?? null })),
    );
    const persons = new Map(undone.map((one) => [one.line, one]));
    const unfinished = new Map<JobRowRecord, string>();
    for (const item of free) {
      const { extension } = item.memory;
      const person = persons.get(item.row.line);
      if (extension !== undefined && ended.get(extension.id) !== undefined) {
        unfinished.set(item.row, `its extension: ${ended.get(extension.id)}`);
      } else if (person?.ok !== true) unfinished.set(item.row, person?.reason ?? GONE);
    }
    return { value: items.map((item) => undoneRow(item.row.line, reasonOf(item))), unfinished };
  });
}

/** Why extensions could not be taken back, by their id; undefined: they were. */
async function undoExtensions(
  tx: Tx,
  lines: RowWriter,
  actor: string,
  extensions: readonly NonNullable<UserMemory['extension']>[],
): Promise<Map<string, string | undefined>> {
  const created = extensions.filter(({ result }) => result === 'created');
  const removed = await lines.removeCreated(
    tx,
    actor,
    created.map(({ id, version }) => ({ extensionId: id, ifVersion: version })),
  );
  const restored = await lines.restore(
    tx,
    actor,
    extensions.flatMap(({ result, version, snapshot }) =>
      result === 'updated' ? [{ snapshot: snapshot as ExtensionSnapshot, ifVersion: version }] : [],
    ),
  );
  return new Map(
    [...removed, ...restored].map(({ extensionId, ok, reason }) => [extensionId, ok ? undefined : (reason ?? GONE)]),
  );
}
