import type { FastifyRequest } from 'fastify';
import { type Origin, withOrigin } from '../../store/origin.ts';
import type { App } from '../types.ts';
import { isLocal } from './auth.ts';

/** Longer than any IP address with a zone. */
const MAX_LENGTH = 64;

/**
 * Tells the activity log where a change came from. Entered twice: once for all hooks, and again behind the body, whose
 * last piece arrives in the context of the connection.
 */
export function addOrigin(app: App): void {
  const origins = new WeakMap<FastifyRequest, Origin>();
  const enter = (request: FastifyRequest, _reply: unknown, done: () => void) => {
    let origin = origins.get(request);
    if (origin === undefined) {
      const address = isLocal(request.raw.socket) ? 'local' : request.ip.slice(0, MAX_LENGTH);
      origin = { address, requestId: request.id };
      origins.set(request, origin);
    }
    withOrigin(origin, done);
  };
  app.addHook('onRequest', enter);
  app.addHook('preValidation', enter);
  app.addHook('onResponse', async (request) => {
    const origin = origins.get(request);
    if (origin !== undefined) origin.isOver = true;
  });
}
