import type { Tx } from './database.ts';
import { FORWARD_FIELDS, type ForwardField } from './deletion.ts';
import { execute, queryJson } from './sql.ts';

export interface Renumbering {
  id: string;
  from: string;
  to: string;
}

/** An extension whose forwarding followed. */
export interface FollowedForward {
  extensionId: string;
  /** Of the extension that forwards, after the renumbering. */
  number: string;
  field: ForwardField;
  from: string;
  to: string;
}

/** Who has these numbers of a company now. */
export async function holdersOf(tx: Tx, companyId: string, numbers: readonly string[]): Promise<Map<string, string>> {
  const rows = await queryJson<[string, string][]>(
    tx,
    `SELECT json_group_array(json_array(e."number", e.id)) AS json FROM json_each(?2) j
     CROSS JOIN "Extension" e ON e."companyId" = ?1 AND e."number" = j.value`,
    companyId,
    JSON.stringify(numbers),
  );
  return new Map(rows);
}

/**
 * Gives extensions of a company new numbers: swaps and chains too. Mailboxes keep the number they have on the PBX. What
 * forwards to an old number, or will, forwards to the new one. Versions of all that changed go up by one, but not twice.
 */
export async function renumberExtensions(
  tx: Tx,
  companyId: string,
  items: readonly Renumbering[],
): Promise<FollowedForward[]> {
  if (items.length === 0) return [];
  const rows = JSON.stringify(items.map(({ id, from, to }) => [id, from, to]));
  await execute(
    tx,
    `UPDATE "Mailbox" SET "box" = nullif(coalesce("box", j.value->>1), j.value->>2) FROM json_each(?1) j
     WHERE "Mailbox"."extensionId" = j.value->>0`,
    rows,
  );
  // A number is unique at every moment: all step aside before the first takes its new one.
  await execute(
    tx,
    `UPDATE "Extension" SET "number" = '~' || id WHERE id IN (SELECT value->>0 FROM json_each(?1))`,
    rows,
  );
  const now = Date.now();
  await execute(
    tx,
    `UPDATE "Extension" SET "number" = j.value->>2, "version" = "version" + 1, "updatedAt" = ?2 FROM json_each(?1) j
     WHERE "Extension".id = j.value->>0`,
    rows,
    now,
  );
  return followForwards(tx, companyId, items, now);
}

async function followForwards(
  tx: Tx,
  companyId: string,
  items: readonly Renumbering[],
  now: number,
): Promise<FollowedForward[]> {
  const map = JSON.stringify(Object.fromEntries(items.map(({ from, to }) => [from, to])));
  const moved = (field: string) => `(SELECT j.value FROM json_each(?2) j WHERE j.key = ${field})`;
  const pointing = FORWARD_FIELDS.map(
    (
      field,
    ) => `SELECT e.id AS "extensionId", e."number" AS "number", '${field}' AS field, e."${field}" AS "from", t.value AS "to"
      FROM "Extension" e JOIN targets t ON t.key = e."${field}" WHERE e."companyId" = ?1 AND e."${field}" IS NOT NULL`,
  ).join(' UNION ALL ');
  const followed = await queryJson<FollowedForward[]>(
    tx,
    `WITH targets AS MATERIALIZED (SELECT key, value FROM json_each(?2))
     SELECT json_group_array(json_object('extensionId', f."extensionId", 'number', f."number", 'field', f.field,
       'from', f."from", 'to', f."to")) AS json FROM (${pointing}) f`,
    companyId,
    map,
  );
  for (const field of FORWARD_FIELDS) {
    const rows = followed.filter((one) => one.field === field).map(({ extensionId, to }) => [extensionId, to]);
    if (rows.length === 0) continue;
    await execute(
      tx,
      `UPDATE "Extension" SET "${field}" = j.value->>1 FROM json_each(?1) j WHERE "Extension".id = j.value->>0`,
      JSON.stringify(rows),
    );
  }
  const own = new Set(items.map(({ id }) => id));
  await execute(
    tx,
    `UPDATE "Extension" SET "version" = "version" + 1, "updatedAt" = ?2 WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify([...new Set(followed.map(({ extensionId }) => extensionId))].filter((id) => !own.has(id))),
    now,
  );
  await execute(
    tx,
    `UPDATE "User" SET "disabled" = json_set("disabled", '$.extension.forwardTo', ${moved(`"disabled"->>'$.extension.forwardTo'`)})
     WHERE "companyId" = ?1 AND "disabled"->>'$.extension.forwardTo' IN (SELECT key FROM json_each(?2))`,
    companyId,
    map,
  );
  await execute(
    tx,
    `UPDATE "ScheduledAction" SET "options" = json_set("options", '$.extension.forwardTo', ${moved(`"options"->>'$.extension.forwardTo'`)})
     WHERE "userId" IN (SELECT id FROM "User" WHERE "companyId" = ?1)
       AND "options"->>'$.extension.forwardTo' IN (SELECT key FROM json_each(?2))`,
    companyId,
    map,
  );
  return followed;
}
