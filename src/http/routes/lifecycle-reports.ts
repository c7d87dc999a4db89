import { z } from 'zod';
import { LIFECYCLE_REPORTS } from '../../store/queries/lifecycle.ts';
import { USERS } from '../../store/queries/people.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { getRoute, listRoute } from '../route-options.ts';
import { idParams } from '../schemas/common.ts';
import { reportView } from '../schemas/lifecycle.ts';
import { listQuery } from '../schemas/list.ts';
import type { App, HttpDeps } from '../types.ts';

const tag = 'users';
const query = listQuery(
  LIFECYCLE_REPORTS,
  reportView,
  { state: z.enum(['working', 'done', 'failed']).optional() },
  '-createdAt',
);

/** What was done to a user, and how it was proved; also of users who are deleted. */
export function lifecycleReportRoutes(app: App, deps: HttpDeps): void {
  const list = { tag, operationId: 'listLifecycleReports', summary: 'What was done to a user, newest first' };
  const listing = listRoute(list, query, reportView, 'users:write');
  app.get(
    '/users/:id/lifecycle-reports',
    { ...listing, schema: { ...listing.schema, params: idParams } },
    async (request) => {
      const { id } = request.params;
      const narrowed = { ...ownCompany(request.principal, {}), userId: id };
      const page = await answerPage(deps.db.read, LIFECYCLE_REPORTS, request.query, narrowed);
      // One who was deleted has reports; of one who has none we must know that he is there.
      if (page.total === 0) await readVisible(deps.db.read, request.principal, USERS, 'user', id);
      return page;
    },
  );

  const get = { tag, operationId: 'getLifecycleReport', summary: 'One report, with the proof of each step' };
  const getting = getRoute(get, reportView, { scope: 'users:write' });
  app.get('/lifecycle-reports/:id', getting, async (request, reply) => {
    const { principal, params } = request;
    const view = await readVisible(deps.db.read, principal, LIFECYCLE_REPORTS, 'report', params.id);
    return answerOne(request, reply, view);
  });
}
