import { z } from 'zod';
import { COLLEAGUES } from '../../store/queries/colleagues.ts';
import { readOne } from '../../store/queries/page.ts';
import { mustSee, notFound } from '../access.ts';
import { answerPage, ownCompany } from '../read.ts';
import { getRoute, listRoute } from '../route-options.ts';
import { idSchema } from '../schemas/common.ts';
import { severalOrNone, severalText } from '../schemas/filter-values.ts';
import { listQuery } from '../schemas/list.ts';
import { personFields } from '../schemas/people.ts';
import type { App, HttpDeps } from '../types.ts';

const tag = 'users';
const colleagueView = z
  .strictObject({
    id: idSchema,
    firstName: z.string(),
    lastName: z.string(),
    title: z.string().nullable(),
    email: z.string().nullable(),
    site: z.string().nullable(),
    ...personFields,
  })
  .meta({ id: 'Colleague' });
const query = listQuery(COLLEAGUES, colleagueView, {
  companyId: z.string().max(64).optional(),
  siteId: severalOrNone(64),
  groupId: severalText(64),
});

/** The directory of a company: open to all its people, and with nothing in it that is only for administrators. */
export function colleagueRoutes(app: App, deps: HttpDeps): void {
  const list = { tag, operationId: 'listColleagues', summary: 'The directory: who works here' };
  app.get('/colleagues', listRoute(list, query, colleagueView, 'users:read'), async (request) =>
    answerPage(deps.db.read, COLLEAGUES, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getColleague', summary: 'One entry of the directory' };
  app.get('/colleagues/:id', getRoute(get, colleagueView, { scope: 'users:read' }), async (request) => {
    const { id } = request.params;
    await mustSee(deps.db.read, request.principal, 'user', id);
    const view = await readOne(deps.db.read, COLLEAGUES, id);
    if (view === undefined) throw notFound('user');
    return view;
  });
}
