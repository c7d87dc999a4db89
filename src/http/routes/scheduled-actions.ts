import { z } from 'zod';
import { SCHEDULED_ACTIONS as ACTION_NAMES } from '../../domain/lifecycle.ts';
import { cancelAction, scheduleAction, scheduleSchema } from '../../people/lifecycle/schedule.ts';
import { SCHEDULED_ACTIONS } from '../../store/queries/lifecycle.ts';
import { mustManage } from '../access.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, deleteRoute, getRoute, listRoute } from '../route-options.ts';
import { scheduledActionView } from '../schemas/lifecycle.ts';
import { listQuery } from '../schemas/list.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';
import { lifecycleContext } from './user-lifecycle.ts';

const tag = 'users';
const what = 'scheduled action';
const query = listQuery(SCHEDULED_ACTIONS, scheduledActionView, {
  companyId: z.string().max(64).optional(),
  userId: z.string().max(64).optional(),
  action: z.enum(ACTION_NAMES).optional(),
});

/** The last working day: what is done to a user when its time has come. */
export function scheduledActionRoutes(app: App, deps: HttpDeps, write: Write): void {
  const schedule = { tag, operationId: 'scheduleUserAction', summary: 'Disable, enable or delete a user at a time' };
  const scheduling = actionRoute('users:write', schedule, scheduleSchema, scheduledActionView, { status: 201 });
  app.post('/users/:id/schedule', scheduling, async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustManage(tx, request.principal, request.params.id);
      const id = await scheduleAction(tx, lifecycleContext(request), request.params.id, request.body);
      const body = await readVisible(tx, request.principal, SCHEDULED_ACTIONS, what, id);
      return { status: 201, location: `/api/v1/scheduled-actions/${id}`, body };
    }),
  );

  const list = { tag, operationId: 'listScheduledActions', summary: 'What is going to be done to users, and when' };
  app.get('/scheduled-actions', listRoute(list, query, scheduledActionView, 'users:write'), async (request) =>
    answerPage(deps.db.read, SCHEDULED_ACTIONS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getScheduledAction', summary: 'One scheduled action' };
  const getting = getRoute(get, scheduledActionView, { scope: 'users:write' });
  app.get('/scheduled-actions/:id', getting, async (request, reply) => {
    const { principal, params } = request;
    return answerOne(request, reply, await readVisible(deps.db.read, principal, SCHEDULED_ACTIONS, what, params.id));
  });

  const cancel = { tag, operationId: 'cancelScheduledAction', summary: 'Take an action off the schedule' };
  app.delete('/scheduled-actions/:id', deleteRoute('users:write', cancel), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await readVisible(tx, request.principal, SCHEDULED_ACTIONS, what, id);
      await cancelAction(tx, request.principal.actor, id);
      return { status: 204 };
    }),
  );
}
