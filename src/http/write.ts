import { maskValue } from '../plan/mask.ts';
import type { Plan } from '../plan/plan.ts';
import type { SyncOutcome } from '../reconciler/types.ts';
import type { Tx } from '../store/database.ts';
import type { StoredAnswer } from '../store/idempotency.ts';
import type { View } from '../store/queries/page.ts';
import { etagOf } from './etag.ts';
import type { Idempotency } from './idempotency.ts';
import { waitSeconds } from './prefer.ts';
import type { AnyReply, AnyRequest, HttpDeps } from './types.ts';

/** What a write answers; read inside its transaction, so that it shows exactly what was committed. */
export interface Answer {
  status: 200 | 201 | 204;
  body?: View;
  /** Path of what was created. */
  location?: string;
}

export type Write = (
  request: AnyRequest,
  reply: AnyReply,
  work: (tx: Tx) => Promise<Answer>,
) => Promise<View | undefined>;

/** The one way in which routes change something: dry run, idempotency, commit, and waiting for the PBX when asked to. */
export function createWrite(deps: Pick<HttpDeps, 'changes'>, idempotency: Idempotency): Write {
  const { changes } = deps;
  return async (request, reply, work) => {
    if ((request.query as { dryRun?: boolean } | undefined)?.dryRun === true) {
      const { plan } = await changes.preview(work);
      reply.code(200);
      return { dryRun: true, plan: planView(plan) };
    }
    const { value, touched } = await idempotency.guard(request, (once) =>
      changes.run((tx) => once(tx, async () => stored(await work(tx)))),
    );
    for (const [name, content] of Object.entries(value.headers)) reply.header(name, content);
    if (value.replayed === true) reply.header('idempotency-replayed', 'true');
    let body = (value.body ?? undefined) as View | undefined;
    let status = value.status;
    const wait = waitSeconds(request.headers.prefer);
    if (wait !== undefined) {
      reply.header('preference-applied', `wait=${wait}`);
      if (touched.length > 0) {
        body = { ...body, sync: combinedSync(await changes.settled(touched, wait * 1000)) };
        if (status === 204) status = 200;
      }
    }
    const etag = body === undefined ? undefined : etagOf(body);
    if (etag !== undefined) reply.header('etag', etag);
    reply.code(status);
    return body;
  };
}

function stored(answer: Answer): StoredAnswer {
  return {
    status: answer.status,
    headers: answer.location === undefined ? {} : { location: answer.location },
    body: answer.body ?? null,
  };
}

/** Of one or more owners together. */
export type SyncView = { state: 'pending' | 'synced' } | { state: 'failed'; code: string; reason: string };

/** A failure of any part is the failure of the change; what still waits makes it pending. */
export function combinedSync(outcomes: readonly SyncOutcome[]): SyncView {
  for (const outcome of outcomes) {
    if (outcome.state === 'failed') return { state: 'failed', code: outcome.code, reason: outcome.reason };
  }
  return { state: outcomes.some(({ state }) => state === 'pending') ? 'pending' : 'synced' };
}

/** A plan as an operator may see it: no secret, no PIN. */
export function planView(plan: Plan): View {
  const mask = (ref: string, value: string | undefined) => (value === undefined ? null : maskValue(ref, value));
  return {
    id: plan.id,
    needsApproval: plan.needsApproval,
    changes: plan.changes.map(({ op, ref, before, after, cause }) => ({
      op,
      ref,
      cause,
      before: mask(ref, before),
      after: mask(ref, after),
    })),
    refusals: plan.refusals.map(({ ref, code, reason }) => ({ ref, code, reason })),
    drift: plan.drift.map(({ ref, kind, action }) => ({ ref, kind, action })),
  };
}
