import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PbxState } from '../../reconciler/types.ts';
import type { App, HttpDeps } from '../types.ts';

const STATES: readonly PbxState[] = ['disabled', 'offline', 'auditing', 'syncing', 'in-sync', 'blocked'];

/** `/metrics` for Prometheus. PBXes appear by id: no name of anybody leaves through here. */
export function addMetrics(
  app: App,
  deps: HttpDeps,
  isPublic: boolean,
  others: readonly ((register: Registry) => void)[] = [],
): void {
  const register = new Registry();
  for (const add of others) add(register);
  collectDefaultMetrics({ register });
  const durations = new Histogram({
    name: 'linekeeper_http_request_seconds',
    help: 'Time to answer a request, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 2, 10, 60],
    registers: [register],
  });
  const gauge = (name: string, help: string, labels: string[] = []) =>
    new Gauge({ name: `linekeeper_pbx_${name}`, help, labelNames: ['pbx', ...labels], registers: [register] });
  const state = gauge('state', '1 for the state the PBX is in.', ['state']);
  const pending = gauge('pending', 'Changes that wait for the PBX.');
  const failed = gauge('failed', 'Changes that the PBX refused.');
  const drift = gauge('drift', 'Objects that differ from what was applied and are only reported.');
  const oldest = gauge('oldest_pending_seconds', 'Age of the oldest change that waits.');

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  const config = { scope: isPublic ? ('public' as const) : ('read' as const) };
  app.get('/metrics', { config, schema: { hide: true } }, async (_request, reply) => {
    for (const one of [state, pending, failed, drift, oldest]) one.reset();
    for (const pbx of await deps.sync.status()) {
      for (const name of STATES) state.set({ pbx: pbx.pbxId, state: name }, Number(name === pbx.state));
      pending.set({ pbx: pbx.pbxId }, pbx.pending);
      failed.set({ pbx: pbx.pbxId }, pbx.failed);
      drift.set({ pbx: pbx.pbxId }, pbx.drift);
      oldest.set({ pbx: pbx.pbxId }, pbx.oldestPendingAt === null ? 0 : (Date.now() - pbx.oldestPendingAt) / 1000);
    }
    reply.type(register.contentType);
    return register.metrics();
  });
}
