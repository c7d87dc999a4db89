import type { Reader, Tx } from './database.ts';
import { queryJson } from './sql.ts';

/** How somebody wants to see a list. */
export interface ListChoice {
  columns: string[];
  sort: string;
  limit: number;
}

/** undefined: nothing was chosen. */
export async function listChoice(reader: Reader, userId: string, list: string): Promise<ListChoice | undefined> {
  const found = await queryJson<ListChoice[]>(
    reader,
    `SELECT json_group_array(json_object('columns', json(c."columns"), 'sort', c."sort", 'limit', c."limit")) AS json
       FROM "ListChoice" c WHERE c."userId" = ?1 AND c."list" = ?2`,
    userId,
    list,
  );
  return found[0];
}

export async function chooseList(tx: Tx, userId: string, list: string, choice: ListChoice): Promise<void> {
  const values = { ...choice, columns: JSON.stringify(choice.columns) };
  const key = { userId_list: { userId, list } };
  await tx.listChoice.upsert({ where: key, create: { userId, list, ...values }, update: values });
}
