import { setImmediate as breathe } from 'node:timers/promises';
import type { Tx } from '../store/database.ts';
import { changedUsers, type JobRowRecord, markUndone, undoableRows } from '../store/job-rows.ts';
import type { RowMemory } from './apply-rows.ts';
import { IMPORT_NEEDS } from './import-run.ts';
import { undoChunk } from './jobs/chunk.ts';
import type { Run } from './jobs/kind.ts';
import { patiently } from './jobs/patience.ts';
import type { UndoResult } from './ports.ts';
import type { ImportDeps } from './run.ts';

/**
 * Takes back what the rows of a job did, the last row first: created extensions go, and so do
 * the users made with them; changed ones get their values back.
 * What somebody changed since stays as it is and is told. Resumes like an import: an undone row says so itself.
 */
export async function runUndo(deps: ImportDeps, run: Run): Promise<void> {
  const { job } = run;
  const userVersions = await patiently(run.signal, run.onWait, () => changedUsers(deps.db, job.id));
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = await patiently(run.signal, run.onWait, () => undoableRows(deps.db, job.id, before, deps.chunkRows));
    const last = rows.at(-1);
    if (last === undefined) return;
    await undoChunk(deps, run, IMPORT_NEEDS, async (tx) => {
      await markUndone(tx, job.id, await undoRows(tx, deps, `job:${job.id}`, rows, userVersions));
    });
    before = last.line;
    run.onProgress();
    await breathe();
  }
}

async function undoRows(
  tx: Tx,
  { writer }: ImportDeps,
  actor: string,
  rows: readonly JobRowRecord[],
  userVersions: ReadonlyMap<string, number>,
): Promise<{ line: number; result: 'undone' | 'undo_refused'; errors: unknown }[]> {
  const items = rows.map((row) => ({
    row,
    memory: (row.before ?? {}) as RowMemory,
    extensionId: row.objectId ?? '',
    ifVersion: row.after ?? 0,
  }));
  const madeUsers = items.flatMap(({ memory: { user }, extensionId }) =>
    user?.created === true ? [{ id: user.id, version: userVersions.get(user.id) ?? user.version, extensionId }] : [],
  );
  const madeIds = new Set(madeUsers.map(({ id }) => id));
  // An extension that goes back to such a user is one that this user has.
  const going = items.filter(({ memory }) => !madeIds.has(memory.snapshot?.userId ?? ''));
  const held = madeUsers.length === 0 ? new Map<string, string>() : await writer.heldUsers(tx, madeUsers, going);
  // A row is taken back whole or not at all: its extension stays with its user.
  const reasonOf = ({ memory: { user } }: (typeof items)[number]) =>
    user?.created === true ? held.get(user.id) : undefined;
  const free = items.filter((item) => reasonOf(item) === undefined);
  const removed = await writer.removeCreated(
    tx,
    actor,
    free
      .filter(({ row }) => row.result === 'created')
      .map(({ extensionId, ifVersion }) => ({ extensionId, ifVersion })),
  );
  const restored = await writer.restore(
    tx,
    actor,
    free.flatMap(({ row, memory: { snapshot }, ifVersion }) =>
      row.result !== 'updated' || snapshot === undefined ? [] : [{ snapshot, ifVersion }],
    ),
  );
  const results = new Map<string, UndoResult>();
  for (const result of [...removed, ...restored]) results.set(result.extensionId, result);
  const isUndone = ({ extensionId }: (typeof items)[number]) => results.get(extensionId)?.ok === true;
  const goneUsers = free.flatMap((item) => {
    const { user } = item.memory;
    return user?.created === true && isUndone(item) ? [user.id] : [];
  });
  if (goneUsers.length > 0) await writer.removeUsers(tx, actor, goneUsers);
  return items.map((item) => {
    const { line } = item.row;
    if (isUndone(item)) return { line, result: 'undone', errors: null };
    const message = reasonOf(item) ?? results.get(item.extensionId)?.reason ?? 'it no longer exists';
    return { line, result: 'undo_refused', errors: [{ column: '', code: 'UNDO_REFUSED', message }] };
  });
}
