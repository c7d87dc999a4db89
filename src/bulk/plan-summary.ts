import { maskValue } from '../plan/mask.ts';
import { kindOf } from '../plan/pbx-object.ts';
import type { Plan } from '../plan/plan.ts';

/** Plans of many transactions together: how much of what, and the first of it. Secrets are masked. */
export interface PlanSummary {
  /** `create endpoint` -> 120 */
  counts: Record<string, number>;
  sample: { op: string; ref: string; after: string | null }[];
}

const SAMPLE = 20;

export function noPlan(): PlanSummary {
  return { counts: {}, sample: [] };
}

export function addPlan(summary: PlanSummary, plan: Pick<Plan, 'changes'>): void {
  for (const { op, ref, after } of plan.changes) {
    const key = `${op} ${kindOf(ref)}`;
    summary.counts[key] = (summary.counts[key] ?? 0) + 1;
    if (summary.sample.length < SAMPLE) {
      summary.sample.push({ op, ref, after: after === undefined ? null : maskValue(ref, after) });
    }
  }
}
