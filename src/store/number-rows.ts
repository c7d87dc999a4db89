import type { NumberState } from '../domain/phone-number.ts';
import type { Tx } from './database.ts';
import { execute, executeEach, queryJson } from './sql.ts';

export interface NumberRow {
  id: string;
  companyId: string;
  e164: string;
  state: NumberState;
  extensionId: string | null;
  /** Its number. */
  extension: string | null;
  note: string | null;
  version: number;
}

const ROW = `json_object('id', n.id, 'companyId', n."companyId", 'e164', n."e164", 'state', n."state",
  'extensionId', n."extensionId", 'extension', (SELECT e."number" FROM "Extension" e WHERE e.id = n."extensionId"),
  'note', n."note", 'version', n."version")`;

/** Numbers with their notes and versions, as an import compares them; of any company. */
export function numberRows(tx: Tx, by: 'id' | 'e164', values: readonly string[]): Promise<NumberRow[]> {
  return queryJson(
    tx,
    `SELECT json_group_array(${ROW}) AS json FROM json_each(?1) j CROSS JOIN "PhoneNumber" n ON n."${by}" = j.value`,
    JSON.stringify(values),
  );
}

/** Ids of extensions of a company by their numbers. */
export async function extensionIds(
  tx: Tx,
  companyId: string,
  numbers: readonly string[],
): Promise<Map<string, string>> {
  const rows = await queryJson<[string, string][]>(
    tx,
    `SELECT json_group_array(json_array(e."number", e.id)) AS json FROM json_each(?2) j
       CROSS JOIN "Extension" e ON e."companyId" = ?1 AND e."number" = j.value`,
    companyId,
    JSON.stringify(numbers),
  );
  return new Map(rows);
}

/** Writes notes; `isMoved` rows have had their versions raised by the move. */
export async function writeNotes(
  tx: Tx,
  rows: readonly { id: string; note: string | null; isMoved: boolean }[],
): Promise<void> {
  await executeEach(
    tx,
    'UPDATE "PhoneNumber" SET "note" = ?, "version" = "version" + ?, "updatedAt" = ? WHERE id = ?',
    rows.map(({ id, note, isMoved }) => [note, isMoved ? 0 : 1, Date.now(), id]),
  );
}

export async function deleteNumbers(tx: Tx, ids: readonly string[]): Promise<void> {
  await execute(tx, 'DELETE FROM "PhoneNumber" WHERE id IN (SELECT value FROM json_each(?1))', JSON.stringify(ids));
}
