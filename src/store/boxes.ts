import type { Tx } from './database.ts';
import { execute } from './sql.ts';

/**
 * Id of the mailbox that has this number on the PBX, of a company: SQL of a scalar. A mailbox is called like its extension
 * until the extension is renumbered; then it keeps its number, because messages and greetings stand under it.
 */
export function boxHolder(companyId: string, box: string): string {
  return `(SELECT bm.id FROM "Extension" be CROSS JOIN "Mailbox" bm ON bm."extensionId" = be.id AND bm."box" IS NULL
      WHERE be."companyId" = ${companyId} AND be."number" = ${box}
    UNION ALL SELECT bm.id FROM "Mailbox" bm CROSS JOIN "Extension" be ON be.id = bm."extensionId" AND be."companyId" = ${companyId}
      WHERE bm."box" = ${box} LIMIT 1)`;
}

/**
 * Gives the mailboxes of these extensions, which are new or came back, another number where an older mailbox has theirs:
 * twelve digits, longer than any extension number.
 */
export async function separateBoxes(tx: Tx, extensionIds: readonly string[]): Promise<void> {
  if (extensionIds.length === 0) return;
  const others = (condition: string) => `EXISTS (SELECT 1 ${condition} AND om.id <> m.id)`;
  await execute(
    tx,
    `WITH clashing AS MATERIALIZED (SELECT m.id AS id FROM json_each(?1) j CROSS JOIN "Extension" e ON e.id = j.value
        CROSS JOIN "Mailbox" m ON m."extensionId" = e.id
        WHERE ${others(`FROM "Mailbox" om CROSS JOIN "Extension" oe ON oe.id = om."extensionId" AND oe."companyId" = e."companyId"
            WHERE om."box" = coalesce(m."box", e."number")`)}
          OR m."box" IS NOT NULL AND ${others(`FROM "Extension" oe CROSS JOIN "Mailbox" om ON om."extensionId" = oe.id
            AND om."box" IS NULL WHERE oe."companyId" = e."companyId" AND oe."number" = m."box"`)})
     UPDATE "Mailbox" SET "box" = printf('9%011d', abs(random()) % 100000000000) WHERE id IN (SELECT id FROM clashing)`,
    JSON.stringify(extensionIds),
  );
}
