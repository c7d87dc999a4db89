import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isLinekeeperError, LinekeeperError } from '../errors.ts';
import { ensureAnchor } from './activity/anchor.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';
import { type SqliteHandle, setHandle, TwoConnections } from './handles.ts';
import { lockDatabase } from './lock.ts';
import { type MigrationReport, migrate } from './migrate.ts';
import { createSeal, readOrCreateKey, type Seal } from './seal.ts';
import { indexNoted } from './search-index.ts';
import { StartAgain } from './start-again.ts';

export type Tx = Prisma.TransactionClient;
/** What can be asked: committed rows, or those of an open transaction. */
export type Reader = Pick<Tx, '$queryRawUnsafe'>;

/**
 * Two connections: the writer runs one transaction after the other, the reader sees committed rows only. (On one
 * connection a plain read would see, and a plain write would join, whatever transaction happens to be open.)
 */
export interface Database {
  readonly read: PrismaClient;
  readonly seal: Seal;
  readonly migrations: MigrationReport;
  /**
   * Runs `work` in one transaction that holds the write lock from its first statement (BEGIN IMMEDIATE); again from the start
   * when it throws StartAgain.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * The same without waiting for the disk: for what can be found out again (the PBX was read back, a token was used).
   * A power cut may undo it, together with nothing else.
   */
  note<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Called after each commit, whatever it was: a moment to look. Must be quick. Gives the function that ends it. */
  onCommit(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  file: string;
  keyFile: string;
  migrationsFolder: string;
}

/** Milliseconds a write waits for a lock of somebody else's sqlite3 shell; better-sqlite3 blocks the event loop meanwhile. */
const BUSY_MS = 250;

/** Pages (4 kB) of the log before they go into the database file: an import writes the same ones again and again. */
const CHECKPOINT_PAGES = 4000;

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  const lock = lockDatabase(options.file);
  try {
    const migrations = migrate(options.file, options.migrationsFolder);
    const seal = createSeal(readOrCreateKey(options.keyFile));
    const { client, writer } = await connect(options.file);
    await transaction(client, writer, async (tx) => {
      await checkKey(tx, seal, options.keyFile);
      await ensureAnchor(tx, seal);
    });
    let tail: Promise<unknown> = Promise.resolve();
    const listeners = new Set<() => void>();
    const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
      const result = tail.then(run);
      tail = result.then(
        () => {
          for (const listener of listeners) listener();
        },
        () => {},
      );
      return result;
    };
    return {
      read: client,
      seal,
      migrations,
      write: (work) => inTurn(() => transaction(client, writer, work)),
      note: (work) =>
        inTurn(async () => {
          writer.pragma('synchronous = NORMAL');
          try {
            return await transaction(client, writer, work);
          } finally {
            writer.pragma('synchronous = FULL');
          }
        }),
      onCommit(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      async close() {
        await tail;
        checkpoint(writer);
        await client.$disconnect();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Leaves one whole file behind, unless somebody else reads it just now. */
function checkpoint(writer: SqliteHandle): void {
  try {
    writer.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // The next start finds the log and goes on from it.
  }
}

async function connect(file: string): Promise<{ client: PrismaClient; writer: SqliteHandle }> {
  const adapter = new TwoConnections({ url: file, timeout: BUSY_MS }, { timestampFormat: 'unixepoch-ms' });
  const client = new PrismaClient({ adapter });
  await client.$connect();
  if (adapter.handles === undefined) throw new LinekeeperError('INTERNAL', 'the database was not opened');
  const { reader, writer } = adapter.handles;
  const pragmas = [
    'synchronous = FULL',
    'foreign_keys = ON',
    `wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    // Each statement that fires a trigger has a journal of its own: a temporary file would more than double its price.
    'temp_store = MEMORY',
  ];
  for (const pragma of pragmas) writer.pragma(pragma);
  reader.pragma('query_only = ON');
  setHandle(client, reader);
  return { client, writer };
}

async function transaction<T>(client: PrismaClient, writer: SqliteHandle, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await once(client, writer, work);
    } catch (cause) {
      if (cause instanceof StartAgain) continue;
      const error = databaseError(cause);
      // The log may be what fills the disk: once its pages are in the file, the next write has that room.
      if (isLinekeeperError(error) && error.code === 'DATABASE_FULL') checkpoint(writer);
      throw error;
    }
  }
}

function once<T>(client: PrismaClient, writer: SqliteHandle, work: (tx: Tx) => Promise<T>): Promise<T> {
  return client.$transaction(
    async (tx) => {
      // Changes nothing, but takes the write lock now: nobody can write between what `work` reads and what it writes.
      setHandle(tx, writer);
      writer.prepare('UPDATE "Setting" SET "value" = "value" WHERE 0').run();
      const result = await work(tx);
      indexNoted(writer);
      return result;
    },
    { maxWait: 60_000, timeout: 120_000 },
  );
}

/** SQLite's own troubles as our codes; anything else passes through. */
function databaseError(error: unknown): unknown {
  const { message, code, meta } = error as { message?: string; code?: string; meta?: unknown };
  const text = `${code} ${message} ${JSON.stringify(meta ?? '')}`;
  if (/SQLITE_BUSY|database is locked|SocketTimeout|Operations timed out/i.test(text)) {
    return new LinekeeperError('DATABASE_BUSY', 'the database is locked by another program', { cause: error });
  }
  if (/SQLITE_FULL|database or disk is full|SQLITE_IOERR|disk I\/O/i.test(text)) {
    return new LinekeeperError('DATABASE_FULL', 'the disk is full: nothing was changed', { cause: error });
  }
  return error;
}

/** The first start seals a known text; a later start with another key is refused before it can do harm. */
async function checkKey(tx: Tx, seal: Seal, keyFile: string): Promise<void> {
  const row = await tx.setting.findUnique({ where: { name: 'keyCheck' } });
  if (row === null) {
    await tx.setting.create({ data: { name: 'keyCheck', value: seal.seal('linekeeper', 'keyCheck') } });
    return;
  }
  try {
    seal.open(row.value, 'keyCheck');
  } catch (cause) {
    throw new LinekeeperError('KEY_MISMATCH', `${keyFile} is not the key of this database`, { cause });
  }
}

/** True for a violation of a unique index; names the fields when the engine tells. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, meta } = error as { code?: string; meta?: unknown };
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return true;
  return code === 'P2002' || (code === 'P2010' && /UNIQUE/.test(JSON.stringify(meta)));
}
