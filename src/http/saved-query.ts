import { z } from 'zod';
import { fieldErrors } from '../domain/rule.ts';
import { type FieldError, LinekeeperError } from '../errors.ts';
import type { SavedQuery } from '../people/saved-filters.ts';
import { LISTS, type ListName } from './lists.ts';

/** What is kept for a list must be what the list takes. @throws VALIDATION_FAILED with the field */
export function mustFitList(
  name: ListName,
  given: { query?: SavedQuery | undefined; columns?: readonly string[] | null | undefined; sort?: string | undefined },
): void {
  const { filters, item, spec } = LISTS[name];
  const { query, columns } = given;
  const errors: FieldError[] = [];
  const judged = query && z.strictObject(filters).safeParse(query.filters);
  if (judged?.success === false) {
    errors.push(...fieldErrors(judged.error).map((one) => ({ ...one, path: joined('query.filters', one.path) })));
  }
  const isSort = (sort: string) => Object.hasOwn(spec.sorts, sort.replace(/^-/, ''));
  for (const [path, sort] of [
    ['query.sort', query?.sort],
    ['sort', given.sort],
  ] as const) {
    if (typeof sort === 'string' && !isSort(sort)) errors.push(unknown(path, Object.keys(spec.sorts)));
  }
  const known = Object.keys(item.shape);
  if (columns?.some((column) => !known.includes(column))) errors.push(unknown('columns', known));
  if (columns && new Set(columns).size < columns.length) {
    errors.push({ path: 'columns', code: 'VALUE_REPEATED', message: 'must name each field once' });
  }
  if (errors.length === 0) return;
  const detail = errors.length === 1 ? 'one field is wrong' : `${errors.length} fields are wrong`;
  throw new LinekeeperError('VALIDATION_FAILED', detail, { fields: errors });
}

function joined(start: string, path: string): string {
  return path === '' ? start : `${start}.${path}`;
}

function unknown(path: string, known: readonly string[]): FieldError {
  return { path, code: 'VALUE_UNKNOWN', message: `must be of ${known.join(', ')}` };
}
