import { z } from 'zod';
import {
  BROADCAST_CHANNELS,
  BROADCAST_STATES,
  broadcastInputSchema,
  broadcastPatchSchema,
  DELIVERY_STATES,
} from '../../domain/broadcast.ts';
import { cancelBroadcast, createBroadcast, updateBroadcast } from '../../people/broadcasts.ts';
import type { Reader } from '../../store/database.ts';
import { BROADCAST_COUNTED, BROADCASTS, DELIVERIES, MY_MESSAGES } from '../../store/queries/messages.ts';
import { targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, createRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { companyIdField, idParams, noBody } from '../schemas/common.ts';
import { listQuery } from '../schemas/list.ts';
import { broadcastCountedView, broadcastView, deliveryView, myMessageView } from '../schemas/messages.ts';
import type { Principal } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'broadcasts';
const scope = 'messages:write';
const word = z.string().max(64).optional();
const query = listQuery(
  BROADCASTS,
  broadcastView,
  { companyId: word, state: z.enum(BROADCAST_STATES).optional(), category: word },
  '-createdAt',
);
const deliveryQuery = listQuery(DELIVERIES, deliveryView, {
  channel: z.enum(BROADCAST_CHANNELS).optional(),
  state: z.enum(DELIVERY_STATES).optional(),
  userId: word,
});
const myQuery = listQuery(MY_MESSAGES, myMessageView, { category: word }, '-at');

export function broadcastRoutes(app: App, { db }: HttpDeps, write: Write): void {
  const one = (reader: Reader, principal: Principal, id: string) =>
    readVisible(reader, principal, BROADCAST_COUNTED, 'broadcast', id);

  const list = { tag, operationId: 'listBroadcasts', summary: 'Messages to many, sent and to be sent' };
  app.get('/broadcasts', listRoute(list, query, broadcastView), async (request) =>
    answerPage(db.read, BROADCASTS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getBroadcast', summary: 'One broadcast, with its deliveries counted' };
  app.get('/broadcasts/:id', getRoute(get, broadcastCountedView), async (request, reply) =>
    answerOne(request, reply, await one(db.read, request.principal, request.params.id)),
  );

  const deliveries = { tag, operationId: 'listDeliveries', summary: 'Who got a broadcast, by which channel' };
  const deliveryRoute = listRoute(deliveries, deliveryQuery, deliveryView);
  const schema = { ...deliveryRoute.schema, params: idParams };
  app.get('/broadcasts/:id/deliveries', { ...deliveryRoute, schema }, async (request) => {
    const { id } = request.params;
    await readVisible(db.read, request.principal, BROADCASTS, 'broadcast', id);
    return answerPage(db.read, DELIVERIES, request.query, { broadcastId: id });
  });

  const create = {
    tag,
    operationId: 'createBroadcast',
    summary: 'Send a message to many people, now or later',
    description:
      'To everyone, or to the people and the members of the groups that are named: those of them that are active when it is ' +
      'sent. A text that is too long for one SIP MESSAGE reaches phones in numbered parts.',
  };
  const creation = createRoute(scope, create, broadcastInputSchema.extend(companyIdField), broadcastCountedView);
  app.post('/broadcasts', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, ...input } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createBroadcast(tx, contextOf(request), company, input);
      const body = await one(tx, request.principal, id);
      return { status: 201, location: `/api/v1/broadcasts/${id}`, body };
    }),
  );

  const patch = { tag, operationId: 'updateBroadcast', summary: 'Change a broadcast that is not on its way yet' };
  const patching = patchRoute(scope, patch, broadcastPatchSchema, broadcastCountedView);
  app.patch('/broadcasts/:id', patching, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await one(tx, request.principal, id);
      await updateBroadcast(tx, contextOf(request), id, request.body);
      return { status: 200, body: await one(tx, request.principal, id) };
    }),
  );

  const cancel = { tag, operationId: 'cancelBroadcast', summary: 'Cancel a broadcast that is not on its way yet' };
  const canceling = actionRoute(scope, cancel, noBody, broadcastCountedView);
  app.post('/broadcasts/:id/cancel', canceling, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await one(tx, request.principal, id);
      await cancelBroadcast(tx, contextOf(request), id);
      return { status: 200, body: await one(tx, request.principal, id) };
    }),
  );

  const mine = {
    tag,
    operationId: 'listMyMessages',
    summary: 'Broadcasts that were sent to you',
    description: 'Empty for a token that belongs to nobody.',
  };
  app.get('/me/messages', listRoute(mine, myQuery, myMessageView, 'users:read'), async (request) =>
    answerPage(db.read, MY_MESSAGES, request.query, { userId: request.principal.userId ?? '' }),
  );
}
