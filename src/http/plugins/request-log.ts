import type { App } from '../types.ts';

/** One line a request. No bodies, no headers, no query: names and numbers of people are searched for in queries. */
export function addRequestLog(app: App): void {
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      method: request.method,
      path: request.url.split('?')[0]?.slice(0, 200),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      actor: request.principal?.actor,
      ip: request.ip,
    };
    if (request.routeOptions.config.scope === 'public') request.log.debug(line, 'request');
    else request.log.info(line, 'request');
  });
}
