import type { Reader } from '../store/database.ts';
import { type FacetValue, readFacets } from '../store/queries/facets.ts';
import { type ListSpec, type PageRequest, readOne, readPage, type Scalar, type View } from '../store/queries/page.ts';
import { notFound } from './access.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { etagOf, matchesNone } from './etag.ts';
import type { ListQuery } from './schemas/list.ts';
import type { Principal } from './scopes.ts';
import type { AnyReply, AnyRequest } from './types.ts';

export interface PageAnswer {
  items: View[];
  total: number;
  nextCursor: string | null;
  facets?: Record<string, FacetValue[]>;
}

/** Answers a list. `narrowed` are filters that stand above those of the query. */
export async function answerPage(
  reader: Reader,
  spec: ListSpec,
  query: ListQuery,
  narrowed: PageRequest['filters'] = {},
): Promise<PageAnswer> {
  const given = Object.entries(query).filter(([name]) => name in spec.filters);
  const filters = Object.fromEntries(given) as PageRequest['filters'];
  const descending = query.sort.startsWith('-');
  const page = await readPage(reader, spec, {
    sort: descending ? query.sort.slice(1) : query.sort,
    descending,
    limit: query.limit,
    after: query.cursor === undefined ? undefined : decodeCursor(query.cursor, query.sort),
    filters: { ...filters, ...narrowed },
    q: query.q,
  });
  return {
    items: query.fields === undefined ? page.items : page.items.map((item) => pick(item, query.fields ?? [])),
    total: page.total,
    nextCursor: page.next === undefined ? null : encodeCursor(query.sort, page.next),
    ...(query.facets === undefined
      ? {}
      : { facets: await readFacets(reader, spec, query.facets, { filters, q: query.q }, narrowed) }),
  };
}

/** The filter by company, narrowed to what the caller may see: a foreign company is an empty list. */
export function ownCompany(principal: Principal, query: { companyId?: string | undefined }): PageRequest['filters'] {
  if (principal.companyId === undefined) return {};
  const isForeign = query.companyId !== undefined && query.companyId !== principal.companyId;
  return { companyId: isForeign ? '' : principal.companyId };
}

function pick(item: View, fields: readonly string[]): View {
  return Object.fromEntries(fields.map((name) => [name, item[name]]));
}

/** The whole of one object, or NOT_FOUND, also when it belongs to a company that the caller must not see. */
export async function readVisible(
  reader: Reader,
  principal: Principal,
  spec: ListSpec,
  what: string,
  id: Scalar,
): Promise<View> {
  const view = await readOne(reader, spec, id);
  const companyId = what === 'company' ? view?.id : view?.companyId;
  const isForeign = principal.companyId !== undefined && companyId !== principal.companyId;
  if (view === undefined || isForeign) throw notFound(what);
  return view;
}

/** Answers one object with its ETag, or 304. */
export function answerOne(request: AnyRequest, reply: AnyReply, view: View): View | undefined {
  const etag = etagOf(view);
  if (etag === undefined) return view;
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (!matchesNone(request.headers['if-none-match'], etag)) return view;
  reply.code(304);
  return undefined;
}
