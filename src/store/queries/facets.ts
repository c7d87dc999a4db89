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
 * what another choice would give; `narrowed` stand above all. Between two statements others are served.
 */
export async function readFacets(
  reader: Reader,
  spec: ListSpec,
  names: readonly string[],
  request: Pick<PageRequest, 'filters' | 'q'>,
  narrowed: PageRequest['filters'],
): Promise<Record<string, FacetValue[]>> {
  const facets: Record<string, FacetValue[]> = {};
  for (const group of together(spec, names, request.filters)) {
    const own = Object.fromEntries(group.map((name) => [name, undefined]));
    const { conditions, values } = conditionsOf(spec, {
      filters: { ...request.filters, ...own, ...narrowed },
      q: request.q,
    });
    const rows = await reader.$queryRawUnsafe<{ json: string }[]>(statementOf(spec, group, conditions), ...values);
    Object.assign(facets, JSON.parse(rows[0]?.json ?? '{}'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return Object.fromEntries(names.flatMap((name) => (facets[name] === undefined ? [] : [[name, facets[name]]])));
}

/** Those by which nothing is filtered share their items, which are then looked for once. */
function together(spec: ListSpec, names: readonly string[], filters: PageRequest['filters']): string[][] {
  const known = names.filter((name) => spec.facets?.[name] !== undefined);
  const isAlone = (name: string) => filters[name] !== undefined || spec.facets?.[name]?.join !== undefined;
  const shared = known.filter((name) => !isAlone(name));
  return [...(shared.length === 0 ? [] : [shared]), ...known.filter(isAlone).map((name) => [name])];
}

function statementOf(spec: ListSpec, names: readonly string[], conditions: string[]): string {
  const facets = names.map((name) => spec.facets?.[name] as Facet);
  const columns = facets.map(({ value }, i) => `${value} AS c${i}`).join(', ');
  const joins = facets.map(({ join = '' }) => join).join(' ');
  const counted = names.map(
    (
      name,
      i,
    ) => `'${name}', json((SELECT json_group_array(json_object('value', f.value, 'label', ${facets[i]?.label ?? 'NULL'},
      'count', f.n)) FROM (SELECT c${i} AS value, count(*) AS n FROM fitting GROUP BY 1 ORDER BY n DESC, value LIMIT ${MOST}) f))`,
  );
  return `WITH fitting AS MATERIALIZED (SELECT ${columns} ${spec.from} ${joins}${where(conditions)})
    SELECT json_object(${counted.join(', ')}) AS json`;
}

/** Of a condition or a column that is 0 or 1: in the words of its filter. */
export function flagFacet(expression: string): Facet {
  return { value: `iif(${expression}, 'true', 'false')` };
}

/** Of an id in the list: with the name of what it is. */
export function namedFacet(value: string, table: string, column = 'name'): Facet {
  return { value, label: `(SELECT x."${column}" FROM "${table}" x WHERE x."id" = f.value)` };
}
