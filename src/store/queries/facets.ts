import type { Reader } from '../database.ts';
import { conditionsOf, type Facet, type ListSpec, type PageRequest, where } from './page.ts';

export interface FacetValue {
  /** null: nothing of the kind. */
  value: string | null;
  /** null: the value says it. */
  label: string | null;
  count: number;
}

/** Values of one facet. */
const MOST = 50;

/**
 * How many items there are of each value, most first. Each facet is counted under all filters but its own, so that it tells
 * what another choice would give; `narrowed` stand above all. Between two of them others are served.
 */
export async function readFacets(
  reader: Reader,
  spec: ListSpec,
  names: readonly string[],
  request: Pick<PageRequest, 'filters' | 'q'>,
  narrowed: PageRequest['filters'],
): Promise<Record<string, FacetValue[]>> {
  const facets: Record<string, FacetValue[]> = {};
  for (const name of names) {
    const facet = spec.facets?.[name];
    if (facet === undefined) continue;
    const filters = { ...request.filters, [name]: undefined, ...narrowed };
    const { conditions, values } = conditionsOf(spec, { filters, q: request.q });
    const rows = await reader.$queryRawUnsafe<{ json: string }[]>(statementOf(spec, facet, conditions), ...values);
    facets[name] = JSON.parse(rows[0]?.json ?? '[]') as FacetValue[];
    await new Promise((resolve) => setImmediate(resolve));
  }
  return facets;
}

function statementOf(spec: ListSpec, { value, join = '', label = 'NULL' }: Facet, conditions: string[]): string {
  return `SELECT json_group_array(json_object('value', f.value, 'label', ${label}, 'count', f.n)) AS json FROM (
    SELECT ${value} AS value, count(*) AS n ${spec.from} ${join}${where(conditions)}
     GROUP BY 1 ORDER BY n DESC, value LIMIT ${MOST}) f`;
}

/** Of a condition or a column that is 0 or 1: in the words of its filter. */
export function flagFacet(expression: string): Facet {
  return { value: `iif(${expression}, 'true', 'false')` };
}

/** Of an id in the list: with the name of what it is. */
export function namedFacet(value: string, table: string, column = 'name'): Facet {
  return { value, label: `(SELECT x."${column}" FROM "${table}" x WHERE x."id" = f.value)` };
}
