import type { Tx } from '../database.ts';

/** Puts one note on many numbers; they come as one parameter, because SQLite limits how many there may be. */
export async function noteNumbers(tx: Tx, ids: readonly string[], note: string): Promise<void> {
  await tx.$executeRawUnsafe(
    'UPDATE "PhoneNumber" SET "note" = ? WHERE "id" IN (SELECT value FROM json_each(?))',
    note,
    JSON.stringify(ids),
  );
}
