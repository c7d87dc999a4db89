import { existsSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { LinekeeperError } from '../../errors.ts';
import { createSeal, readOrCreateKey } from '../seal.ts';
import { prepare } from './chain.ts';
import { type Verification, verifyChain } from './verify.ts';

/**
 * The same on a file that no daemon has open, or one that has: nothing is written.
 * @throws KEY_MISMATCH without the key file, DATABASE_CORRUPT when the database is older than the chain
 */
export async function verifyFile(file: string, keyFile: string): Promise<Verification> {
  if (!existsSync(keyFile)) throw new LinekeeperError('KEY_MISMATCH', `there is no key file ${keyFile}`);
  const seal = createSeal(readOrCreateKey(keyFile));
  const database = new BetterSqlite3(file, { readonly: true, fileMustExist: true });
  try {
    const column = `SELECT count(*) FROM pragma_table_info('AuditEvent') WHERE "name" = 'hash'`;
    if (prepare(database, column).pluck().get() === 0) {
      throw new LinekeeperError('DATABASE_CORRUPT', `${file} has no chain yet; a start of the daemon begins it`);
    }
    return await verifyChain(database, seal);
  } finally {
    database.close();
  }
}
