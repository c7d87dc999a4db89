import type { NumberRange } from '../domain/company.ts';
import type { Database, Tx } from './database.ts';
import { queryJson } from './sql.ts';

/** Which of these numbers are extensions of the company. */
export async function amongTaken(tx: Tx, companyId: string, numbers: readonly string[]): Promise<Set<string>> {
  const taken = await queryJson<string[]>(
    tx,
    `SELECT json_group_array(e."number") AS json
     FROM json_each(?2) j JOIN "Extension" e ON e."companyId" = ?1 AND e."number" = j.value`,
    companyId,
    JSON.stringify(numbers),
  );
  return new Set(taken);
}

/** What an import must know of its company; undefined when there is no such company. */
export async function companyFacts(
  db: Database,
  companyId: string,
): Promise<{ country: string; ranges: NumberRange[] } | undefined> {
  const select = { ranges: true, country: true };
  const company = await db.read.company.findUnique({ where: { id: companyId }, select });
  if (company === null) return undefined;
  return { country: company.country, ranges: JSON.parse(company.ranges) as NumberRange[] };
}

/** ISO 3166 of a company; undefined when there is no such company. */
export async function countryOf(db: Database, companyId: string): Promise<string | undefined> {
  const company = await db.read.company.findUnique({ where: { id: companyId }, select: { country: true } });
  return company?.country;
}
