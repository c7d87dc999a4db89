import { z } from 'zod';
import { ACTIVITY } from '../../store/queries/operations.ts';
import { answerPage, ownCompany } from '../read.ts';
import { listRoute } from '../route-options.ts';
import { listQuery } from '../schemas/list.ts';
import { activityView } from '../schemas/operations.ts';
import type { App, HttpDeps } from '../types.ts';

const word = z.string().max(200).optional();
const time = z.iso
  .datetime({ offset: true })
  .transform((iso) => Date.parse(iso))
  .optional();
const query = listQuery(
  ACTIVITY,
  activityView,
  { companyId: word, objectType: word, objectId: word, action: word, actor: word, since: time, until: time },
  '-at',
);

export function activityRoutes(app: App, deps: HttpDeps): void {
  const words = { tag: 'activity', operationId: 'listActivity', summary: 'Who changed what, newest first' };
  app.get('/activity', listRoute(words, query, activityView), async (request) =>
    answerPage(deps.db.read, ACTIVITY, request.query, ownCompany(request.principal, request.query)),
  );
}
