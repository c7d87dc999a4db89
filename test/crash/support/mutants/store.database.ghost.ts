/** Planted fault: every seventh change is committed and then refused. */
import { LinekeeperError } from '../../../../src/errors.ts';
import * as original from '../../../../src/store/database.ts';

export * from '../../../../src/store/database.ts';

export async function openDatabase(options: original.DatabaseOptions): Promise<original.Database> {
  const db = await original.openDatabase(options);
  let count = 0;
  return {
    ...db,
    async write(work) {
      const value = await db.write(work);
      if (count++ > 10 && count % 7 === 0) throw new LinekeeperError('CONFLICT', 'refused after the commit');
      return value;
    },
  };
}
