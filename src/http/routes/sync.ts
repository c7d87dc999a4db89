import { z } from 'zod';
import type { PbxStatus } from '../../reconciler/types.ts';
import { DRIFT } from '../../store/queries/operations.ts';
import type { View } from '../../store/queries/page.ts';
import { mustBeGlobal, notFound } from '../access.ts';
import { answerPage } from '../read.ts';
import { getRoute, listRoute, runRoute } from '../route-options.ts';
import { noBody, planSchema } from '../schemas/common.ts';
import { listQuery } from '../schemas/list.ts';
import { driftView, pbxStatusView } from '../schemas/operations.ts';
import type { App, HttpDeps } from '../types.ts';
import { planView } from '../write.ts';

const tag = 'sync';
const params = z.strictObject({ pbxId: z.string().max(64) });
const driftQuery = listQuery(DRIFT, driftView, { kind: z.enum(['missing', 'changed', 'unexpected']).optional() });

export function syncRoutes(app: App, deps: HttpDeps): void {
  const { sync } = deps;
  const statusOf = async (pbxId: string): Promise<PbxStatus> => {
    const status = (await sync.status()).find((one) => one.pbxId === pbxId);
    if (status === undefined) throw notFound('PBX');
    return status;
  };

  const all = { tag, operationId: 'listSync', summary: 'How far each PBX has followed' };
  const noParams = z.strictObject({});
  const statuses = getRoute(all, z.strictObject({ items: z.array(pbxStatusView) }), { params: noParams });
  app.get('/sync', statuses, async (request) => {
    mustBeGlobal(request.principal);
    return { items: (await sync.status()).map(statusView) };
  });

  const one = { tag, operationId: 'getSync', summary: 'How far a PBX has followed' };
  app.get('/sync/:pbxId', getRoute(one, pbxStatusView, { params }), async (request) => {
    mustBeGlobal(request.principal);
    return statusView(await statusOf(request.params.pbxId));
  });

  const plan = { tag, operationId: 'getPlan', summary: 'Read the PBX and show what would be done now' };
  app.get('/sync/:pbxId/plan', getRoute(plan, planSchema, { params }), async (request) => {
    mustBeGlobal(request.principal);
    await statusOf(request.params.pbxId);
    return planView(await sync.plan(request.params.pbxId));
  });

  const drift = { tag, operationId: 'listDrift', summary: 'What the last audit found changed by others' };
  const drifts = listRoute(drift, driftQuery, driftView);
  app.get('/sync/:pbxId/drift', { ...drifts, schema: { ...drifts.schema, params } }, async (request) => {
    mustBeGlobal(request.principal);
    await statusOf(request.params.pbxId);
    return answerPage(deps.db.read, DRIFT, request.query, { pbxId: request.params.pbxId });
  });

  const run = { tag, operationId: 'runSync', summary: 'Audit the PBX now and do what it finds to do' };
  app.post('/sync/:pbxId/run', runRoute('sync:write', run, noBody, pbxStatusView, params), async (request) => {
    mustBeGlobal(request.principal);
    await statusOf(request.params.pbxId);
    return statusView(await sync.run(request.params.pbxId));
  });

  const approve = {
    tag,
    operationId: 'approvePlan',
    summary: 'Allow a plan that deletes more than the cap',
    description: 'It must be the plan as it stands now: `planId` is its id in `GET /sync/{pbxId}/plan`.',
  };
  const approveSchema = z.strictObject({ planId: z.string().max(64) });
  const approval = runRoute('sync:write', approve, approveSchema, pbxStatusView, params);
  app.post('/sync/:pbxId/approve', approval, async (request) => {
    mustBeGlobal(request.principal);
    const { pbxId } = request.params;
    await statusOf(pbxId);
    await sync.approve(pbxId, request.body.planId, request.principal.actor);
    return statusView(await statusOf(pbxId));
  });
}

function statusView(status: PbxStatus): View {
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...status,
    reason: status.reason ?? null,
    oldestPendingAt: iso(status.oldestPendingAt),
    lastAuditAt: iso(status.lastAuditAt),
    blockedPlan: status.blockedPlan ?? null,
    asteriskVersion: status.asteriskVersion ?? null,
  };
}
