import { LinekeeperError } from '../../errors.ts';
import type { Database, Tx } from '../database.ts';
import { handleOf } from '../handles.ts';
import type { Seal } from '../seal.ts';
import { execute } from '../sql.ts';
import { type Handle, type Link, newestRow, prepare, START, startWalk, walkTo } from './chain.ts';

/**
 * What we know of the chain, sealed under the key file: whoever can write the database but does not have the key cannot
 * write another. Without it a chain that was cut at its end, or made anew from some row on, would look whole.
 */
export interface Anchor {
  /** The newest row that was seen in its place. */
  last: Link;
  /** Rows of the chain up to there, those included that retention has deleted. */
  rows: number;
  /** When it was noted, milliseconds. */
  at: number;
  /** The last row that retention deleted: the chain of what is left begins after it. */
  cut: Link;
  /** Rows of the chain that retention has deleted. */
  cutRows: number;
}

const NAME = 'activityAnchor';
const NOTHING: Omit<Anchor, 'at'> = { last: START, rows: 0, cut: START, cutRows: 0 };

/** @throws ACTIVITY_CHAIN_BROKEN when it is gone or was not written by us. */
export function readAnchor(handle: Handle, seal: Pick<Seal, 'open'>): Anchor {
  const value = handle.prepare('SELECT "value" FROM "Setting" WHERE "name" = ?').pluck().get(NAME);
  if (value === undefined) throw new LinekeeperError('ACTIVITY_CHAIN_BROKEN', 'the sealed note about the log is gone');
  try {
    return JSON.parse(seal.open(String(value), NAME)) as Anchor;
  } catch (cause) {
    const why = 'the sealed note about the log is not one of this key file';
    throw new LinekeeperError('ACTIVITY_CHAIN_BROKEN', why, { cause });
  }
}

export async function writeAnchor(tx: Tx, seal: Seal, anchor: Anchor): Promise<void> {
  const sql = 'INSERT INTO "Setting" ("name", "value") VALUES (?1, ?2) ON CONFLICT ("name") DO UPDATE SET "value" = ?2';
  await execute(tx, sql, NAME, seal.seal(JSON.stringify(anchor), NAME));
}

/** The first note, before the chain has a row. Where there are rows already and no note, somebody took it away. */
export async function ensureAnchor(tx: Tx, seal: Seal): Promise<void> {
  const begun = `SELECT EXISTS (SELECT 1 FROM "Setting" WHERE "name" = '${NAME}') OR
    EXISTS (SELECT 1 FROM "AuditEvent" WHERE "hash" <> '')`;
  if (prepare(handleOf(tx), begun).pluck().get() === 0) await writeAnchor(tx, seal, { ...NOTHING, at: Date.now() });
}

/**
 * Notes the newest row, after the way from the last note to it was walked: what does not fit is never noted as sound.
 * @throws ACTIVITY_CHAIN_BROKEN
 */
export async function moveAnchor(db: Database): Promise<void> {
  const handle = handleOf(db.read);
  const anchor = readAnchor(handle, db.seal);
  if (!holds(handle, anchor)) throw broken(anchor.last.id);
  const until = newestRow(handle)?.id ?? 0;
  if (until === anchor.last.id) return;
  const walk = startWalk(anchor.last);
  await walkTo(handle, walk, { id: anchor.last.id }, until);
  if (walk.broken !== undefined) throw broken(walk.broken);
  if (walk.rows === 0) return;
  const moved = { last: walk.last, rows: anchor.rows + walk.rows, at: Date.now() };
  // The cut is read again: it may have moved meanwhile.
  await db.note((tx) => writeAnchor(tx, db.seal, { ...readAnchor(handleOf(tx), db.seal), ...moved }));
}

/** The row that was noted last is still there, or was the last of all when retention came. */
function holds(handle: Handle, { last, cut }: Anchor): boolean {
  if (last.id === cut.id) return last.hash === cut.hash;
  return handle.prepare('SELECT "hash" FROM "AuditEvent" WHERE "id" = ?').pluck().get(last.id) === last.hash;
}

export function broken(id: number): LinekeeperError {
  const why = `the activity log was changed: row ${id} is not what was written`;
  return new LinekeeperError('ACTIVITY_CHAIN_BROKEN', why, { details: { row: id } });
}
