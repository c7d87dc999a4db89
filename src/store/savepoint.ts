import type { Tx } from './database.ts';
import { execute } from './sql.ts';

/** Does `work` in a transaction wholly or not at all: what it throws takes back what it wrote, and nothing else. */
export async function inSavepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await execute(tx, 'SAVEPOINT "one"');
  try {
    return await work();
  } catch (error) {
    await execute(tx, 'ROLLBACK TO "one"');
    throw error;
  } finally {
    await execute(tx, 'RELEASE "one"');
  }
}
