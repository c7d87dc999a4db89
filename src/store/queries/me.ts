import type { Reader } from '../database.ts';
import type { View } from './page.ts';
import { bool, columns, object, one } from './sql.ts';

/** The account of whoever is logged in; `companyId`: the company worked in, undefined for an operator. */
export async function readMe(reader: Reader, userId: string, companyId: string | undefined): Promise<View> {
  const item = object({
    ...columns('u', 'id', 'username', 'firstName', 'lastName', 'email', 'language', 'timezone', 'personalContact'),
    company: one(columns('c', 'id', 'name'), 'FROM "Company" c WHERE c.id = coalesce(?, u."companyId")'),
    companies: `json((SELECT json_group_array(json(v)) FROM (SELECT json_object('id', c.id, 'name', c."name") AS v
      FROM "Company" c WHERE c.id = u."companyId" OR c.id IN (SELECT r."companyId" FROM "UserRole" ur
        JOIN "Role" r ON r.id = ur."roleId" WHERE ur."userId" = u.id) ORDER BY c."name")))`,
    isOperator: bool('u."isOperator"'),
    version: 'u."version"',
  });
  const [row] = await reader.$queryRawUnsafe<{ json: string }[]>(
    `SELECT ${item} AS json FROM "User" u WHERE u.id = ?`,
    companyId ?? null,
    userId,
  );
  return JSON.parse(row?.json ?? '{}') as View;
}
