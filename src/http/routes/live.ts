import { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import { noQuery } from '../schemas/common.ts';
import type { App, HttpDeps } from '../types.ts';

const tag = 'live';

/** The feed: whoever is logged in may connect; what he may subscribe to is decided for each topic (docs/feed.md). */
export function liveRoutes(app: App, { feed }: HttpDeps): void {
  const schema = {
    tags: [tag],
    operationId: 'openFeed',
    summary: 'The feed: what happens now, over a websocket',
    description: 'The protocol is described by /asyncapi.json and docs/feed.md.',
    querystring: noQuery,
    response: { 101: z.null().meta({ description: 'A websocket.' }) },
  };
  app.route({
    method: 'GET',
    url: '/live',
    config: { scope: 'login' as const },
    schema,
    preHandler: async (request) => {
      if (request.ws) feed.admit(request.principal);
    },
    handler: (_request, reply) => {
      reply.header('upgrade', 'websocket').header('connection', 'upgrade');
      throw new LinekeeperError('UPGRADE_REQUIRED', 'this address speaks websocket (RFC 6455) only');
    },
    wsHandler: (socket, request) => feed.connect(socket, request.principal),
  });
}
