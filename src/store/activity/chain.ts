import { hash } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';
import type { SqliteHandle } from '../handles.ts';

/** A connection, ours or one that a command opened for itself. */
export type Handle = Pick<SqliteHandle, 'prepare'>;

/** A statement that answers with numbers; Prisma's connections answer with bigints otherwise. */
export function prepare(handle: Handle, sql: string): BetterSqlite3.Statement {
  return handle.prepare(sql).safeIntegers(false);
}

/** What a row says, in the order in which it is hashed; its id is no part of it, its place is in the chain. */
export type Content = readonly [
  at: number,
  actor: string,
  action: string,
  objectType: string,
  objectId: string,
  companyId: string | null,
  details: string | null,
  address: string | null,
  requestId: string | null,
];

/** A row by which a chain can be taken up: its id and its hash. `{id: 0, hash: ''}` is before the first. */
export interface Link {
  id: number;
  hash: string;
}

export const START: Link = { id: 0, hash: '' };

/** SHA-256, hex, over the hash of the row before (nothing: the first) and the row's columns as one JSON array. */
export function rowHash(before: string, content: Content): string {
  return hash('sha256', before + JSON.stringify(content), 'hex');
}

/** Rows between two pauses in which the event loop gets its turn: some milliseconds of work. */
const PIECE = 1000;

const COLUMNS = '"at", "actor", "action", "objectType", "objectId", "companyId", "details", "address", "requestId"';
const ROWS = `SELECT "id", "hash", ${COLUMNS} FROM "AuditEvent" WHERE "id" > ? AND "id" <= ? ORDER BY "id" LIMIT ?`;

/** What was found on a walk along the chain. */
export interface Walk {
  /** Rows of the chain that fit. */
  rows: number;
  /** The last row that fits; where the walk began when there was none. */
  last: Link;
  /** Id of the first row of the chain. */
  first: number | undefined;
  /** Rows from before there was a chain. */
  unchained: number;
  /** The first row that does not fit. */
  broken: number | undefined;
}

/** Starts a walk after the row `from`. */
export function startWalk(from: Link): Walk {
  return { rows: 0, last: from, first: undefined, unchained: 0, broken: undefined };
}

/**
 * Goes on by at most `limit` rows behind `position`, to the id `until` at most. False: there are no more, or the chain is
 * broken.
 */
export function walkOn(handle: Handle, walk: Walk, position: { id: number }, until: number, limit = PIECE): boolean {
  const rows = prepare(handle, ROWS).raw().all(position.id, until, limit) as [number, string, ...Content][];
  for (const [id, stored, ...content] of rows) {
    position.id = id;
    if (stored === '' && walk.last.hash === '') {
      walk.unchained++;
      continue;
    }
    if (stored !== rowHash(walk.last.hash, content)) {
      walk.broken = id;
      return false;
    }
    walk.first ??= id;
    walk.rows++;
    walk.last = { id, hash: stored };
  }
  return rows.length === limit;
}

/** The newest row, which has no hash when it is older than the chain. */
export function newestRow(handle: Handle): Link | undefined {
  const newest = 'SELECT "id", "hash" FROM "AuditEvent" ORDER BY "id" DESC LIMIT 1';
  return prepare(handle, newest).get() as Link | undefined;
}

/** The same to `until`, with pauses. */
export async function walkTo(handle: Handle, walk: Walk, position: { id: number }, until: number): Promise<void> {
  while (walkOn(handle, walk, position, until)) await breathe();
}

/** Lets others have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
