import { z } from 'zod';
import type { ListSpec } from '../store/queries/page.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { listQuery } from './schemas/list.ts';
import type { Principal } from './scopes.ts';

/** Lists of what is held in memory page and choose fields like all others; they are sorted by their id. */
const SPEC: ListSpec = { item: '', from: '', id: 'id', sorts: { id: 'id' }, filters: {}, search: [] };

export function liveQuery<F extends z.ZodRawShape>(item: z.ZodObject, filters: F) {
  const own = { companyId: z.string().max(64).optional(), extensionId: z.string().max(64).optional() };
  return listQuery(SPEC, item, { ...own, ...filters });
}

interface LiveQuery {
  limit: number;
  cursor?: string | undefined;
  sort: string;
  fields?: string[] | undefined;
  companyId?: string | undefined;
  extensionId?: string | undefined;
}

interface Item {
  id: string;
  companyId: string | null;
  extensionId: string | null;
}

/** One page of those that the caller may see and asked for. */
export function livePage<T extends Item>(
  principal: Principal,
  query: LiveQuery,
  items: readonly T[],
  isWanted: (item: T) => boolean = () => true,
) {
  const isOwn = ({ companyId }: T) => principal.companyId === undefined || principal.companyId === companyId;
  const isDescending = query.sort.startsWith('-');
  const wanted = items
    .filter(
      (item) =>
        isOwn(item) &&
        (query.companyId ?? item.companyId) === item.companyId &&
        (query.extensionId ?? item.extensionId) === item.extensionId &&
        isWanted(item),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1) * (isDescending ? -1 : 1));
  const after = query.cursor === undefined ? undefined : String(decodeCursor(query.cursor, query.sort)[1]);
  const isBeyond = ({ id }: T) => after === undefined || (isDescending ? id < after : id > after);
  const rest = wanted.filter(isBeyond);
  const page = rest.slice(0, query.limit);
  const last = page.at(-1);
  const { fields } = query;
  return {
    items: fields === undefined ? page : page.map((item) => pick(item, fields)),
    total: wanted.length,
    nextCursor: last === undefined || rest.length === page.length ? null : encodeCursor(query.sort, [last.id, last.id]),
  };
}

function pick(item: object, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name)));
}
