import type { Reader } from '../database.ts';
import { wordsQuery } from './search.ts';

export type View = Record<string, unknown>;

/** A kind of list: what one item looks like and by what it may be sorted, filtered and searched. */
export interface ListSpec {
  /** The item, a JSON expression. */
  item: string;
  /** FROM and its joins. */
  from: string;
  /** Unique column; breaks ties of the sort, so that a page never repeats or skips an item. */
  id: string;
  /** Name to expression; never null. */
  sorts: Record<string, string>;
  /** Name to a condition with one `?`; with `SET` in place of it for any of several values. */
  filters: Record<string, string>;
  /** A condition of `matching`: the index that `q` looks into. */
  match?: string;
  /** Expressions of which `q` may be any part, in lists without an index, or besides it. */
  search: readonly string[];
  /** What its items can be counted by, under the name of the filter that takes what was counted. */
  facets?: Record<string, Facet>;
  /** What SQL cannot say of an item. */
  finish?(item: View): View;
}

export type Scalar = string | number;

export interface Facet {
  /** What is counted; null: nothing of the kind. Of several rows of `join` for one item each counts. */
  value: string;
  /** Joins that `value` needs beyond `from`. */
  join?: string;
  /** The value in words, an expression of `f.value`. */
  label?: string;
}

/** Any of several values, which come as an array. */
export const SET = '(SELECT value FROM json_each(?))';

/** One of the values, or (null among them) nothing. No index helps: for columns that have none. */
export function oneOfOrNone(expression: string): string {
  return `coalesce(${expression}, '') IN (SELECT coalesce(value, '') FROM json_each(?))`;
}

export type FilterValue = Scalar | boolean | readonly (Scalar | null)[] | undefined;

export interface PageRequest {
  sort: string;
  descending: boolean;
  limit: number;
  /** Sort value and id of the last item of the page before. */
  after: [Scalar, Scalar] | undefined;
  filters: Record<string, FilterValue>;
  q: string | undefined;
}

export interface Page {
  items: View[];
  total: number;
  /** What `after` must be for the next page; undefined: this was the last. */
  next: [Scalar, Scalar] | undefined;
}

/** One page by keyset: as fast at the end of a long list as at its start, and stable while others insert. */
export async function readPage(reader: Reader, spec: ListSpec, request: PageRequest): Promise<Page> {
  const { sql, values } = request.q === undefined ? alongIndex(spec, request) : amongFound(spec, request);
  const [row] = await reader.$queryRawUnsafe<{ json: string }[]>(sql, ...values);
  const page = JSON.parse(row?.json ?? '{"total":0,"rows":[]}') as { total: number; rows: [Scalar, Scalar, View][] };
  const rows = page.rows.slice(0, request.limit);
  const last = rows.at(-1);
  return {
    items: rows.map(([, , item]) => spec.finish?.(item) ?? item),
    total: page.total,
    next: page.rows.length > request.limit && last !== undefined ? [last[0], last[1]] : undefined,
  };
}

interface Statement {
  sql: string;
  values: Scalar[];
}

/** Counts, then goes along an index that has the order, as far as the page reaches. */
function alongIndex(spec: ListSpec, request: PageRequest): Statement {
  const { conditions, values } = conditionsOf(spec, request);
  const sort = spec.sorts[request.sort] ?? spec.id;
  const keyset = beyond(request, sort, spec.id);
  const order = orderOf(request, sort, spec.id);
  const count = `SELECT count(*) ${spec.from}${where(conditions)}`;
  const picked = `SELECT ${spec.id} AS k ${spec.from}${where([...conditions, ...keyset.conditions])} ORDER BY ${order} LIMIT ?`;
  return {
    sql: `WITH picked AS MATERIALIZED (${picked}) ${shown(spec, request, count)}`,
    values: [...values, ...keyset.values, request.limit + 1, ...values],
  };
}

