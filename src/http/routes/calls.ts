import { callSchema, type LiveCall } from '../../domain/feed/call.ts';
import { notFound } from '../access.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { getRoute, listRoute } from '../route-options.ts';
import { callParams, callsQuery } from '../schemas/calls.ts';
import type { Principal } from '../scopes.ts';
import type { ApiPlugin } from '../types.ts';

/** The calls of all PBXs, as they are now. */
export interface LiveCalls {
  calls(): readonly LiveCall[];
}

const tag = 'live';
const SORT = 'calls';

/** Calls as they are at this moment; the feed tells how they change. */
export function callRoutes(live: LiveCalls): ApiPlugin {
  return (app) => {
    const list = { tag, operationId: 'listCalls', summary: 'Calls that are up, newest first' };
    app.get('/calls', listRoute(list, callsQuery, callSchema, 'calls:read'), async (request) => {
      const { limit, cursor, ...wanted } = request.query;
      const all = live.calls().filter((call) => isVisible(request.principal, call) && isWanted(call, wanted));
      all.sort(newestFirst);
      const [startedAt, id] = cursor === undefined ? [] : decodeCursor(cursor, SORT);
      const rest =
        startedAt === undefined || id === undefined
          ? all
          : all.filter((call) => newestFirst(call, { startedAt: String(startedAt), id: String(id) }) > 0);
      const items = rest.slice(0, limit);
      const last = items.length < rest.length ? items.at(-1) : undefined;
      const nextCursor = last === undefined ? null : encodeCursor(SORT, [last.startedAt, last.id]);
      return { items, total: all.length, nextCursor };
    });

    const get = { tag, operationId: 'getCall', summary: 'One call' };
    const options = getRoute(get, callSchema, { scope: 'calls:read', params: callParams });
    app.get('/calls/:id', options, async (request, reply) => {
      const call = live.calls().find((one) => one.id === request.params.id && isVisible(request.principal, one));
      if (call === undefined) throw notFound('call');
      reply.header('cache-control', 'private, no-store');
      return call;
    });
  };
}

/** A call whose company is not known is for operators of the platform alone. */
function isVisible({ companyId }: Principal, call: LiveCall): boolean {
  return companyId === undefined || call.companyId === companyId;
}

interface Wanted {
  companyId?: string | undefined;
  extensionId?: string | undefined;
  pbxId?: string | undefined;
  state?: LiveCall['state'] | undefined;
}

function isWanted(call: LiveCall, { companyId, extensionId, pbxId, state }: Wanted): boolean {
  if (state === undefined ? call.state === 'ended' : call.state !== state) return false;
  if (companyId !== undefined && call.companyId !== companyId) return false;
  if (pbxId !== undefined && call.pbxId !== pbxId) return false;
  if (extensionId === undefined) return true;
  return call.to.extensionId === extensionId || call.parties.some((party) => party.extensionId === extensionId);
}

function newestFirst(left: Pick<LiveCall, 'startedAt' | 'id'>, right: Pick<LiveCall, 'startedAt' | 'id'>): number {
  if (left.startedAt !== right.startedAt) return left.startedAt < right.startedAt ? 1 : -1;
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0;
}
