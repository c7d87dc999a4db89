import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { LinekeeperError } from '../errors.ts';
import { ensureAnchor } from './activity/anchor.ts';
import { type Prisma, PrismaClient } from './generated/client.ts';
import { handleOf, SharedSqlite, setHandle, shareHandle } from './handles.ts';
import { lockDatabase } from './lock.ts';
import { type MigrationReport, migrate } from './migrate.ts';
import { createSeal, readOrCreateKey, type Seal } from './seal.ts';

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
  /** Runs `work` in one transaction that holds the write lock from its first statement (BEGIN IMMEDIATE). */
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
    const writer = await connect(options.file, [
      'synchronous = FULL',
      'foreign_keys = ON',
      `wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    ]);
    const read = await connect(options.file, ['query_only = ON']);
    await checkKey(writer, seal, options.keyFile);
    await ensureAnchor(writer, seal);
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
      read,
      seal,
      migrations,
      write: (work) => inTurn(() => transaction(writer, work)),
      note: (work) =>
        inTurn(async () => {
          handleOf(writer).pragma('synchronous = NORMAL');
          try {
            return await transaction(writer, work);
          } finally {
            handleOf(writer).pragma('synchronous = FULL');
          }
        }),
      onCommit(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      async close() {
        await tail;
        await read.$disconnect();
        checkpoint(writer);
        await writer.$disconnect();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Leaves one whole file behind, unless somebody else reads it just now. */
function checkpoint(writer: PrismaClient): void {
  try {
    handleOf(writer).pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // The next start finds the log and goes on from it.
  }
}

async function connect(file: string, pragmas: string[]): Promise<PrismaClient> {
  const adapter = new SharedSqlite({ url: file, timeout: BUSY_MS }, { timestampFormat: 'unixepoch-ms' });
  const client = new PrismaClient({ adapter });
  await client.$connect();
  if (adapter.handle === undefined) throw new LinekeeperError('INTERNAL', 'the database was not opened');
  for (const pragma of pragmas) adapter.handle.pragma(pragma);
  setHandle(client, adapter.handle);
  return client;
}

async function transaction<T>(writer: PrismaClient, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await writer.$transaction(
      async (tx) => {
        // Changes nothing, but takes the write lock now: nobody can write between what `work` reads and what it writes.
        shareHandle(tx, writer);
        handleOf(tx).prepare('UPDATE "Setting" SET "value" = "value" WHERE 0').run();
        return await work(tx);
      },
      { maxWait: 60_000, timeout: 120_000 },
    );
  } catch (error) {
    throw databaseError(error);
  }
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
async function checkKey(writer: PrismaClient, seal: Seal, keyFile: string): Promise<void> {
  const row = await writer.setting.findUnique({ where: { name: 'keyCheck' } });
  if (row === null) {
    await writer.setting.create({ data: { name: 'keyCheck', value: seal.seal('linekeeper', 'keyCheck') } });
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
