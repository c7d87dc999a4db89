import { Readable } from 'node:stream';
import { z } from 'zod';
import { CALL_DIRECTIONS, CALL_DISPOSITIONS } from '../../domain/feed/call.ts';
import { CALL_RECORD_GAPS, CALL_RECORDS } from '../../store/queries/call-records.ts';
import type { PageRequest } from '../../store/queries/page.ts';
import { callRecordCsv } from '../call-record-csv.ts';
import { searchCallRecords } from '../call-record-search.ts';
import { answerPage, ownCompany, readVisible } from '../read.ts';
import { getRoute, listRoute } from '../route-options.ts';
import { callRecordGapView, callRecordView } from '../schemas/call-records.ts';
import { listQuery } from '../schemas/list.ts';
import { selfOf } from '../self.ts';
import type { App, HttpDeps } from '../types.ts';

const tag = 'call-records';
const scope = 'calls:read';

const word = z.string().max(200).optional();
const time = z.iso
  .datetime({ offset: true })
  .transform((iso) => Date.parse(iso))
  .optional();
const ownFilters = {
  callId: word,
  number: z
    .string()
    .min(1)
    .max(80)
    .optional()
    .meta({ description: 'Begins the number of either side: `+4930` (write `%2B4930`), `1001`.' }),
  direction: z.enum(CALL_DIRECTIONS).optional(),
  disposition: z.enum(CALL_DISPOSITIONS).optional(),
  minSeconds: z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .optional()
    .meta({ description: 'Talked for so long at least.' }),
  since: time.meta({ description: 'Begun then or later.' }),
  until: time.meta({ description: 'Begun before.' }),
};
const filters = {
  companyId: word,
  pbxId: word,
  extensionId: word.meta({ description: 'Either side.' }),
  userId: word.meta({ description: 'Calls of the extensions that the user has now.' }),
  ...ownFilters,
};
export const query = listQuery(CALL_RECORDS, callRecordView, filters, '-startedAt');
const exportQuery = query.omit({ limit: true, cursor: true, sort: true, fields: true });
const ownQuery = listQuery(CALL_RECORDS, callRecordView, ownFilters, '-startedAt');
const gapFilters = { companyId: word, pbxId: word, since: time, until: time };
const gapQuery = listQuery(CALL_RECORD_GAPS, callRecordGapView, gapFilters, '-from');

export function callRecordRoutes(app: App, { db }: HttpDeps): void {
  const list = { tag, operationId: 'listCallRecords', summary: 'Calls that ended, newest first' };
  app.get('/call-records', listRoute(list, query, callRecordView, scope), async (request) =>
    searchCallRecords(db, request.query, {
      ...filtersOf(request.query),
      ...ownCompany(request.principal, request.query),
    }),
  );

  const get = { tag, operationId: 'getCallRecord', summary: 'One record' };
  app.get('/call-records/:id', getRoute(get, callRecordView, { scope }), async (request) =>
    readVisible(db.read, request.principal, CALL_RECORDS, 'call record', request.params.id),
  );

  const schema = {
    tags: [tag],
    operationId: 'exportCallRecords',
    summary: 'Call records as CSV, oldest first',
    querystring: exportQuery,
    response: { 200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } } },
  };
  app.get('/call-records/export', { config: { scope }, schema, exposeHeadRoute: false }, async (request, reply) => {
    const narrowed = { ...filtersOf(request.query), ...ownCompany(request.principal, request.query) };
    reply.header('content-type', 'text/csv; charset=utf-8').header('cache-control', 'no-store');
    reply.header('content-disposition', 'attachment; filename="calls.csv"');
    const lines = callRecordCsv(db, { filters: narrowed, q: request.query.q });
    return reply.send(Readable.from(lines, { objectMode: false }));
  });

  const gaps = { tag, operationId: 'listCallRecordGaps', summary: 'Times in which nobody listened to a PBX' };
  app.get('/call-record-gaps', listRoute(gaps, gapQuery, callRecordGapView, scope), async (request) =>
    answerPage(db.read, CALL_RECORD_GAPS, request.query, ownCompany(request.principal, request.query)),
  );

  const own = { tag: 'me', operationId: 'listMyCalls', summary: 'Calls of my extensions, newest first' };
  app.get('/me/calls', listRoute(own, ownQuery, callRecordView, 'self'), async (request) =>
    searchCallRecords(db, request.query, { ...filtersOf(request.query), userId: selfOf(request).userId }),
  );
}

export function filtersOf(asked: object): PageRequest['filters'] {
  return Object.fromEntries(Object.entries(asked).filter(([name]) => name in filters));
}
