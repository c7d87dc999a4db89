import type { Tx } from './database.ts';
import { execute } from './sql.ts';

/**
 * Does `work` in a transaction until it leaves nothing half done: it answers which rows it could not finish, then all that it
 * wrote is rolled back and it is done again without them. `work` is given those that were left out before.
 */
export async function withoutUnfinished<R, T>(
  tx: Tx,
  work: (left: ReadonlyMap<R, string>) => Promise<{ value: T; unfinished: ReadonlyMap<R, string> }>,
): Promise<T> {
  const left = new Map<R, string>();
  for (;;) {
    await execute(tx, 'SAVEPOINT "rows"');
    const { value, unfinished } = await work(left);
    if (unfinished.size > 0) await execute(tx, 'ROLLBACK TO "rows"');
    await execute(tx, 'RELEASE "rows"');
    if (unfinished.size === 0) return value;
    for (const [row, why] of unfinished) left.set(row, why);
  }
}

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
