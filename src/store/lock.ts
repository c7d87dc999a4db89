import BetterSqlite3 from 'better-sqlite3';
import { LinekeeperError } from '../errors.ts';

/**
 * One daemon per database. The lock is SQLite's own file lock on a file of its own, held by an open exclusive
 * transaction: the kernel releases it however the process ends, so a kill -9 leaves nothing to clean up.
 */
export function lockDatabase(databaseFile: string): { release(): void } {
  const handle = new BetterSqlite3(`${databaseFile}.lock`, { timeout: 0 });
  try {
    handle.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    handle.close();
    throw new LinekeeperError('DATABASE_LOCKED_BY_OTHER', `another Linekeeper is running on ${databaseFile}`, {
      cause,
    });
  }
  return {
    release() {
      handle.close();
    },
  };
}
