import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type BetterSqlite3 from 'better-sqlite3';
import { plainText } from '../domain/plain-text.ts';
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

export function setHandle(client: object, handle: SqliteHandle): void {
  handles.set(client, handle);
}

/** Two connections below one client of Prisma's. */
export interface TwoHandles {
  reader: SqliteHandle;
  writer: SqliteHandle;
}

/**
 * Prisma's own adapter, twice: transactions run on the writer's connection, everything else on the reader's. A client for
 * each would hold its own copy of what Prisma knows of the schema, 8 MB.
 *
 * Besides it lets us at the connections: bulk statements take megabytes of JSON as one parameter, and what the client does
 * with a parameter on its way (copies, logs, a new statement each time) was a fifth of an import.
 */
export class TwoConnections extends PrismaBetterSqlite3 {
  handles: TwoHandles | undefined;

  override async connect(): Promise<Adapter> {
    const writer = await super.connect();
    const reader = await super.connect();
    this.handles = { reader: sharedHandle(reader), writer: sharedHandle(writer) };
    reader.startTransaction = (level) => writer.startTransaction(level);
    const close = reader.dispose.bind(reader);
    reader.dispose = async () => {
      await close();
      await writer.dispose();
    };
    return reader;
  }
}

function sharedHandle(adapter: Adapter): SqliteHandle {
  // Not in the adapter's types; the pinned version has it, and the first statement of every start would tell.
  const database = (adapter as unknown as { client?: BetterSqlite3.Database }).client;
  if (database === undefined) throw new LinekeeperError('INTERNAL', 'the SQLite adapter hides its connection');
  database.function('plain_text', { deterministic: true }, (text) => (text === null ? null : plainText(String(text))));
  const statements = new Map<string, BetterSqlite3.Statement>();
  return {
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
}
