import type { Tx } from './database.ts';
import { execute } from './sql.ts';

/** An extension that was used; milliseconds since 1970. */
export interface Seen {
  extensionId: string;
  callAt: number | null;
  registeredAt: number | null;
}

/** Notes the latest use; extensions that are gone are left out. */
export async function noteSeen(tx: Tx, seen: readonly Seen[]): Promise<void> {
  if (seen.length === 0) return;
  await execute(
    tx,
    `INSERT INTO "ExtensionSeen" ("extensionId","lastCallAt","lastRegisteredAt")
     SELECT e.id, j.value->>1, j.value->>2 FROM json_each(?1) j CROSS JOIN "Extension" e ON e.id = j.value->>0 WHERE true
     ON CONFLICT ("extensionId") DO UPDATE SET
       "lastCallAt" = nullif(max(coalesce("lastCallAt", 0), coalesce(excluded."lastCallAt", 0)), 0),
       "lastRegisteredAt" = nullif(max(coalesce("lastRegisteredAt", 0), coalesce(excluded."lastRegisteredAt", 0)), 0)`,
    JSON.stringify(seen.map(({ extensionId, callAt, registeredAt }) => [extensionId, callAt, registeredAt])),
  );
}
