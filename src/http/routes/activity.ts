import { Readable } from 'node:stream';
import { z } from 'zod';
import { type Verification, verifyChain } from '../../store/activity/verify.ts';
import { handleOf } from '../../store/handles.ts';
import { ACTIVITY, ACTIVITY_SUMMARY, indexed } from '../../store/queries/activity.ts';
import type { PageRequest } from '../../store/queries/page.ts';
import { mustBeGlobal } from '../access.ts';
import { activityCsv } from '../activity-csv.ts';
import { searchActivity } from '../activity-search.ts';
import { answerPage, ownCompany } from '../read.ts';
import { getRoute, listRoute } from '../route-options.ts';
import { activitySummaryView, activityView, verificationView } from '../schemas/activity.ts';
import { listQuery } from '../schemas/list.ts';
import type { Principal } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';

const tag = 'activity';
const scope = 'activity:read';

const word = z.string().max(200).optional();
const time = z.iso
  .datetime({ offset: true })
  .transform((iso) => Date.parse(iso))
  .optional();
const filters = {
  companyId: word,
  objectType: word,
  objectId: word,
  action: word.meta({ description: 'One action, or all that begin so: `user.*`.' }),
  actor: word,
  user: word.meta({ description: 'Id of a user: what they did, and what was done to the account.' }),
  address: word,
  requestId: word,
  since: time,
  until: time,
};
const query = listQuery(ACTIVITY, activityView, filters, '-at');
const exportQuery = query.omit({ limit: true, cursor: true, sort: true, fields: true });
const summaryQuery = listQuery(ACTIVITY_SUMMARY, activitySummaryView, { companyId: word, userId: word });

type Filters = z.output<typeof exportQuery>;

export function activityRoutes(app: App, { db }: HttpDeps): void {
  const list = { tag, operationId: 'listActivity', summary: 'Who changed what, newest first' };
  app.get('/activity', listRoute(list, query, activityView, scope), async (request) =>
    searchActivity(db, request.query, narrowed(request.principal, request.query)),
  );

  const last = { tag, operationId: 'summarizeActivity', summary: 'Last login and last changes of each user' };
  app.get('/activity/summary', listRoute(last, summaryQuery, activitySummaryView, scope), async (request) =>
    answerPage(db.read, ACTIVITY_SUMMARY, request.query, ownCompany(request.principal, request.query)),
  );

  const whole = { tag, operationId: 'verifyActivity', summary: 'Check the hash chain of the whole log' };
  // Whoever asks while the log is walked gets the same answer.
  let walking: Promise<Verification> | undefined;
  const verify = getRoute(whole, verificationView, { scope, params: z.strictObject({}) });
  app.get('/activity/verify', verify, async (request) => {
    mustBeGlobal(request.principal);
    walking ??= verifyChain(handleOf(db.read), db.seal).finally(() => {
      walking = undefined;
    });
    return walking;
  });

  const schema = {
    tags: [tag],
    operationId: 'exportActivity',
    summary: 'The log as CSV, oldest first',
    querystring: exportQuery,
    response: { 200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } } },
  };
  app.get('/activity/export', { config: { scope }, schema, exposeHeadRoute: false }, async (request, reply) => {
    const wanted = { filters: narrowed(request.principal, request.query), q: request.query.q };
    reply.header('content-type', 'text/csv; charset=utf-8').header('cache-control', 'no-store');
    reply.header('content-disposition', 'attachment; filename="activity.csv"');
    return reply.send(Readable.from(activityCsv(db, wanted), { objectMode: false }));
  });
}

/** What was asked for, of what the caller may see. */
function narrowed(principal: Principal, asked: Filters): PageRequest['filters'] {
  const known = Object.entries(asked).filter(([name]) => name in ACTIVITY.filters);
  return indexed({ ...Object.fromEntries(known), ...ownCompany(principal, asked) });
}
