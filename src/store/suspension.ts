import { SUSPENDED_NOTHING } from '../domain/extension.ts';
import type { Tx } from './database.ts';
import { execute } from './sql.ts';

/**
 * Brings extensions in step with the users they belong to: those of a disabled user are suspended, with what he left for
 * callers; all others are not. For whatever disables, enables, gives or takes. The outbox is the caller's to mark.
 */
export async function alignSuspension(tx: Tx, extensionIds: readonly string[]): Promise<void> {
  if (extensionIds.length === 0) return;
  await execute(
    tx,
    `WITH wanted AS MATERIALIZED (
       SELECT e.id AS id, u.id IS NOT NULL AS suspended, CASE u."disabled"->>'$.extension.answer'
           WHEN 'forward' THEN u."disabled"->>'$.extension.forwardTo' WHEN 'nothing' THEN ?2 END AS forward
         FROM json_each(?1) j CROSS JOIN "Extension" e ON e.id = j.value
         LEFT JOIN "User" u ON u.id = e."userId" AND u."state" = 'disabled')
     UPDATE "Extension" SET "suspended" = w.suspended, "suspendedForward" = w.forward FROM wanted w
       WHERE "Extension".id = w.id AND ("Extension"."suspended" <> w.suspended OR "Extension"."suspendedForward" IS NOT w.forward)`,
    JSON.stringify(extensionIds),
    SUSPENDED_NOTHING,
  );
}
