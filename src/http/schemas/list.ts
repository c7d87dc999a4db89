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
}

/** A whole number as a query string gives it. */
export const whole = (min: number, max: number) =>
  rule(z.string(), 'TYPE_INVALID', `must be a whole number from ${min} to ${max}`, (v) => {
    return /^[0-9]{1,6}$/.test(v) && Number(v) >= min && Number(v) <= max;
  }).transform(Number);

const searching = { q: text(100).optional().meta({ description: 'Text to look for.' }) };

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
  const names = Object.keys(spec.sorts);
  const sorts = names.flatMap((name) => [name, `-${name}`]);
  const known = Object.keys(item.shape);
  return z.strictObject({
    limit: whole(1, 500).default(50).meta({ description: 'Items of a page.' }),
    cursor: z.string().max(1000).optional().meta({ description: '`nextCursor` of the page before.' }),
    sort: z
      .enum(sorts)
      .default(defaultSort ?? sorts[0] ?? '')
      .meta({ description: '`-` sorts downwards.' }),
    ...(spec.search.length === 0 ? ({} as typeof searching) : searching),
    fields: rule(z.string(), 'VALUE_UNKNOWN', `must be names of ${known.join(', ')}, joined by commas`, (v) =>
      v.split(',').every((name) => known.includes(name)),
    )
      .transform((v) => v.split(','))
      .optional()
      .meta({ description: 'Fields of the items to answer with.' }),
    ...filters,
  });
}

export function pageOf(item: z.ZodObject) {
  return z.strictObject({
    items: z.array(item),
    total: z.int().meta({ description: 'Items of all pages.' }),
    nextCursor: z.string().nullable().meta({ description: 'null: this is the last page.' }),
  });
}
