import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type BetterSqlite3 from 'better-sqlite3';
import { LinekeeperError } from '../errors.ts';

type Factory = PrismaBetterSqlite3;
type Adapter = Awaited<ReturnType<Factory['connect']>>;

/** A prepared statement of ours: its text is fixed, so each is prepared once per connection. */
export interface SqliteHandle {
  prepare(sql: string): BetterSqlite3.Statement;
  pragma(text: string): void;
}

const handles = new WeakMap<object, SqliteHandle>();

/** The connection under a client or a transaction of Prisma's. */
export function handleOf(client: object): SqliteHandle {
  const handle = handles.get(client);
  if (handle === undefined) throw new LinekeeperError('INTERNAL', 'no database connection belongs to this client');
  return handle;
}

/** From now on statements on `client` run on the connection of `other`. */
export function shareHandle(client: object, other: object): void {
  handles.set(client, handleOf(other));
}

export function setHandle(client: object, handle: SqliteHandle): void {
  handles.set(client, handle);
}

/**
 * Prisma's own adapter, which besides lets us at its connection. Bulk statements take megabytes of JSON as one parameter,
 * and what the client does with a parameter on its way (copies, logs, a new statement each time) was a fifth of an import.
 */
export class SharedSqlite extends PrismaBetterSqlite3 {
  handle: SqliteHandle | undefined;

  override async connect(): Promise<Adapter> {
    const adapter = await super.connect();
    // Not in the adapter's types; the pinned version has it, and the first statement of every start would tell.
    const database = (adapter as unknown as { client?: BetterSqlite3.Database }).client;
    if (database === undefined) throw new LinekeeperError('INTERNAL', 'the SQLite adapter hides its connection');
    const statements = new Map<string, BetterSqlite3.Statement>();
    this.handle = {
      pragma: (text) => void database.pragma(text),
      prepare(sql) {
        let statement = statements.get(sql);
        if (statement === undefined) {
          statement = database.prepare(sql);
          statements.set(sql, statement);
        }
        return statement;
      },
    };
    return adapter;
  }
}
