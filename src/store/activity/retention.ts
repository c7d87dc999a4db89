import type { Database } from '../database.ts';
import { handleOf } from '../handles.ts';
import { execute } from '../sql.ts';
import { broken, readAnchor, writeAnchor } from './anchor.ts';
import { breathe, type Handle, prepare, START, startWalk, walkOn } from './chain.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Rows deleted in one transaction: other writers wait that long. */
const PIECE = 5000;

/**
 * Deletes what is older than `keepDays` from the head of the log, on the hour; 0 keeps all. What is deleted is walked
 * first, and where the cut was is noted, so that the rest can still be verified. The newest row stays: the next is
 * chained to it.
 * @throws ACTIVITY_CHAIN_BROKEN: evidence is not deleted
 */
export async function expireActivity(db: Database, keepDays: number, now = Date.now()): Promise<number> {
  if (keepDays === 0) return 0;
  const until = Math.floor(now / HOUR_MS) * HOUR_MS - keepDays * DAY_MS;
  let deleted = 0;
  for (;;) {
    const target = cutBefore(handleOf(db.read), until);
    if (target === undefined) return deleted;
    deleted += await cutPiece(db, target);
    await breathe();
  }
}

/** Id of the last row at the head that is older, of one piece; never of the newest row. undefined: there is none. */
function cutBefore(handle: Handle, until: number): number | undefined {
  const head = prepare(handle, `SELECT "id", "at" FROM "AuditEvent" ORDER BY "id" LIMIT ${PIECE + 1}`).raw();
  let target: number | undefined;
  let before: number | undefined;
  for (const [id, at] of head.iterate() as Iterable<[number, number]>) {
    target = before;
    if (at >= until) break;
    before = id;
  }
  return target;
}

async function cutPiece(db: Database, target: number): Promise<number> {
  return db.note(async (tx) => {
    const handle = handleOf(tx);
    const anchor = readAnchor(handle, db.seal);
    const walk = startWalk(anchor.cut);
    walkOn(handle, walk, { id: START.id }, target, PIECE);
    if (walk.broken !== undefined) throw broken(walk.broken);
    const hasCut = walk.rows > 0;
    const cut = hasCut ? { cut: walk.last, cutRows: anchor.cutRows + walk.rows } : {};
    const isBehind = hasCut && anchor.last.id < walk.last.id;
    const last = isBehind ? { last: walk.last, rows: anchor.cutRows + walk.rows, at: Date.now() } : {};
    await execute(
      tx,
      `INSERT INTO "Setting" ("name", "value") VALUES ('activityRetention', '') ON CONFLICT DO NOTHING`,
    );
    await execute(tx, 'DELETE FROM "AuditEvent" WHERE "id" <= ?', target);
    await execute(tx, `DELETE FROM "Setting" WHERE "name" = 'activityRetention'`);
    await writeAnchor(tx, db.seal, { ...anchor, ...cut, ...last });
    return walk.rows + walk.unchained;
  });
}
