import type { Reader } from '../../store/database.ts';
import { callsSince, readSummary, type StoredSummary } from '../../store/queries/summary.ts';
import { notFound, sees } from '../access.ts';
import { getRoute } from '../route-options.ts';
import { summaryView } from '../schemas/live.ts';
import type { Principal } from '../scopes.ts';
import type { ApiPlugin } from '../types.ts';

/** Made by the composition root. */
export interface LiveExtensions {
  /** Extensions of a company that have a phone now; undefined: its PBX is not heard. */
  registered(companyId: string): Promise<ReadonlySet<string> | undefined>;
}

/** When somebody, or somebody of a company, was last seen. */
export function summaryRoutes(live: LiveExtensions): ApiPlugin {
  return (app, { db }) => {
    const user = {
      tag: 'users',
      operationId: 'getUserSummary',
      summary: 'Last login, call, registration and change of a user',
    };
    app.get('/users/:id/summary', getRoute(user, summaryView), async (request) =>
      summary(db.read, request.principal, 'user', request.params.id),
    );

    const company = {
      tag: 'companies',
      operationId: 'getCompanySummary',
      summary: 'Last login, call, registration and change',
    };
    app.get('/companies/:id/summary', getRoute(company, summaryView, { scope: 'calls:read' }), async (request) =>
      summary(db.read, request.principal, 'company', request.params.id),
    );
  };

  async function summary(reader: Reader, principal: Principal, of: 'user' | 'company', id: string) {
    const found = await readSummary(reader, of, id);
    if (found === undefined || !sees(principal, found.companyId)) throw notFound(of);
    const { extensionIds, timezone, ...stored } = found;
    const registered = await live.registered(found.companyId);
    const counts = {
      extensions: extensionIds.length,
      registeredNow: registered === undefined ? null : extensionIds.filter((one) => registered.has(one)).length,
      callsToday: await callsSince(reader, scopeOf(of, found), startOfDay(timezone, Date.now())),
    };
    return { ...stored, counts };
  }
}

function scopeOf(of: 'user' | 'company', { companyId, extensionIds }: StoredSummary) {
  return of === 'company' ? { companyId } : { extensionIds };
}

/** Milliseconds since 1970 of the last midnight there (an hour off on the day of a change of the clocks). */
export function startOfDay(timezone: string, now: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(now);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return now - ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000 - (now % 1000);
}
