/** Planted fault: a change is acknowledged before it is committed. */
import { setTimeout as delay } from 'node:timers/promises';
import * as original from '../../../../src/store/database.ts';

export * from '../../../../src/store/database.ts';

export async function openDatabase(options: original.DatabaseOptions): Promise<original.Database> {
  const db = await original.openDatabase(options);
  return {
    ...db,
    write: (work) =>
      new Promise((resolve, reject) => {
        db.write(async (tx) => {
          const value = await work(tx);
          resolve(value);
          await delay(250);
          return value;
        }).catch(reject);
      }),
  };
}
