import { z } from 'zod';
import { rule } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import type { ListSpec } from '../../store/queries/page.ts';

export interface ListQuery {
  limit: number;
  cursor?: string | undefined;
  sort: string;
  q?: string | undefined;
  fields?: string[] | undefined;
  facets?: string[] | undefined;
}

/** A whole number as a query string gives it. */
export const whole = (min: number, max: number) =>
  rule(z.string(), 'TYPE_INVALID', `must be a whole number from ${min} to ${max}`, (v) => {
    return /^[0-9]{1,6}$/.test(v) && Number(v) >= min && Number(v) <= max;
  }).transform(Number);

const searching = {
  q: text(100)
    .optional()
    .meta({ description: 'Words to look for, in any order, each from its beginning (docs/lists.md).' }),
};

/** Names out of some, joined by commas. */
function names(known: readonly string[], description: string) {
  return rule(z.string(), 'VALUE_UNKNOWN', `must be names of ${known.join(', ')}, joined by commas`, (v) =>
    v.split(',').every((name) => known.includes(name)),
  )
    .transform((v) => [...new Set(v.split(','))])
    .optional()
    .meta({ description });
}

const counting = { facets: names([], '') };

/**
 * The query of a list: paging, sorting, searching and choosing fields are the same everywhere; `filters` are the list's
 * own. The first sort of the spec is the default.
 */
export function listQuery<F extends z.ZodRawShape>(
  spec: ListSpec,
  item: z.ZodObject,
  filters: F,
  defaultSort?: string,
) {
  const sorts = Object.keys(spec.sorts).flatMap((name) => [name, `-${name}`]);
  const facets = Object.keys(spec.facets ?? {});
  return z.strictObject({
    limit: whole(1, 500).default(50).meta({ description: 'Items of a page.' }),
    cursor: z.string().max(1000).optional().meta({ description: '`nextCursor` of the page before.' }),
    sort: z
      .enum(sorts)
      .default(defaultSort ?? sorts[0] ?? '')
      .meta({ description: '`-` sorts downwards.' }),
    ...(spec.search.length === 0 && spec.match === undefined ? ({} as typeof searching) : searching),
    fields: names(Object.keys(item.shape), 'Fields of the items to answer with.'),
    ...(facets.length === 0
      ? ({} as typeof counting)
      : { facets: names(facets, `Filters to count the values of: ${facets.join(', ')}.`) }),
    ...filters,
  });
}

const facetSchema = z.array(
  z
    .strictObject({
      value: z.string().nullable().meta({ description: 'As the filter takes it; null: has none (`none`).' }),
      label: z.string().nullable().meta({ description: 'What it is called; null: as it is.' }),
      count: z.int(),
    })
    .meta({ id: 'FacetValue' }),
);

/** The answer to a `query`, with facets when that can ask for them. */
export function pageOf(item: z.ZodObject, query?: z.ZodType) {
  const hasFacets = query instanceof z.ZodObject && 'facets' in query.shape;
  return z.strictObject({
    items: z.array(item),
    total: z.int().meta({ description: 'Items of all pages.' }),
    nextCursor: z.string().nullable().meta({ description: 'null: this is the last page.' }),
    ...(hasFacets
      ? {
          facets: z
            .record(z.string(), facetSchema)
            .optional()
            .meta({ description: 'Those that were asked for: how many items of each value the other filters leave.' }),
        }
      : {}),
  });
}
