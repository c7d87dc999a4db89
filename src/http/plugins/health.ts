import type { App, HttpDeps } from '../types.ts';

/**
 * `/healthz`: the process answers. `/readyz`: it may be given requests. A PBX that is away does not make us unready,
 * because changes are taken and kept for it; how far each one is behind is told, by id.
 */
export function addHealth(app: App, deps: HttpDeps): void {
  const options = { config: { scope: 'public' as const }, schema: { hide: true } };
  app.get('/healthz', options, async () => ({ status: 'ok' }));
  app.get('/readyz', options, async (_request, reply) => {
    const isReady = deps.isReady();
    const pbxes = isReady ? await deps.sync.status() : [];
    reply.code(isReady ? 200 : 503);
    return {
      status: isReady ? 'ready' : 'not-ready',
      pbxes: pbxes.map(({ pbxId, state, pending, failed, oldestPendingAt }) => ({
        id: pbxId,
        state,
        behind: pending + failed,
        since: oldestPendingAt === null ? null : new Date(oldestPendingAt).toISOString(),
      })),
    };
  });
}