/** Looks for the words once: what was found is counted, put in order and cut. */
function amongFound(spec: ListSpec, request: PageRequest): Statement {
  const { conditions, values } = conditionsOf(spec, request);
  const sort = spec.sorts[request.sort] ?? spec.id;
  const keyset = beyond(request, 'f.s', 'f.k');
  const picked = `SELECT f.k FROM fitting f${where(keyset.conditions)} ORDER BY ${orderOf(request, 'f.s', 'f.k')} LIMIT ?`;
  return {
    sql: `WITH fitting AS MATERIALIZED (SELECT ${spec.id} AS k, ${sort} AS s ${spec.from}${where(conditions)}),
     picked AS MATERIALIZED (${picked}) ${shown(spec, request, 'SELECT count(*) FROM fitting')}`,
    values: [...values, ...keyset.values, request.limit + 1],
  };
}

/** Picked first and shown second: SQLite would make the JSON of every row before it sorts and cuts. */
function shown(spec: ListSpec, request: PageRequest, count: string): string {
  const sort = spec.sorts[request.sort] ?? spec.id;
  return `SELECT json_object('total', (${count}), 'rows', (SELECT json_group_array(json(v)) FROM (
    SELECT json_array(${sort}, ${spec.id}, ${spec.item}) AS v ${spec.from}
    WHERE ${spec.id} IN (SELECT k FROM picked) ORDER BY ${orderOf(request, sort, spec.id)}))) AS json`;
}

function orderOf({ descending }: PageRequest, sort: string, id: string): string {
  const direction = descending ? 'DESC' : 'ASC';
  return `${sort} ${direction}, ${id} ${direction}`;
}

function beyond(
  { after, descending }: PageRequest,
  sort: string,
  id: string,
): { conditions: string[]; values: Scalar[] } {
  if (after === undefined) return { conditions: [], values: [] };
  const sign = descending ? '<' : '>';
  const [value, key] = after;
  return { conditions: [`(${sort} ${sign} ? OR (${sort} = ? AND ${id} ${sign} ?))`], values: [value, value, key] };
}

/** What an item must be to be on the list, as conditions and their values. */
export function conditionsOf(
  spec: ListSpec,
  request: Pick<PageRequest, 'filters' | 'q'>,
): { conditions: string[]; values: Scalar[] } {
  const conditions: string[] = [];
  const values: Scalar[] = [];
  for (const [name, value] of Object.entries(request.filters)) {
    const condition = spec.filters[name];
    if (value === undefined || condition === undefined) continue;
    conditions.push(condition);
    values.push(parameterOf(condition, value));
  }
  const { q } = request;
  if (q !== undefined && (spec.match !== undefined || spec.search.length > 0)) {
    const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    const ways = spec.search.map((expression) => `${expression} LIKE ? ESCAPE '\\'`);
    const all = [...(spec.match === undefined ? [] : [spec.match]), ...ways];
    conditions.push(all.length === 1 ? String(all[0]) : `(${all.join(' OR ')})`);
    values.push(...(spec.match === undefined ? [] : [wordsQuery(q)]), ...ways.map(() => pattern));
  }
  return { conditions: steered(spec, conditions), values };
}

/**
 * What names the ids leads, and the rest is held against them: SQLite, which has no statistics here, takes a company for
 * ten people. (A unary plus keeps a term from using an index; SQLite query planner, 2.)
 */
function steered(spec: ListSpec, conditions: string[]): string[] {
  const leads = (condition: string) => condition.startsWith(`${spec.id} IN (`);
  return conditions.some(leads) ? conditions.map((one) => (leads(one) ? one : `+${one}`)) : conditions;
}

/** Several values are one JSON array; one may be given as itself. */
function parameterOf(condition: string, value: Exclude<FilterValue, undefined>): Scalar {
  if (condition.includes('json_each(?)')) return JSON.stringify([value].flat());
  return typeof value === 'boolean' ? Number(value) : (value as Scalar);
}

export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** One item by its id, or undefined. */
export async function readOne(reader: Reader, spec: ListSpec, id: Scalar): Promise<View | undefined> {
  const [row] = await reader.$queryRawUnsafe<{ json: string }[]>(
    `SELECT ${spec.item} AS json ${spec.from} WHERE ${spec.id} = ?`,
    id,
  );
  if (row === undefined) return undefined;
  const item = JSON.parse(row.json) as View;
  return spec.finish?.(item) ?? item;
}
